"""What is written into a cell."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

PlainContent = str | int | Decimal | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its `=`, as the file format has it, and the value it comes to."""

    text: str
    shown: str | int | Decimal | None = None


CellContent = PlainContent | Formula


def shown_content(content: CellContent) -> PlainContent:
    """What a cell shows: of a formula the value it comes to."""
    return content.shown if isinstance(content, Formula) else content
