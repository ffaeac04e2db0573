"""The words in which a sample is told: what somebody typed into which form, and what must become of it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from xltools.desk import DEMO_AS_OF

Typed = str | int | float | dt.date | None
Outcome = Literal["accepted", "partly", "returned", "duplicate", "waiting", "unreadable"]

AS_OF = DEMO_AS_OF  # the day that all of them are taken in


@dataclass(frozen=True, slots=True)
class OrderStory:
    """One order as its writer typed it: field name to cell content, header and lines."""

    header: dict[str, Typed]
    lines: tuple[dict[str, Typed], ...]

    def but(self, **changes: Typed) -> "OrderStory":
        """The same order with other header cells."""
        return OrderStory({**self.header, **changes}, self.lines)

    def with_lines(self, *lines: dict[str, Typed]) -> "OrderStory":
        """The same order with other lines."""
        return OrderStory(self.header, lines)


@dataclass(frozen=True, slots=True)
class Sample:
    """A workbook in samples/inbox.

    `outcome` and `codes` (all problem codes it raises, and no other) are what people expect of it, said here apart from
    what the program writes into samples/expected. `layout` is the template it is filled into, or how else it is made:
    a byte copy of another sample, a plain workbook of `rows`, or text that only calls itself a workbook. `touches` name
    what its writer did to the template (see touches.py).
    """

    name: str
    purpose: str
    outcome: Outcome
    saved: dt.date
    by: str
    orders: tuple[OrderStory, ...] = ()
    layout: Literal["sheet", "list", "copy", "plain", "text"] = "sheet"
    folder: str = ""
    codes: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    copy_of: str = ""
    rows: tuple[tuple[Typed, ...], ...] = field(default=())

    @property
    def path(self) -> str:
        """Where it lies under samples/inbox."""
        return "/".join(part for part in (self.folder, f"{self.name}.xlsx") if part)


def order(*lines: dict[str, Typed], **header: Typed) -> OrderStory:
    """An order: its lines, then its header cells by field name."""
    return OrderStory(header, lines)


def line(code: str | None, quantity: Typed, price: Typed = None, date: Typed = None, **more: Typed) -> dict[str, Typed]:
    """An order line: product code, quantity, unit price, requested date, further cells by field name."""
    cells: dict[str, Typed] = {"product_code": code, "quantity": quantity, "unit_price": price, "requested_date": date}
    return {name: value for name, value in {**cells, **more}.items() if value is not None}


def day(month: int, number: int) -> dt.date:
    """A day of 2026."""
    return dt.date(2026, month, number)
