"""Where papers lie in the desk: whether a person's file stands in the way of a new one."""

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath


class PaperShelf:
    """Tells where a paper can go, and remembers what stood in the way: `occupied` belongs to a run's manifest."""

    def __init__(self, desk: Path | None = None, occupied: Iterable[str] = ()) -> None:
        """The shelf of a desk's folder; without one, that of an earlier run with what was `occupied` then."""
        self._desk = desk
        self.occupied = set(occupied)
        self._given: dict[str, str] = {}  # in this run, by the name as Windows and macOS compare it

    def find_room(self, path: str, sha256: str) -> str:
        """The path, or the first of `… (2).docx`, `… (3).docx` where no other file stands; this very file may."""
        wanted = PurePosixPath(path)
        number, free = 1, path
        while self._is_occupied(free, sha256):
            number += 1
            free = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}").as_posix()
        self._given[free.casefold()] = free
        return free

    def _is_occupied(self, path: str, sha256: str) -> bool:
        if self._desk is not None:
            file = self._desk / path
            if file.exists() and not (file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256):
                self.occupied.add(path)
        if self._given.get(path.casefold(), path) != path:  # orders `a-1` and `A-1` are two, and one folder there
            self.occupied.add(path)
        return path in self.occupied
