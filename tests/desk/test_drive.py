"""What is said of the drive's errors: the desk's own files, and acts that name no file; not files elsewhere."""

import errno
import os

import pytest

from xltools.desk.drive import expect_trouble, tell_trouble
from xltools.desk.failure import BusyError

NAMELESS = [errno.EIO, errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.EHOSTDOWN, errno.ENOTCONN, errno.ENODEV]


@pytest.mark.parametrize("number", NAMELESS, ids=errno.errorcode.get)
def test_a_share_that_goes_amid_a_write_or_sync_is_the_drives_failure(tmp_path, number):
    """What works on an open file names none; of a folder that is gone even syncing says that there is no such file."""
    with pytest.raises(BusyError) as told, expect_trouble(tmp_path):
        raise OSError(number, os.strerror(number))
    assert [one.code for one in told.value.problems] == ["drive-failed"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EACCES, "access-refused"),
        (errno.EBUSY, "file-held"),
        (errno.ENOENT, "drive-failed"),
    ],
)
def test_a_file_of_the_desk_is_named(tmp_path, number, code):
    problem = tell_trouble(OSError(number, os.strerror(number), str(tmp_path / "收件箱" / "1.xlsx")), tmp_path)
    assert (problem.code, problem.place.file) == (code, "收件箱/1.xlsx")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES])
def test_a_file_elsewhere_is_none_of_the_drives(tmp_path, number):
    trouble = OSError(number, os.strerror(number), str(tmp_path.parent / "elsewhere"))
    assert tell_trouble(trouble, tmp_path) is None
