"""The drive that a desk lies on, when it fails: full, read-only, or gone; the desk's files are none of our errors."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.desk.failure import BusyError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_HELD = {errno.EBUSY, errno.ETXTBSY}
_FAILED = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN}
_FAILED |= {errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.ENETRESET, errno.EINVAL, errno.EBADF}
_FAILED |= {errno.ENOENT, errno.ENOTDIR}  # of a folder that is gone, syncing it says so


@contextmanager
def expect_trouble(desk: Path) -> Iterator[None]:
    """BusyError where the drive fails within the block: no error of ours, and the next run does what is left."""
    try:
        yield
    except OSError as trouble:
        problem = tell_trouble(trouble, desk)
        if problem is None:
            raise
        raise BusyError([problem]) from trouble


def tell_trouble(trouble: OSError, desk: Path, file: str = "") -> Problem | None:
    """What to say of an error of the system; None where it is about something else than the desk's drive.

    `file` is the desk's file that it is about, where the error names none.
    """
    file = file or _desk_file(trouble, desk)
    place, reason = Place(file or str(desk)), trouble.strerror or str(trouble)
    if trouble.errno in _FULL:
        return error("disk-full", place)
    if trouble.errno in _HELD:
        return error("file-held", place)
    if isinstance(trouble, PermissionError) or trouble.errno in _REFUSED:
        return error("access-refused", place) if file or trouble.filename is None else None
    # A write names no file. What names one elsewhere (a template of the package, a mail server) is not the drive's.
    if file or (trouble.errno in _FAILED and trouble.filename is None):
        return error("drive-failed", place, reason=reason)
    return None


def _desk_file(trouble: OSError, desk: Path) -> str:
    """The desk-relative path that an error names; empty where it names none, or one elsewhere.

    Where something was to go is told rather than where it came from.
    """
    for name in (trouble.filename2, trouble.filename):
        if isinstance(name, str | bytes):
            path, root = Path(os.fsdecode(name)).absolute(), desk.absolute()  # resolve() would ask the drive
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
    return ""
