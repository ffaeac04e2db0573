"""An order's life written down in a test: documents as their forms read them, decided and replayed one by one."""

import datetime as dt
import hashlib
from decimal import Decimal

from order_documents import append, day, item, on, package_rules, record, take

from xltools.core.event import Event
from xltools.core.place import Place, cell_name
from xltools.core.record import Document, FieldValue, Record, Table, Value
from xltools.forms.rules import Rules
from xltools.ledger.approval import approve_orders
from xltools.ledger.decide import Decision, issue_paper
from xltools.ledger.documents import accept_event
from xltools.ledger.replay import Ledger
from xltools.ledger.shipping import decide_shipments
from xltools.ledger.standing import Standing, Waiting, assess_order, shipment_gates
from xltools.ledger.statements import decide_statements

NUMBER = "SO-1"
WHOLE = {
    "order_type": "repeat",  # PMC reviews it alone
    "currency": "CNY",
    "payment_terms": "30/70",
    "tax_rate": Decimal("0.13"),
    "tax_included": True,
    "delivery_address": "宁波市北仑区明州路 88 号",
}
LINE = {"specification": "Φ86", "unit": "件", "unit_price": Decimal(10), "requested_date": on("2026-04-10")}
STAFF = Table(
    "staff",
    [
        Record(Place("staff.xlsx"), {name: Value(said, Place("staff.xlsx")) for name, said in person.items()})
        for person in (
            {"name": "周凯", "department": "production", "deputy": "何平"},
            {"name": "孙丽", "department": "finance"},
            {"name": "李雯", "department": "sales"},
            {"name": "何平", "department": "engineering"},
        )
    ],
)


class Life:
    """One order, `SO-1`, from the day it was received; two lines of 100 at 10 each unless others are given."""

    def __init__(self, *lines: Record, rules: Rules | None = None, received: str = "2026-03-02", **header: FieldValue):
        """Received, and nothing else yet; None takes a header field away."""
        self.rules = rules or package_rules()
        self.today = day(received)
        self.lines = lines or (item("P1", "100", 0, line_no="1", **LINE), item("P2", "100", 1, line_no="2", **LINE))
        self.header = {name: value for name, value in {**WHOLE, **header}.items() if value is not None}
        self.ledger = Ledger()
        self.count = 0
        self.receive()

    def receive(self, **changes: FieldValue) -> "Life":
        """The order's workbook, once more with what has changed."""
        self.header |= changes
        given = record(*self.lines, order_no=NUMBER, **self.header)
        sheet = _document("order-intake", "order-intake-sheet", given, name=f"{len(self.ledger.accepted)}.xlsx")
        self.ledger = take(sheet, self.ledger)
        return self

    def on(self, date: str) -> "Life":
        """What follows happens on that day."""
        self.today = day(date)
        return self

    def decide(self, form: str, *rows: dict[str, FieldValue], **header: FieldValue) -> Decision:
        """What a workbook of a form would do; its first row's fields are the header where the form has no lines."""
        described = self.rules.forms[form]
        lines = [_part(row, at) for at, row in enumerate(rows)]
        parts = [_part({"order_no": NUMBER, **header}, 90, lines)] if described.lines else lines
        self.count += 1
        sheet = _document(form, self.rules.layouts_of(form)[0].name, *parts, name=f"{form}-{self.count}.xlsx")
        tables = {"staff": STAFF, "customers": Table("customers", ()), "products": Table("products", ())}
        decide = decide_shipments if described.effect == "shipment" else decide_statements
        decision = decide(sheet, self.ledger, self.rules, tables, self.today)
        if decision.orders and not decision.duplicate:
            accepted = accept_event(sheet, decision.orders, self.ledger, self.today, archived="archive/a.xlsx",
                                    partly=bool(decision.rejected))  # fmt: skip
            self.add(*decision.events, accepted)
        return decision

    def say(self, form: str, *rows: dict[str, FieldValue], **header: FieldValue) -> "Life":
        """A workbook that must be taken."""
        if self.rules.forms[form].lines:
            decision = self.decide(form, *rows, **header)
        else:
            decision = self.decide(form, *({"order_no": NUMBER, **row} for row in rows or ({},)), **header)
        assert decision.outcome == "accepted", (form, [(one.code, one.values) for one in decision.problems])
        return self

    def add(self, *events: Event) -> None:
        self.ledger = append(self.ledger, *events)

    def settle(self) -> "Life":
        """What follows of itself: the approval, and the papers that are due."""
        self.add(*approve_orders(self.ledger.orders.values(), self.rules, self.today))
        for kind in ("contract", "proforma", "production-order"):
            gates = {gate.name: gate for stage in self.rules.workflow.stages for gate in stage.gates}
            waiting = self.standing.waiting
            if waiting and all(gates[one.gate].paper == kind for one in waiting):
                order = self.ledger.orders[NUMBER]
                file, sha256 = f"papers/{kind}-r{order.revision}", "0" * 64
                self.add(issue_paper(kind, order, number=kind, file=file, sha256=sha256, as_of=self.today))
        return self

    def review(self, *lines: str, conclusion: str = "acceptable", name: str = "周凯", **more: FieldValue) -> "Life":
        """PMC's verdict on these lines, on all of them where none is named."""
        said = {"department": "production", "conclusion": conclusion, "name": name, "date": self.today, **more}
        given = said if conclusion == "rejected" else {"available_date": on("2026-04-08"), **said}
        self.say("order-review", *({"line_no": one, **given} for one in lines or ("1", "2")))
        return self.settle()

    def pay(self, amount: str, **more: FieldValue) -> "Life":
        paid = {"kind": "payment", "amount": Decimal(amount), "date": self.today, "name": "孙丽", **more}
        return self.say("contract-register", paid).settle()

    def register(self, kind: str, **more: FieldValue) -> "Life":
        return self.say("contract-register", {"kind": kind, "date": self.today, "name": "孙丽", **more}).settle()

    def report(self, progress: str, quantity: str, line: str, **more: FieldValue) -> "Life":
        row = {"progress": progress, "quantity": Decimal(quantity), "line_no": line, "date": self.today, **more}
        return self.say("production-report", row).settle()

    def ship(self, **quantities: str) -> Decision:
        """A shipping list: `ship(l1="100", l2="40")`."""
        rows = [{"line_no": key[1:], "quantity": Decimal(one)} for key, one in quantities.items()]
        return self.decide("shipping-list", *rows, date=self.today)

    def leave(self, **quantities: str) -> "Life":
        """A shipping list that must go out."""
        decision = self.ship(**quantities)
        assert decision.outcome == "accepted", [(one.code, one.values) for one in decision.problems]
        return self

    def override(self, gate: str, until: str = "", **more: FieldValue) -> "Life":
        row = {"gate": gate, "reason": "老客户，先排产", "name": "林总", "date": self.today, **more}
        return self.say("gate-override", row | ({"valid_until": day(until)} if until else {})).settle()

    def stand(self, date: str = "") -> Standing:
        """Where it stands on a day, today unless given."""
        return assess_order(self.ledger.orders[NUMBER], self.rules, day(date) if date else self.today)

    @property
    def standing(self) -> Standing:
        return self.stand()

    @property
    def shut(self) -> list[str]:
        """The gates that are shut, of all stages."""
        return _names(self.standing.ahead)

    @property
    def waiting(self) -> list[str]:
        """Those that it waits for now."""
        return _names(self.standing.waiting)

    @property
    def holding(self) -> list[str]:
        """Those that hold a shipment."""
        return _names(shipment_gates(self.standing, self.rules))

    def go_to(self, stage: str) -> "Life":
        """Through everything up to a stage, a day each."""
        for step in ("review", "sign", "deposit", "start", "stock", "balance", "partly", "rest", "receipt", "close"):
            if self.standing.stage == stage:
                return self
            self.today += dt.timedelta(days=1)
            getattr(self, f"_{step}")()
        assert self.standing.stage == stage, (self.standing.stage, self.shut)
        return self

    def _review(self) -> None:
        self.review()

    def _sign(self) -> None:
        self.register("contract-signed")

    def _deposit(self) -> None:
        self.pay("600")

    def _start(self) -> None:
        self.report("started", "0", "1")

    def _stock(self) -> None:
        self.report("stocked", "100", "1").report("stocked", "100", "2")

    def _balance(self) -> None:
        self.pay("1400")

    def _partly(self) -> None:
        self.leave(l1="60")

    def _rest(self) -> None:
        self.leave(l1="40", l2="100")

    def _receipt(self) -> None:
        notes = [
            {"delivery_note": note, "received_by": "赵敏", "date": self.today} for note in self.ledger.delivery_notes
        ]
        self.say("delivery-receipt", *notes)

    def _close(self) -> None:
        self.say("order-closing", {"name": "李雯", "date": self.today})


def _names(waiting: tuple[Waiting, ...]) -> list[str]:
    return list(dict.fromkeys(one.gate for one in waiting))


def _part(fields: dict[str, FieldValue], row: int, lines: list[Record] | None = None) -> Record:
    values = {
        name: Value(value, Place("", "S", cell_name(row, column)))
        for column, (name, value) in enumerate(fields.items())
    }
    return Record(Place("", "S", cell_name(row, 0)), values, tuple(lines or ()))


def _document(form: str, layout: str, *records: Record, name: str) -> Document:
    sha256 = hashlib.sha256(repr((name, records)).encode()).hexdigest()
    return Document(f"inbox/{name}", sha256, form, layout, records, (), "李雯")
