"""A new file beside those of others: whole or not at all, and never in the place of one that is there."""

import os
import secrets
import sys
from pathlib import Path

from xltools.edge.journal import sync_folder


def place_new_file(target: Path, content: bytes) -> bool:
    """Put content at a path where nothing stands; False, and nothing done, where something does.

    Nobody sees a part of it, and of several who try at once one succeeds. OSError where the folder is missing or can't
    be written to.
    """
    # A run passes over names like this one, and no two attempts share it.
    passing = target.with_name(f".~{secrets.token_hex(8)}.tmp")
    try:
        with passing.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        is_new = _rename_to_free(passing, target)
    finally:
        passing.unlink(missing_ok=True)
    if is_new:
        sync_folder(target.parent)
    return is_new


def _rename_to_free(passing: Path, target: Path) -> bool:
    """Give a file a name that nobody has; False where somebody has it."""
    try:
        if sys.platform == "win32":
            passing.rename(target)  # which replaces nothing there
        else:
            target.hardlink_to(passing)  # and here rename would
    except FileExistsError:
        return False
    except OSError:
        if sys.platform == "win32":
            raise
        return _reserve_name(passing, target)
    return True


def _reserve_name(passing: Path, target: Path) -> bool:
    """The same for a share that knows no second names of a file.

    For a moment an empty file stands there, which is too fresh for a run to take.
    """
    try:
        target.open("xb").close()
    except FileExistsError:
        return False
    passing.replace(target)
    return True
