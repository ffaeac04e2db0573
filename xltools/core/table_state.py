"""The tables of a shared workbook as they stand, or as they were written: kept to tell people's changes from ours."""

import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xltools.core.codec import Json, canonical_json
from xltools.core.sheet import Range

VERSION = 1
RowKey = tuple[str, ...]
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # json.dumps makes one for every call


@dataclass(frozen=True, slots=True)
class TableState:
    """A table: its sheet and block, the sheet column and header of each column of ours, what stands above it, its rows.

    `rows` has, by key, the row in the sheet and its texts in the order of `columns` as JSON: a tracker has 100,000, of
    which few are looked at. `caption` is the text right above the header's first cell, or, where people moved it, in
    the sheet column `caption_at` of that row. `free` are the rows of the block in which nothing stands, `below` those
    under it in which something does.
    """

    sheet: str
    block: Range
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    caption: str = ""
    rows: Mapping[RowKey, tuple[int, bytes]] = field(default_factory=dict)
    free: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    caption_at: int | None = None

    @property
    def caption_cell(self) -> tuple[int, int]:
        """The row and column of the caption; above the sheet's first row there is none."""
        return self.block.top - 1, self.block.left if self.caption_at is None else self.caption_at

    def texts(self, key: RowKey) -> dict[str, str] | None:
        """The texts of a row by column; None where there is no row with that key."""
        found = self.rows.get(key)
        return None if found is None else dict(zip(self.columns, unpack_texts(found[1]), strict=True))


# The tables of one workbook by the names of their Excel tables.
Tables = Mapping[str, TableState]


def pack_texts(texts: Iterable[str]) -> bytes:
    """A row's texts as they are kept: in UTF-8, which takes two thirds of what Python's Chinese texts do."""
    return _WRITER.encode(list(texts)).encode("utf-8", "surrogatepass")


def unpack_texts(packed: bytes) -> list[str]:
    """A row's texts from what `pack_texts` gave."""
    texts: list[str] = json.loads(packed.decode("utf-8", "surrogatepass"))
    return texts


def encode_tables(tables: Tables) -> bytes:
    """The tables as packed JSON lines: a head, then each table's rows."""
    packer = zlib.compressobj(6)
    pieces = [packer.compress(line) for line in _lines(tables)]
    return b"".join((*pieces, packer.flush()))


def decode_tables(content: bytes) -> Tables:
    """What `encode_tables` wrote; ValueError for anything else."""
    try:
        lines = iter(io.BytesIO(zlib.decompress(content)))
        head = json.loads(next(lines).decode("utf-8", "surrogatepass"))
        if head["version"] != VERSION:
            raise ValueError(f"version {head['version']} of kept tables is not known")
        return {one["name"]: _read_table(one, lines) for one in head["tables"]}
    except (zlib.error, LookupError, TypeError, StopIteration) as trouble:
        raise ValueError("not the tables of a workbook") from trouble


def _lines(tables: Tables) -> Iterator[bytes]:
    head: list[Json] = [
        {
            "name": name,
            "sheet": table.sheet,
            "block": [table.block.top, table.block.left, table.block.bottom, table.block.right],
            "columns": [[column, at, table.headers[column]] for column, at in table.columns.items()],
            "caption": table.caption,
            "rows": len(table.rows),
            "free": list(table.free),
            "below": list(table.below),
            **({} if table.caption_at is None else {"caption_at": table.caption_at}),
        }
        for name, table in tables.items()
    ]
    yield canonical_json({"version": VERSION, "tables": head}).encode("utf-8", "surrogatepass") + b"\n"
    for table in tables.values():
        # As they stand, not as they came to be: a row typed in a run before is else another file than one typed now.
        for key, (row, texts) in sorted(table.rows.items(), key=lambda one: one[1][0]):
            yield b"%b\t%d\t%b\n" % (pack_texts(key), row, texts)


def _read_table(one: dict[str, Any], lines: Iterator[bytes]) -> TableState:
    rows: dict[RowKey, tuple[int, bytes]] = {}
    for _ in range(one["rows"]):
        key, row, texts = next(lines).rstrip(b"\n").split(b"\t", 2)
        rows[tuple(unpack_texts(key))] = (int(row), texts)
    columns = {name: at for name, at, _ in one["columns"]}
    headers = {name: header for name, _, header in one["columns"]}
    free, below = tuple(one["free"]), tuple(one["below"])
    block, caption_at = Range(*one["block"]), one.get("caption_at")
    return TableState(one["sheet"], block, columns, headers, one["caption"], rows, free, below, caption_at)
