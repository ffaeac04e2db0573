"""Opening a file with the program that the person's system has for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from xltools.core.place import Place
from xltools.core.problem import Problem, warning

_OPENERS = {"darwin": "open", "linux": "xdg-open"}
_SECONDS = 20


def open_file(path: Path, file: str, platform: str = sys.platform) -> Problem | None:
    """Open a file as a double click does; warning file-not-opened, of `file`, where that can't be done."""
    try:
        if sys.platform == "win32" and platform == "win32":
            os.startfile(path)  # noqa: S606 - a file that we made
            return None
        opener = shutil.which(_OPENERS.get(platform, "xdg-open"))
        if opener is None:
            return _tell(file, _OPENERS.get(platform, "xdg-open"))
        # The program opens a window of its own and comes back; it must not hold our output open meanwhile.
        quiet = subprocess.DEVNULL
        done = subprocess.run(  # noqa: S603 - a fixed program and a path of ours, no shell
            [opener, str(path.absolute())], stdin=quiet, stdout=quiet, stderr=quiet, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:  # it shows the file itself, and stays
        return None
    except OSError as trouble:
        return _tell(file, trouble.strerror or type(trouble).__name__)
    return _tell(file, f"{Path(opener).name}: {done.returncode}") if done.returncode else None


def _tell(file: str, reason: str) -> Problem:
    return warning("file-not-opened", Place(file), reason=reason)
