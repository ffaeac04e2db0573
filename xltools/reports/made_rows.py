"""Rows that are made when they are asked for: a shared workbook may have 100,000, of which a run changes few."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

from xltools.reports.table import TableRow

Source = TypeVar("Source")


class MadeRows(Sequence[TableRow], Generic[Source]):
    """The rows that `make` makes of the sources, in their order, each anew whenever it is asked for."""

    def __init__(self, sources: Sequence[Source], make: Callable[[Source], TableRow]) -> None:
        """Takes what the rows are made of, which must not change meanwhile."""
        self._sources, self._make = sources, make

    def __len__(self) -> int:
        return len(self._sources)

    @overload
    def __getitem__(self, index: int) -> TableRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TableRow]: ...
    def __getitem__(self, index: int | slice) -> TableRow | Sequence[TableRow]:
        if isinstance(index, slice):
            return MadeRows(self._sources[index], self._make)
        return self._make(self._sources[index])
