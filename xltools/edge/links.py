"""Links in a desk: symbolic ones, and the junctions of Windows. One could lead anywhere."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

_JUNCTION = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", 0xA0000003)


def is_link(path: Path) -> bool:
    """True for a symbolic link, and for a junction, which Windows lets anybody make; False where nothing is."""
    try:
        seen = os.lstat(path)
    except (OSError, ValueError):
        return False
    # os.path.isjunction is of Python 3.12; a folder of a cloud drive is a reparse point too, and no link.
    return stat.S_ISLNK(seen.st_mode) or getattr(seen, "st_reparse_tag", 0) == _JUNCTION


def find_links_out(desk: Path, folders: Iterable[Path], *, inside: bool = True) -> Iterator[Path]:
    """The links among these paths, and `inside` those that are folders, which lead out of the desk."""
    home = desk.resolve()
    for folder in folders:
        for path in (folder, *(_walk_links(folder) if inside else ())):
            if is_link(path) and not _is_within(path, home):
                yield path


def _walk_links(folder: Path) -> Iterator[Path]:
    if is_link(folder) or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if is_link(path):
            yield path
        elif path.is_dir():
            yield from _walk_links(path)


def _is_within(path: Path, home: Path) -> bool:
    try:
        return path.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # a loop
        return False
