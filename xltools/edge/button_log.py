"""Where the details of what went wrong with a button are kept: the person at it is told what to do, not these."""

import datetime as dt
import getpass
import re
import tempfile
import traceback
from pathlib import Path

MOST_BYTES = 500_000
_NAME = "buttons-{user}.log"


def keep_trouble(desk: Path, now: dt.datetime) -> Path:
    """Adds the exception that is being dealt with to the log of this person's buttons; gives the log.

    It lies in the desk, or, where that can't be reached, in the system's folder for temporary files. A long one is
    begun anew, with the one before beside it.
    """
    words = f"{now.isoformat(timespec='seconds')}\n{traceback.format_exc()}\n"
    user = re.sub(r"[^\w.-]", "_", _user())
    for folder in (desk / ".desk" / "log", Path(tempfile.gettempdir())):
        log = folder / _NAME.format(user=user)
        try:
            if folder.parent.is_dir():
                folder.mkdir(exist_ok=True)
                _append(log, words)
                return log
        except OSError:
            continue
    return log


def _append(log: Path, words: str) -> None:
    if log.is_file() and log.stat().st_size > MOST_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with log.open("a", encoding="utf-8") as file:
        file.write(words)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # Windows without any of the variables that name somebody
        return "user"
