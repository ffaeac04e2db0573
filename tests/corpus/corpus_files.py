"""One file of a corpus: what it is, what is read of it, and what that takes."""

import contextlib
import io
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from xltools.books.containers import FileKind, identify_archive, identify_file
from xltools.books.read import read_workbook
from xltools.core.problem import Problem
from xltools.core.sheet import CellError

if sys.platform != "win32":
    import resource

_PEAK = "VmHWM:"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a file; `problem` is empty where it was read."""

    kind: str
    sheets: int = 0
    cells: int = 0
    errors: int = 0
    problem: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


def examine(path: str) -> Finding:
    """Read a file and count what is in it; the megabytes are those that its process held at the most meanwhile."""
    _forget_peak()
    start = time.perf_counter()
    book = read_workbook(Path(path), Path(path).name)
    seconds, megabytes, kind = time.perf_counter() - start, _read_peak(), tell_kind(Path(path))
    if isinstance(book, Problem):
        return Finding(kind, problem=book.code, seconds=seconds, megabytes=megabytes)
    values = [value for sheet in book.sheets for _, _, value in sheet.filled_cells()]
    errors = sum(isinstance(value, CellError) for value in values)
    return Finding(kind, len(book.sheets), len(values), errors, "", seconds, megabytes)


def tell_kind(path: Path) -> str:
    """What the file is by its content."""
    content = path.read_bytes()
    kind = identify_file(content)
    if kind is FileKind.ZIP:
        try:
            return identify_archive(zipfile.ZipFile(io.BytesIO(content)))
        except zipfile.BadZipFile:
            return FileKind.BROKEN
    return "ole" if kind is FileKind.COMPOUND else kind


def _forget_peak() -> None:
    """Have Linux begin its count of the largest memory anew; elsewhere it is that of the process so far."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def _read_peak() -> float:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(_PEAK)) / 1024
    if sys.platform == "win32":
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
