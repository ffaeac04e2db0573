"""Which row of the tracker is which order line, after people sorted, copied, deleted, typed and pasted over them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from xltools.core.cell_text import same_text
from xltools.core.table_state import TableState, pack_texts
from xltools.core.text import label_key
from xltools.intake.shared_table import FoundTable

ORDER_KEY, LINE_KEY = "order_no", "line_no"
KEY = (ORDER_KEY, LINE_KEY)
OrderLineKey = tuple[str, str]
# Of these a row must have two filled to be an order that somebody typed; else it is a note.
_ORDER_COLUMNS = (
    "customer",
    "order_line",
    "customer_po",
    "product_key",
    "product_code",
    "product",
    "specification",
    "quantity",
    "requested_date",
)
_SUMS = ("合计", "总计", "小计", "共计", "total", "subtotal", "grandtotal")
_ALIKE = 0.6  # of what was written in a row must stand in another, for it to be that row with its key typed over
_DOUBTFUL = 0.5  # with less than that of its own in it, a row may be another one
_FEWEST_ALIKE = 3
_TELLING = 100  # a text that stands in more rows tells none of them from the others


@dataclass(frozen=True, slots=True)
class TrackerRows:
    """The rows of a tracker.

    `kept` by order line, `copied` with the line they were copied from, `typed` by hand, `notes` that are no order;
    `gone` are the lines whose row was deleted.
    """

    kept: Mapping[OrderLineKey, int]
    copied: tuple[tuple[int, OrderLineKey], ...] = ()
    typed: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()
    gone: tuple[OrderLineKey, ...] = ()


def tell_rows(found: FoundTable, before: TableState | None, known: Collection[OrderLineKey]) -> TrackerRows:
    """Which row is which; `before` is the table as it was written, `known` are the order lines of the ledger.

    A row is the line whose key stands in it, unless the rest of it says another line whose own row is not there.
    """
    kept, copied, strangers = _tell_by_key(found, before, known)
    if before:
        kept, copied = _tell_by_rest(found, before, kept, copied, strangers)
    rows = set(kept.values())
    left = [row for row in strangers if row not in rows]
    typed = {row for row in left if _is_order(found, row)}
    return TrackerRows(
        kept=kept,
        copied=tuple(copied),
        typed=tuple(row for row in left if row in typed),
        notes=tuple(row for row in left if row not in typed),
        gone=tuple((order, line) for order, line in before.rows if (order, line) not in kept) if before else (),
    )


def line_key(found: FoundTable, row: int) -> OrderLineKey:
    """The order and line number that a row says it is."""
    order, line = found.key(row, KEY)
    return order, line


def _tell_by_key(
    found: FoundTable, before: TableState | None, known: Collection[OrderLineKey]
) -> tuple[dict[OrderLineKey, int], list[tuple[int, OrderLineKey]], list[int]]:
    """The rows by the key that stands in them, the copies of these, and those whose key nobody knows."""
    groups: dict[OrderLineKey, list[int]] = {}
    strangers: list[int] = []
    for row in found.packed:
        key = line_key(found, row)
        if all(key) and (key in known or (before is not None and key in before.rows)):
            groups.setdefault(key, []).append(row)
        else:
            strangers.append(row)
    kept: dict[OrderLineKey, int] = {}
    copied: list[tuple[int, OrderLineKey]] = []
    for key, rows in groups.items():
        kept[key] = rows[0] if len(rows) == 1 else _most_alike(found, rows, before.texts(key) if before else None)
        copied += [(row, key) for row in rows if row != kept[key]]
    return kept, copied, strangers


def _tell_by_rest(
    found: FoundTable,
    before: TableState,
    kept: Mapping[OrderLineKey, int],
    copied: Sequence[tuple[int, OrderLineKey]],
    strangers: Iterable[int],
) -> tuple[dict[OrderLineKey, int], list[tuple[int, OrderLineKey]]]:
    """The rows and the copies, once those are known whose keys were typed, pasted or sorted over."""
    doubtful = {row: key for key, row in kept.items() if _is_doubtful(found, row, key, before)}
    lost = [(order, line) for order, line in before.rows if (order, line) not in kept]
    keyed: dict[int, OrderLineKey | None] = {**dict.fromkeys(strangers), **dict(copied), **doubtful}
    matched = _Rest(found, before, [*lost, *doubtful.values()]).tell(keyed)
    moved = set(matched.values())
    told = dict(matched)
    copies = []
    for row, key in (*((row, key) for key, row in kept.items()), *copied):
        if row in moved:
            continue
        if key in told:
            copies.append((row, key))
        else:
            told[key] = row
    return told, copies


def _most_alike(found: FoundTable, rows: Sequence[int], written: Mapping[str, str] | None) -> int:
    """The row that is still most as it was written, the first of equals: the others are its copies."""
    if written is None:
        return rows[0]
    return max(rows, key=lambda row: (_count_alike(written, found.texts(row)), -row))


def _count_alike(written: Mapping[str, str], stands: Mapping[str, str]) -> int:
    return sum(bool(text) and name in stands and same_text(text, stands[name]) for name, text in written.items())


def _is_doubtful(found: FoundTable, row: int, key: OrderLineKey, before: TableState) -> bool:
    """True where little but the key is as it was: only keys were sorted, or one was filled down over others."""
    written = before.rows.get(key)
    if written is None or written[1] == found.packed[row]:
        return False
    texts = _without_key(before.texts(key) or {})
    filled = sum(map(bool, texts.values()))
    return filled >= _FEWEST_ALIKE and _count_alike(texts, found.texts(row)) < _DOUBTFUL * filled


class _Rest:
    """Lines whose row has not been found by its key, to be known by all else that was written in it."""

    def __init__(self, found: FoundTable, before: TableState, lost: Iterable[OrderLineKey]) -> None:
        self.found, self.before = found, before
        self.written = {key: _without_key(before.texts(key) or {}) for key in lost}
        self.by_text: dict[tuple[str, str], list[OrderLineKey]] = {}
        self.whole: dict[bytes, list[OrderLineKey]] = {}
        for key, texts in self.written.items():
            self.whole.setdefault(pack_texts(texts.values()), []).append(key)
            for item in texts.items():
                if item[1]:
                    self.by_text.setdefault(item, []).append(key)

    def tell(self, keyed: Mapping[int, OrderLineKey | None]) -> dict[OrderLineKey, int]:
        """The rows that are these lines, of rows with the key that stands in each; those left as they were first."""
        matched: dict[OrderLineKey, int] = {}
        if not self.written:
            return matched
        rest = {row: _without_key(self.found.texts(row)) for row in keyed}
        unsure: list[int] = []
        for row, texts in rest.items():
            same = [key for key in self.whole.get(pack_texts(texts.values()), ()) if key not in matched]
            if len(same) == 1:
                matched[same[0]] = row
            else:
                unsure.append(row)
        for row in unsure:
            best = self._most_alike(rest[row], keyed[row], matched)
            if best:
                matched[best] = row
        return matched

    def _most_alike(
        self, stands: Mapping[str, str], own: OrderLineKey | None, matched: Collection[OrderLineKey]
    ) -> OrderLineKey | None:
        """The one line that a row is most like, and more than the line whose key it has."""
        votes: Counter[OrderLineKey] = Counter()
        for item in stands.items():
            lines = self.by_text.get(item, ())
            if len(lines) <= _TELLING:
                votes.update(key for key in lines if key not in matched and key != own)
        scores = Counter({key: _count_alike(self.written[key], stands) for key, _ in votes.most_common(3)})
        if own:
            scores[own] = _count_alike(self.before.texts(own) or {}, stands)
        (best, score), *others = scores.most_common(2) or [(("", ""), 0)]
        if not score or best == own or (others and others[0][1] == score):
            return None
        filled = sum(map(bool, self.written[best].values()))
        return best if score >= max(_FEWEST_ALIKE, _ALIKE * filled) else None


def _without_key(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name not in KEY}


def _is_order(found: FoundTable, row: int) -> bool:
    texts = found.texts(row)
    if any(label_key(text) in _SUMS for text in texts.values()):
        return False
    filled = [name for name in _ORDER_COLUMNS if texts.get(name)]
    # A header that was copied between the rows, to be read on paper, is none either.
    return len(filled) >= 2 and any(texts[name] != found.headers[name] for name in filled)
