import datetime as dt
import functools
from dataclasses import replace
from decimal import Decimal

from order_documents import AS_OF, append, document, item, line, on, package_rules, record, take

from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Edit
from xltools.forms.model import Stage
from xltools.forms.rules import Rules
from xltools.ledger.decide import close_year, decide_edits, issue_paper
from xltools.ledger.gates import required_fields
from xltools.ledger.replay import Ledger
from xltools.ledger.standing import CHANGE_NOTICE, Standing, assess_order, is_approved, is_in_tracker

CONTRACT = {
    "currency": "CNY",
    "payment_terms": "30/70",
    "tax_rate": Decimal("0.13"),
    "tax_included": True,
    "delivery_address": "宁波",
}
LINE = {"specification": "Φ8", "unit": "件", "unit_price": Decimal("2.5")}


@functools.cache
def bare_rules() -> Rules:
    """The package's rules with none of the forms that gates wait for, and with no paper but the contract."""
    rules = package_rules()
    asked = {gate.form for stage in rules.workflow.stages for gate in stage.gates}
    papers = tuple(one for one in rules.papers.papers if one.name == "contract")
    return replace(
        rules,
        forms={name: form for name, form in rules.forms.items() if name not in {*asked, CHANGE_NOTICE}},
        papers=replace(rules.papers, papers=papers),
    )


def ledger_of(*lines: object, layout: str = "order-intake-sheet", **fields: object) -> Ledger:
    return take(document(record(*lines, order_no="A", **fields), layout=layout))


def stand(ledger: Ledger, rules: Rules | None = None) -> Standing:
    return assess_order(ledger.orders["A"], rules or bare_rules(), AS_OF)


def gates(standing: Standing) -> list[str]:
    return [waiting.gate for waiting in standing.waiting]


def with_contract(ledger: Ledger, as_of: dt.date = dt.date(2026, 3, 5)) -> Ledger:
    paper = issue_paper("contract", ledger.orders["A"], number="HT1", file="p", sha256="0" * 64, as_of=as_of)
    return append(ledger, paper)


def ship(ledger: Ledger, quantity: str, on_day: str, line: str = "1") -> Ledger:
    body = {"line": line, "date": on_day, "quantity": quantity, "delivery_note": ""}
    return append(ledger, Event(EventKind.GOODS_SHIPPED, AS_OF, Place("x"), "A", body))


def promise(ledger: Ledger) -> Ledger:
    edits = [Edit("A", "1", "promised_date", on("2026-04-01"), Place("t"))]
    return append(ledger, *decide_edits(edits, ledger, bare_rules(), AS_OF).events)


def test_a_new_order_waits_for_its_contract_fields_since_it_was_received() -> None:
    standing = stand(ledger_of(item("P1", "5", unit="件"), item("P2", "5", 1, **LINE), currency="CNY"))
    assert (standing.stage, standing.since) == ("in-review", AS_OF)
    assert gates(standing) == ["contract-fields", "contract-made"]
    fields = {"": ("payment_terms", "tax_rate", "tax_included"), "1": ("specification", "unit_price")}
    assert standing.missing == standing.waiting[0].fields == fields
    assert (standing.waiting[0].whom, standing.waiting[0].since) == ("owner", AS_OF)
    assert standing.untracked == ("review-verdicts",)


def test_a_contract_made_for_the_current_revision_moves_the_order_on() -> None:
    rules = bare_rules()
    before = ledger_of(item("P1", "5", **LINE), **CONTRACT)
    assert gates(stand(before)) == ["contract-made"]
    assert not is_approved(before.orders["A"], rules, AS_OF)
    ledger = with_contract(before)
    standing = stand(ledger)
    assert (standing.stage, standing.since) == ("contract-issued", dt.date(2026, 3, 5))
    assert is_approved(ledger.orders["A"], rules, AS_OF)
    assert gates(standing) == ["production-fields"]
    assert standing.waiting[0].since == dt.date(2026, 3, 5)
    assert standing.missing == {"1": ("requested_date", "promised_date")}
    order = replace(ledger.orders["A"], revision=2)
    assert assess_order(order, rules, AS_OF).stage == "in-review"


def test_a_paper_that_cannot_be_made_is_not_tracked() -> None:
    rules = bare_rules()
    without = replace(rules, papers=replace(rules.papers, papers=()))
    standing = stand(ledger_of(item("P1", "5", **LINE), **CONTRACT), without)
    assert "contract-made" in standing.untracked
    assert gates(standing) == ["production-fields"]
    assert standing.stage == "in-review"


def test_an_excused_gate_asks_for_nothing() -> None:
    standing = stand(ledger_of(item("P1", "5"), contract_mode="none", payment_terms="月结30天"))
    assert gates(standing) == ["production-fields"]
    assert standing.missing == {"1": ("requested_date", "promised_date")}
    assert "contract-signature" not in standing.untracked
    assert "payment-first" not in standing.untracked


def test_a_condition_that_cannot_be_said_excuses_nothing() -> None:
    ledger = promise(ledger_of(item("P1", "5", requested_date=on("2026-04-01")), contract_mode="none"))
    rules = bare_rules()
    stages = [
        replace(stage, gates=tuple(replace(gate, unless="tax_rate > 0") for gate in stage.gates))
        for stage in rules.workflow.stages
    ]
    careful = replace(rules, workflow=replace(rules.workflow, stages=tuple(stages)))
    assert gates(stand(ledger, careful))[0] == "contract-fields"


def test_goods_that_left_carry_the_order_to_partly_and_wholly_shipped() -> None:
    ledger = ledger_of(item("P1", "5", **LINE, requested_date=on("TBC")), **CONTRACT)
    ledger = promise(with_contract(ledger))
    assert gates(stand(ledger)) == ["first-shipment"]
    ledger = ship(ledger, "3", "2026-04-01")
    partly = stand(ledger)
    assert (partly.stage, partly.since, gates(partly)) == (
        "partly-shipped",
        dt.date(2026, 4, 1),
        ["last-shipment"],
    )
    whole = stand(ship(ledger, "2", "2026-04-07"))
    assert (whole.stage, whole.since, whole.missing) == ("shipped", dt.date(2026, 4, 7), {})
    assert gates(whole) == []
    assert whole.untracked[-2:] == ("receipt", "closing")


def test_a_short_tolerance_closes_a_line() -> None:
    fields = {"requested_date": on("2026-04-01"), "promised_date": on("2026-04-01"), "short_tolerance": Decimal("0.05")}
    ledger = with_contract(ledger_of(item("P1", "100", **LINE, **fields), **CONTRACT))
    assert stand(ship(ledger, "94", "2026-04-01")).stage == "partly-shipped"
    assert stand(ship(ledger, "95", "2026-04-01")).stage == "shipped"


def test_an_order_never_stands_before_the_stage_its_layout_brings_it_in_at() -> None:
    ledger = ledger_of(item("P1", "5", line_no="1"), layout="shipped-order-list", delivery_address="Bräcke")
    standing = stand(ledger)
    assert (standing.stage, gates(standing)) == ("released", ["first-shipment"])
    assert standing.missing == {}
    assert "review-verdicts" not in standing.untracked
    gone = item("P1", "5", line_no="1", shipped_date=dt.date(2026, 2, 1))
    shipped = ledger_of(gone, layout="shipped-order-list", delivery_address="Bräcke")
    assert stand(shipped).stage == "shipped"


def test_an_installed_form_that_has_said_nothing_keeps_its_gate_shut() -> None:
    rules = bare_rules()
    reviewed = replace(rules, forms={**rules.forms, "order-review": package_rules().forms["order-review"]})
    standing = stand(ledger_of(item("P1", "5", **LINE), **CONTRACT), reviewed)
    assert (set(gates(standing)), standing.untracked) == ({"review-verdicts"}, ())


def test_tbc_answers_a_request_but_is_no_promise() -> None:
    ledger = ledger_of(item("P1", "5", **LINE, requested_date=on("TBC"), promised_date=on("TBC")), contract_mode="none")
    assert stand(ledger).missing == {"1": ("promised_date",)}


def test_of_two_fields_that_do_for_each_other_one_is_enough() -> None:
    form = package_rules().forms["order-intake"]
    names = [field.name for field in required_fields(form, Stage.INTAKE)]
    assert names == ["customer", "product_code", "product", "quantity"]
    contract = {field.name for field in required_fields(form, Stage.CONTRACT, after=Stage.INTAKE)}
    assert "unit_price" in contract
    assert "customer" not in contract
    named = ledger_of(line(product="端盖", quantity=Decimal(1), **LINE), **CONTRACT)
    assert gates(stand(named)) == ["contract-made"]
    unnamed = ledger_of(line(quantity=Decimal(1), **LINE), **CONTRACT)
    assert stand(unnamed).missing == {"1": ("product_code",)}


def test_a_stage_that_the_workflow_lost_counts_as_the_first() -> None:
    order = replace(ledger_of(item("P1", "5")).orders["A"], entered="gone")
    assert assess_order(order, package_rules(), AS_OF).stage == "in-review"


def test_a_line_that_was_done_in_a_closed_year_leaves_the_tracker() -> None:
    def shown(ledger: Ledger) -> list[str]:
        lines = ledger.orders["A"].lines
        return [one.number for one in lines if is_in_tracker(one, ledger.closed_year, package_rules())]

    ledger = ledger_of(*(item(f"P{row}", "5", row) for row in range(5)))
    ledger = ship(ledger, "5", "2025-12-31", "1")  # done in 2025
    ledger = ship(ship(ledger, "3", "2025-12-31", "2"), "2", "2026-01-02", "2")  # begun then, done this year
    ledger = ship(ledger, "3", "2025-06-30", "3")  # still open
    ledger = ship(ledger, "5", "2024-06-30", "4")  # done before
    assert shown(ledger) == ["1", "2", "3", "4", "5"]
    ledger = append(ledger, close_year(ledger, 2025, AS_OF))
    assert (ledger.closed_year, shown(ledger)) == (2025, ["2", "3", "5"])
    assert close_year(ledger, 2025, AS_OF) is None
    assert close_year(ledger, 2024, AS_OF) is None
    assert shown(append(ledger, close_year(ledger, 2026, AS_OF))) == ["3", "5"]


def test_a_line_shipped_within_its_tolerance_is_done() -> None:
    ledger = ship(ledger_of(item("P1", "100", short_tolerance=Decimal("0.05"))), "96", "2025-12-31")
    assert not is_in_tracker(ledger.orders["A"].lines[0], 2025, package_rules())
