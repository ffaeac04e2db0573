"""What follows of itself from what a run took in: approvals, changes, papers, and documents that waited for them."""

from collections.abc import Iterable

from xltools.core.order import Order
from xltools.desk.book import Book
from xltools.desk.documents import KINDS, TakenDocuments
from xltools.desk.inputs import RunInputs
from xltools.desk.papers import IssuedPapers, issue_papers
from xltools.desk.review import settle_reviews
from xltools.forms.rules import Rules
from xltools.ledger.approval import approve_orders
from xltools.ledger.change_settling import settle_changes
from xltools.ledger.gates import is_line_open
from xltools.ledger.replay import Ledger


def settle(inputs: RunInputs, book: Book, taken: TakenDocuments) -> IssuedPapers:
    """Takes the documents that are no orders, kind by kind, each on what follows from those before it.

    A list for the quantity of a change that came by the same mail finds the change made. Papers are made before goods
    leave, since a gate may ask for them, and at the end; made before changes are, they would be voided at once.
    """
    settling = _Settling(inputs, book, taken)
    for kind in KINDS:
        if kind == "shipments":
            settling.settle_all()
        taken.take_kind(kind)
        settling.settle_orders()
    settling.settle_all()
    return settling.issued


class _Settling:
    """The settling of one run: how far it has come in the book, and the papers it made."""

    def __init__(self, inputs: RunInputs, book: Book, taken: TakenDocuments) -> None:
        self.inputs, self.book, self.taken = inputs, book, taken
        self.issued = IssuedPapers()
        self._decided = self._settled = 0
        self._live: tuple[str, ...] | None = None

    def settle_orders(self) -> None:
        """Approvals and changes of what was touched since, until nothing more follows."""
        while orders := self._touched(self._decided):
            self._decided = len(self.book.events)
            self._decide(orders)

    def settle_all(self) -> None:
        """Papers and documents that waited too; the first time of all orders with goods still open."""
        orders = self._touched(self._settled)
        if self._live is None:
            self._live = _list_live(self.book.ledger, self.inputs.rules)
            orders = (*self._live, *orders)
        while orders:
            self._settled = len(self.book.events)
            self._decide(orders)
            self._issue(orders)
            self.taken.retry()
            orders = self._touched(self._settled)
        self._decided = len(self.book.events)

    def _decide(self, orders: tuple[str, ...]) -> None:
        book, rules, as_of = self.book, self.inputs.rules, self.inputs.as_of
        book.add(approve_orders(_pick(book.ledger, orders), rules, as_of))
        book.add(settle_changes(_pick(book.ledger, orders), book.ledger, rules, as_of))

    def _issue(self, orders: tuple[str, ...]) -> None:
        inputs, book = self.inputs, self.book
        reviews = settle_reviews(_pick(book.ledger, orders), inputs, book.ledger, self.taken.writer)
        book.add(reviews.events)
        papers = issue_papers(_pick(book.ledger, orders), inputs, book.ledger)
        book.add(papers.events)
        self.issued += reviews + papers

    def _touched(self, since: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.event.order for one in self.book.events[since:] if one.event.order))


def _list_live(ledger: Ledger, rules: Rules) -> tuple[str, ...]:
    """The orders with goods still open: what is done is not looked at again and again over the years."""
    orders = ledger.orders.values()
    return tuple(order.number for order in orders if any(is_line_open(line, rules) for line in order.lines))


def _pick(ledger: Ledger, numbers: Iterable[str]) -> tuple[Order, ...]:
    return tuple(ledger.orders[number] for number in dict.fromkeys(numbers) if number in ledger.orders)
