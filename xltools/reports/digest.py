"""The late-order mails: what each reader must know today, the most late first, and what is new since the last one."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from xltools.core.text import Language, label_key
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.reports.late import KINDS, Kind, LateRow, group_rows
from xltools.reports.lines import AssessedLine
from xltools.reports.paper_words import quantity_text
from xltools.reports.people import People, Person
from xltools.reports.wording import natural_key

PMC_DEPARTMENT = "production"  # whose people get the mail about everything
_OWN_KINDS = frozenset({"review", "acceptance", "condition", "change"})  # what a department owes by itself
Reader = Literal["pmc", "owner", "department"]
Trend = Literal["", "new", "worse"]

# Kind, order, line, due and whom of a row that a digest told: what tells it apart from the rows of the next one.
ToldRow = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class DigestItem:
    """Rows that are told as one, see `group_rows`; `trend` is how they stand to the last digest."""

    rows: tuple[LateRow, ...]
    trend: Trend = ""

    @property
    def first(self) -> LateRow:
        """The row that speaks for all."""
        return self.rows[0]

    @property
    def product(self) -> str:
        """What the rows are about; empty where they are about several lines."""
        return self.first.product if len({row.line for row in self.rows}) == 1 else ""


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order that is on hold: nothing of it is late, and somebody may have forgotten it."""

    order: str
    customer: str
    owner: str
    reason: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What one reader is told.

    `key` names the reader in file names: `pmc`, an owner's name, a department's id; `name` as people know them. `gone`
    are the rows of the last digest, of the day `since`, that are no more; None: there was none before.
    """

    reader: Reader
    key: str
    name: str
    as_of: dt.date
    items: tuple[DigestItem, ...]
    held: tuple[HeldOrder, ...] = ()
    since: dt.date | None = None
    gone: tuple[ToldRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to say."""
        return not self.items and not self.held

    @property
    def told(self) -> tuple[ToldRow, ...]:
        """All rows, as the next digest compares with them."""
        return tuple(told_row(row) for item in self.items for row in item.rows)

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many items there are of each kind, in the order of KINDS; kinds without any are left out."""
        found = Counter(item.first.kind for item in self.items)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def items_of(self, kind: Kind) -> tuple[DigestItem, ...]:
        """The items of a kind, the most late first."""
        return tuple(item for item in self.items if item.first.kind == kind)

    def count_trend(self, trend: Trend) -> int:
        """How many items are new, or worse, since the last digest."""
        return sum(item.trend == trend for item in self.items)


def told_row(row: LateRow) -> ToldRow:
    """What tells a row apart."""
    return row.kind, row.order, row.line, row.due.isoformat(), row.whom


def split_digests(
    rows: Sequence[LateRow],
    held: Sequence[HeldOrder],
    rules: Rules,
    people: People,
    as_of: dt.date,
    language: Language,
    say: Say,
) -> Iterator[Digest]:
    """A digest for PMC with all rows, one per sales owner, one per department with what it owes; empty ones too.

    What the production department owes stands in PMC's: they are the same people.
    """
    yield _make_digest("pmc", "pmc", say("ui-digest-pmc"), as_of, rows, held)
    names: dict[str, str] = {}
    for owner in (*(row.owner for row in rows), *(one.owner for one in held)):
        names.setdefault(label_key(owner), owner)
    for key, name in sorted(names.items()):
        if key:
            own = [row for row in rows if label_key(row.owner) == key]
            yield _make_digest("owner", name, name, as_of, own, [one for one in held if label_key(one.owner) == key])
    for department in rules.routes.departments:
        if department.name != PMC_DEPARTMENT and people.of_department(department.name):
            own = [row for row in rows if row.kind in _OWN_KINDS and row.whom == department.name]
            label = department.label.text.in_language(language)
            yield _make_digest("department", department.name, label, as_of, own, ())


def _make_digest(
    reader: Reader, key: str, name: str, as_of: dt.date, rows: Iterable[LateRow], held: Iterable[HeldOrder]
) -> Digest:
    return Digest(reader, key, name, as_of, tuple(_group_items(rows)), tuple(held))


def _group_items(rows: Iterable[LateRow]) -> Iterator[DigestItem]:
    """The rows as items, by kind and within it the most late first."""
    items = (DigestItem(group) for group in group_rows(rows))
    return iter(
        sorted(items, key=lambda one: (KINDS.index(one.first.kind), one.first.due, natural_key(one.first.order)))
    )


def compare_digest(digest: Digest, last: Iterable[ToldRow], since: dt.date) -> Digest:
    """The digest with what changed since the last one, of the day `since`.

    An item is new where none of its rows was told; a delivery is worse that was at risk and is late now.
    """
    before = set(last)
    left = set(before)
    items = []
    for item in digest.items:
        told = {told_row(row) for row in item.rows}
        milder = {("at-risk", *one[1:]) for one in told if one[0] == "late"}
        trend: Trend = "" if told & before else "worse" if milder & before else "new"
        items.append(DigestItem(item.rows, trend))
        left -= told | milder
    gone = sorted(
        left, key=lambda one: (KINDS.index(one[0]) if one[0] in KINDS else len(KINDS), natural_key(one[1]), one)
    )
    return Digest(digest.reader, digest.key, digest.name, digest.as_of, tuple(items), digest.held, since, tuple(gone))


def list_held(lines: Iterable[AssessedLine]) -> tuple[HeldOrder, ...]:
    """The orders on hold that still have goods open."""
    held: dict[str, HeldOrder] = {}
    for one in lines:
        order = one.order
        if one.standing.state == "held" and one.status.is_open:
            held[order.number] = HeldOrder(
                order.number, order.text("customer"), order.text("owner"), one.standing.reason
            )
    return tuple(held.values())


def item_quantity(item: DigestItem) -> str:
    """What is open of the delivery, with its unit: `1,200 件`; empty for tasks."""
    row = item.first
    if row.kind not in {"late", "at-risk"} or row.open_quantity is None:
        return ""
    return f"{quantity_text(row.open_quantity)} {row.unit}".rstrip()


def find_reader(digest: Digest, people: People, pmc: Sequence[str]) -> tuple[Person, ...]:
    """Who gets a digest: the owner or who stands in for them, the department's people, PMC's addresses or people."""
    if digest.reader == "owner":
        found = people.find(digest.key)
        return (found,) if found else ()
    if digest.reader == "pmc" and pmc:
        return tuple(Person("", mail) for mail in pmc)
    return people.of_department(PMC_DEPARTMENT if digest.reader == "pmc" else digest.key)
