"""The log of scheduled runs: a text file that is begun anew when it is full, with some old ones kept beside it."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from xltools.core.text import visible_text


class _Unsparing(RotatingFileHandler):
    """Tells what keeps it from writing; the library's own says it to a screen that a scheduled run does not have."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        del record
        trouble = sys.exc_info()[1]
        if trouble is not None:
            raise trouble


def append_run_log(path: Path, text: str, most_bytes: int, old_files: int) -> None:
    """Adds lines to the log; OSError where that can't be. It is open no longer than this takes.

    A full one becomes `run.log.1`, that one `run.log.2`, and so on; the oldest goes.
    """
    path.parent.mkdir(exist_ok=True)
    handler = _Unsparing(path, "a", most_bytes, old_files, "utf-8", delay=True, errors="backslashreplace")
    try:
        # The time of a run stands in its text: the library's would be that of another clock.
        handler.emit(logging.LogRecord("xltools", logging.INFO, "", 0, visible_text(text), None, None))
    finally:
        handler.close()
