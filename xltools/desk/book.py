"""The ledger while a run writes into it."""

from collections.abc import Iterable, Iterator, Mapping

from xltools.core.event import ChainedEvent, Event, chain_events
from xltools.core.record import Table
from xltools.ledger.replay import Ledger, extend, orders_table


class Book:
    """The ledger, and the events that a run has added to it so far."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.events: list[ChainedEvent] = []

    def add(self, events: Iterable[Event | None]) -> None:
        """Appends events; None stands for nothing new to say."""
        new = tuple(event for event in events if event)
        if not new:
            return
        chained = tuple(chain_events(new, self.ledger.number, self.ledger.head))
        self.events.extend(chained)
        self.ledger = extend(self.ledger, chained)


class RunTables(Mapping[str, Table]):
    """Master data, and the orders as they stand at this moment of the run."""

    def __init__(self, master: Mapping[str, Table], book: Book) -> None:
        self._master, self._book = master, book

    def __getitem__(self, name: str) -> Table:
        return orders_table(self._book.ledger) if name == "orders" else self._master[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._master
        yield "orders"

    def __len__(self) -> int:
        return len(self._master) + 1
