"""References and formulas as the lint reads them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ENDS = {"(": ")", "{": "}"}
_BEYOND = 2**31

# A formula's tokens. In a structured reference an apostrophe takes the next character as it is; `[1]Sheet!` and
# `[1]!Name` lie in another workbook.
_WORD = r"[\w.\\?$:#\u0080-\U0010ffff]+"
_BRACKETS = r"\[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\]"
_TOKEN = re.compile(
    rf"""
    (?P<text>"(?:[^"]|"")*")
    | (?P<quoted>'(?:[^']|'')*'!?)
    | (?P<table>{_WORD})(?={_BRACKETS})
    | (?P<brackets>{_BRACKETS}(?:(?:{_WORD})?!)?)
    | (?P<sheet>{_WORD})!
    | (?P<word>{_WORD})
    | (?P<open>[({{])
    | (?P<close>[)}}])
    | (?P<stray>["'\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)


class Block(NamedTuple):
    """A block of cells, rows and columns counted from 1 and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, other: "Block") -> bool:
        return (
            self.top <= other.top
            and self.left <= other.left
            and self.bottom >= other.bottom
            and self.right >= other.right
        )

    def meets(self, other: "Block") -> bool:
        return (
            self.top <= other.bottom
            and self.bottom >= other.top
            and self.left <= other.right
            and self.right >= other.left
        )


def parse_cell(text: str) -> tuple[int, int] | None:
    """Row and column from 1 of an A1 address, None where it is none."""
    match = _CELL.fullmatch(text)
    if not match:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse_block(text: str) -> Block | None:
    """The block of a reference such as B2 or A1:C3, None where it is none or runs backwards."""
    first, _, last = text.partition(":")
    start, end = parse_cell(first), parse_cell(last or first)
    if start is None or end is None or start[0] > end[0] or start[1] > end[1]:
        return None
    return Block(*start, *end)


def overlaps(blocks: Iterable[tuple[str, Block]]) -> Iterator[tuple[str, str]]:
    """The pairs of names whose blocks share a cell."""
    active: list[tuple[str, Block]] = []
    for name, block in sorted(blocks, key=lambda one: (one[1], one[0])):
        active = [one for one in active if one[1].bottom >= block.top]
        yield from ((other, name) for other, against in active if against.meets(block))
        active.append((name, block))


@dataclass(slots=True)
class FormulaScan:
    """What a formula names, and what is wrong with how it is written."""

    complaints: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


def scan_formula(text: str) -> FormulaScan:
    """Go through a formula as Excel stores it: brackets and quotes, the sheets and tables that it names."""
    scan = FormulaScan()
    if not text.strip():
        scan.complaints.append("is empty")
    elif text.lstrip().startswith("="):
        scan.complaints.append("begins with =")
    ends: list[str] = []
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "quoted" if token[0].endswith("!"):
                _add_sheets(scan, token[0][1:-2].replace("''", "'"))
            case "sheet":
                _add_sheets(scan, token["sheet"])
            case "table":
                scan.tables.append(token["table"].rpartition(":")[2])
            case "open":
                ends.append(_ENDS[token[0]])
            case "close" if not ends or ends.pop() != token[0]:
                scan.complaints.append(f"has a {token[0]} too many")
            case "stray":
                scan.complaints.append(f"has a {token[0]} without its other end")
    scan.complaints.extend(f"lacks a {end}" for end in ends)
    return scan


def _add_sheets(scan: FormulaScan, name: str) -> None:
    # 'Jan:Mar'!A1 goes through sheets, A1:Jan!B2 through cells; #REF! is none, and [1] lies in another workbook.
    if "[" not in name and not name.startswith("#"):
        scan.sheets.extend(one for one in name.split(":") if parse_cell(one.replace("$", "").upper()) is None)


def index_of(text: str | None, default: int = 0) -> int:
    """A number from 0 as an attribute says it; one beyond any list where it says nothing of the kind."""
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() else _BEYOND
