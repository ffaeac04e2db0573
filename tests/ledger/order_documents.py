"""Order documents written down in the test itself, and the package's own rules to decide them by."""

import datetime as dt
import functools
import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from xltools.core.event import Event, chain_events
from xltools.core.place import Place, cell_name
from xltools.core.record import Document, FieldValue, Origin, Record, ScheduledDelivery, Value
from xltools.forms.load import load_rules
from xltools.forms.rules import Rules
from xltools.ledger.decide import Decision, decide_intake
from xltools.ledger.documents import accept_event
from xltools.ledger.replay import Ledger, extend

RULES = Path(__file__).parents[2] / "rules"
AS_OF = dt.date(2026, 3, 2)
EMPTY = Ledger()
PAPERS = frozenset({"contract"})
SHEET = "order-intake-sheet"


@functools.cache
def package_rules(**changes: str) -> Rules:
    texts = {path.relative_to(RULES).as_posix(): path.read_text("utf-8") for path in RULES.rglob("*.yaml")}
    layer = {name: text for name, text in texts.items() if not name.startswith("messages")} | changes
    rules, problems = load_rules([layer])
    assert rules is not None, problems
    return rules


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def on(*parts: str) -> tuple[ScheduledDelivery, ...]:
    """A schedule: `on("2026-03-30×300", "2026-04-15×200")`, `on("TBC")`."""
    schedule = []
    for part in parts:
        date, _, quantity = part.partition("×")
        amount = Decimal(quantity) if quantity else None
        is_date = date[:1].isdigit()
        schedule.append(ScheduledDelivery(day(date), amount) if is_date else ScheduledDelivery(words=date))
    return tuple(schedule)


def line(row: int = 0, **fields: FieldValue) -> Record:
    return Record(Place("", "S", cell_name(10 + row, 0)), _values(fields, 10 + row))


def record(*lines: Record, **fields: FieldValue) -> Record:
    given: dict[str, FieldValue] = {"customer": "宁波泰衡", "order_date": AS_OF, "contract_mode": "single", **fields}
    return Record(Place("", "S", "A1"), _values(given, 0), lines)


def item(code: str, quantity: str, row: int = 0, **fields: FieldValue) -> Record:
    return line(row, product_code=code, product=f"品{code}", quantity=Decimal(quantity), **fields)


def document(*records: Record, name: str = "a.xlsx", layout: str = SHEET, rejected: Iterable[Record] = ()) -> Document:
    sha256 = hashlib.sha256(repr((name, records)).encode()).hexdigest()
    return Document(f"inbox/{name}", sha256, "order-intake", layout, records, tuple(rejected), "李雯")


def decide(given: Document, ledger: Ledger = EMPTY, rules: Rules | None = None, **more: object) -> Decision:
    rules = rules or package_rules()
    return decide_intake(given, rules.layouts[given.layout], ledger, rules, AS_OF, **more)


def append(ledger: Ledger, *events: Event | None) -> Ledger:
    return extend(ledger, chain_events([event for event in events if event], ledger.number, ledger.head))


def take(given: Document, ledger: Ledger = EMPTY, **more: object) -> Ledger:
    """The ledger once the document is in."""
    decision = decide(given, ledger, **more)
    accepted = accept_event(
        given, decision.orders, ledger, AS_OF, archived="archive/a.xlsx", partly=bool(decision.rejected)
    )
    return append(ledger, accepted if decision.orders else None, *decision.events)


def codes(decision: object) -> list[str]:
    return [problem.code for problem in decision.problems]


def _values(fields: Mapping[str, FieldValue], row: int) -> dict[str, Value]:
    return {
        name: Value(value, Place("", "S", cell_name(row, column)), Origin.CELL)
        for column, (name, value) in enumerate(fields.items())
    }
