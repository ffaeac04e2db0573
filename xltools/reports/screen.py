"""Text for a screen so many columns wide, on which a Chinese character takes two."""

import re
from collections.abc import Iterator

from xltools.forms.drawing import display_width

_BREAK = re.compile(r"[^\S ]+")  # white space but blanks
_PIECE = re.compile(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+")


def cut_to_width(text: str, width: int) -> str:
    """The text on one line of at most so many columns; what is cut off shows as `…`."""
    line = normalize_line(text)
    if display_width(line) <= width:
        return line
    used, kept = 1.0, ""
    for letter in line:
        used += display_width(letter)
        if used > width:
            break
        kept += letter
    return f"{kept.rstrip()}…"


def pad_to_width(text: str, width: int) -> str:
    """The text with blanks behind it up to so many columns."""
    return text + " " * int(max(width - display_width(text), 0))


def wrap_to_width(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most so many columns, broken at blanks and beside Chinese characters."""
    line = ""
    for piece in _PIECE.findall(normalize_line(text)):
        rest = piece
        if line and display_width(line + rest.rstrip()) > width:
            yield line.rstrip()
            line, rest = "", rest.lstrip()
        while display_width(rest) > width:  # a word longer than a line
            fitting = next(at for at in range(len(rest), 0, -1) if at == 1 or display_width(rest[:at]) <= width)
            yield rest[:fitting]
            rest = rest[fitting:]
        line += rest
    yield line.rstrip()


def normalize_line(text: str) -> str:
    """The text without what moves a terminal's cursor: line breaks are blanks, other control characters nothing."""
    spaced = _BREAK.sub(" ", text).strip()
    return spaced if spaced.isprintable() else "".join(letter for letter in spaced if letter.isprintable())
