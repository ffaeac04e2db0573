"""What must be handed to Excel so that a cell holds just this: Excel reads texts as if somebody typed them."""

import datetime as dt
from decimal import Decimal

from xltools.core.content import CellContent, Formula

Typed = str | float | bool | dt.datetime | None
LONGEST_TEXT = 8_203  # letters of one text in a block; Excel refuses a block with a longer one


def typed_text(text: str) -> str | None:
    """A text that stays one: `0010248` no number, `3/4` no date, `=A1` no formula.

    The apostrophe in front is Excel's own sign for text and no part of the value.
    """
    return f"'{text[:LONGEST_TEXT]}" if text else None


def typed_content(content: CellContent) -> Typed:
    """A cell's content, dates as moments since Excel gives those a date's format; None blanks the cell."""
    match content:
        case Formula(text):
            return f"={text}"
        case str():
            return typed_text(content)
        case bool() | None:
            return content
        case int() | Decimal():
            return float(content)
        case dt.date():
            return dt.datetime.combine(content, dt.time())
