"""Where the details of what went wrong with a button are kept: the person at it is told what to do, not these."""

import datetime as dt
import getpass
import re
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 500_000
_NAME, _AWAY = "buttons-{user}.log", "xltools-buttons-{user}.log"


def keep_trouble(desk: Path, now: dt.datetime) -> Path:
    """Adds the exception that is being dealt with to the log of this person's buttons; gives the log.

    It lies in the desk, or, where that can't be reached, in the system's folder for temporary files. A long one is
    begun anew, with the one before beside it.
    """
    words = f"{now.isoformat(timespec='seconds')}\n{traceback.format_exc()}\n"
    user = re.sub(r"[^\w.-]", "_", _user())
    log = desk / ".desk" / "log" / _NAME.format(user=user)
    try:
        if (desk / "desk.yaml").is_file():
            _append(log, words)
            return log
    except OSError:  # a share that lets people read only
        pass
    log = Path(tempfile.gettempdir()) / _AWAY.format(user=user)
    with suppress(OSError):  # then nothing can be kept, and the person is told all the same
        _append(log, words)
    return log


def list_logs(desk: Path) -> list[Path]:
    """All logs of a desk's buttons, and those that are kept on this computer."""
    away = Path(tempfile.gettempdir())
    return [*sorted((desk / ".desk" / "log").glob(_NAME.format(user="*"))), *sorted(away.glob(_AWAY.format(user="*")))]


def _append(log: Path, words: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.is_file() and log.stat().st_size > MOST_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with log.open("a", encoding="utf-8") as file:
        file.write(words)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # Windows without any of the variables that name somebody
        return "user"
