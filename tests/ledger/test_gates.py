"""Each gate of the default workflow holds, and opens, by documents alone; and what gates may ask besides."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from life import LINE, NUMBER, Life
from order_documents import item, on, package_rules
from pydantic import TypeAdapter

from xltools.core.record import FieldValue
from xltools.forms.expression import compile_expression
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate
from xltools.ledger.order_conditions import evaluate_for_order
from xltools.ledger.routing import order_figures
from xltools.ledger.standing import assess_order

Step = Callable[[Life], object]
BARE = {**LINE, "requested_date": None}


def one_line(**fields: FieldValue) -> tuple[object, ...]:
    return (item("P1", "100", 0, line_no="1", **{name: one for name, one in {**LINE, **fields}.items() if one}),)


def receipt(note: str) -> Step:
    return lambda life: life.say("delivery-receipt", {"delivery_note": note, "received_by": "赵敏", "date": life.today})


def to(stage: str, **header: FieldValue) -> Callable[[], Life]:
    return lambda: Life(**header).go_to(stage)


# By gate: how the order comes before it, what of its form does not open it yet, and what opens it.
SCENES: dict[str, tuple[Callable[[], Life], list[Step], Step]] = {
    "review-verdicts": (Life, [lambda life: life.review("1")], lambda life: life.review("2")),
    "contract-fields": (
        lambda: Life(tax_rate=None),
        [lambda life: life.receive(revision=2, remark="急")],
        lambda life: life.receive(revision=3, tax_rate=Decimal("0.13")),
    ),
    "contract-made": (Life, [], lambda life: life.review()),
    "proforma-made": (lambda: Life(contract_mode="proforma"), [], lambda life: life.review()),
    "contract-signature": (
        to("contract-issued"),
        [lambda life: life.pay("600")],
        lambda life: life.register("contract-signed"),
    ),
    "payment-first": (
        to("contract-signed"),
        [
            lambda life: life.register("invoice", amount=Decimal(2000)),
            lambda life: life.pay("599.99"),
            lambda life: life.pay("5000", currency="USD"),
        ],
        lambda life: life.pay("0.01", currency="CNY"),
    ),
    "production-fields": (
        lambda: Life(*one_line()),
        [lambda life: life.review("1", available_date=on("TBC"))],
        lambda life: life.say("gate-override", {"gate": "生产要素齐全", "reason": "先备料", "name": "林总"}),
    ),
    "production-order": (to("contract-signed"), [lambda life: life.pay("1")], lambda life: life.pay("599")),
    "production-started": (to("released"), [], lambda life: life.report("started", "0", "1")),
    "goods-received": (
        to("in-production"),
        [
            lambda life: life.report("finished", "100", "1").report("finished", "100", "2"),
            lambda life: life.report("stocked", "100", "1").report("stocked", "99", "2"),
        ],
        lambda life: life.report("stocked", "1", "2"),
    ),
    "payment-balance": (
        to("in-stock"),
        [lambda life: life.pay("1399"), lambda life: life.register("production-release")],
        lambda life: life.pay("1"),
    ),
    "shipping-fields": (
        lambda: Life(delivery_address=None),
        [lambda life: life.receive(revision=2, remark="急")],
        lambda life: life.receive(revision=3, delivery_address="宁波"),
    ),
    "first-shipment": (to("payment-reconfirmed"), [], lambda life: life.leave(l1="1")),
    "last-shipment": (
        to("partly-shipped"),
        [lambda life: life.leave(l1="40", l2="99")],
        lambda life: life.leave(l2="1"),
    ),
    "receipt": (
        lambda: Life().go_to("shipped"),
        [lambda life: receipt(next(iter(life.ledger.delivery_notes)))(life)],
        lambda life: receipt(list(life.ledger.delivery_notes)[-1])(life),
    ),
    "closing": (
        to("received-by-customer"),
        [
            lambda life: life.say(
                "after-sales", {"kind": "return", "date": life.today, "reason": "孔偏", "name": "李雯"}
            )
        ],
        lambda life: life.say("order-closing", {"name": "李雯"}),
    ),
}
GATES = {gate.name: gate for stage in package_rules().workflow.stages for gate in stage.gates}


def test_every_gate_of_the_workflow_has_its_scene() -> None:
    assert set(SCENES) == set(GATES)


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_holds_until_its_document_comes(gate: str) -> None:
    begin, too_little, opens = SCENES[gate]
    life = begin()
    assert gate in life.shut
    for step in too_little:
        step(life)
        assert gate in life.shut
    opens(life)
    assert gate not in life.shut
    assert gate not in life.standing.untracked


def test_an_order_goes_through_its_life_one_document_after_the_other() -> None:
    life, stages = Life(), []
    for step in ("review", "sign", "deposit", "start", "stock", "balance", "partly", "rest", "receipt", "close"):
        getattr(life, f"_{step}")()
        stages.append((life.standing.stage, life.waiting))
    assert stages == [
        ("contract-issued", ["contract-signature"]),
        ("contract-signed", ["payment-first"]),
        ("released", ["production-started"]),
        ("in-production", ["goods-received"]),
        ("in-stock", ["payment-balance"]),
        ("payment-reconfirmed", ["first-shipment"]),
        ("partly-shipped", ["last-shipment"]),
        ("shipped", ["receipt"]),
        ("received-by-customer", ["closing"]),
        ("closed", []),
    ]


def test_goods_wait_for_every_gate_that_is_shut_and_not_only_for_the_next() -> None:
    life = Life().review()
    assert life.waiting == ["contract-signature"]
    assert life.holding == ["contract-signature", "payment-first", "production-order", "payment-balance"]
    life.register("contract-signed")
    held = life.ship(l1="100")
    assert held.outcome == "waiting"
    assert {dict(one.values)["what"] for one in held.problems if "what" in dict(one.values)} or held.problems
    life.pay("600")
    assert life.holding == ["payment-balance"]  # production need not be reported: goods that leave show it
    assert life.ship(l1="100").outcome == "waiting"
    assert life.pay("1400").holding == []
    assert life.leave(l1="100").standing.stage == "partly-shipped"


def test_what_came_before_its_gate_counts_once_the_order_is_there() -> None:
    life = Life().on("2026-03-03").pay("2000").report("stocked", "100", "1").report("stocked", "100", "2")
    assert life.standing.stage == "in-review"
    life.on("2026-03-04").register("contract-signed")
    life.on("2026-03-05").review()
    standing = life.standing
    assert (standing.stage, standing.since) == ("payment-reconfirmed", dt.date(2026, 3, 5))
    assert life.waiting == ["first-shipment"]


def test_goods_from_stock_are_ready_once_they_are_paid() -> None:
    life = Life(supply="stock", contract_mode="none", requested_date=on("2026-03-10")).review()
    assert life.waiting == ["payment-first"]
    life.pay("600")
    assert (life.standing.stage, life.waiting) == ("in-stock", ["payment-balance"])
    assert not any(paper.kind == "production-order" for paper in life.ledger.orders[NUMBER].papers)
    assert life.pay("1400").leave(l1="100", l2="100").standing.stage == "shipped"


@pytest.mark.parametrize("terms", ["月结30天", "net 60 days", "货到付款", "L/C at sight", None])
def test_where_nothing_is_due_before_the_goods_leave_no_payment_is_awaited(terms: str | None) -> None:
    life = Life(contract_mode="framework", payment_terms=terms).review()
    assert not {"payment-first", "payment-balance"} & set(life.shut)


def test_terms_that_nobody_understands_are_met_by_any_payment() -> None:
    life = Life(payment_terms="照旧").go_to("contract-signed")
    assert {"payment-first", "payment-balance"} <= set(life.shut)
    assert not {"payment-first", "payment-balance"} & set(life.pay("1").shut)


def test_a_refund_shuts_what_the_payment_opened() -> None:
    life = Life().go_to("payment-reconfirmed")
    assert life.pay("-1400", remark="退款").waiting == ["payment-balance"]
    assert life.standing.waiting[0].what.en == "payment before shipment 600 / 2,000"


def test_finance_may_let_goods_go_before_the_money_is_there() -> None:
    life = Life().go_to("contract-signed")
    assert "payment-first" not in life.register("production-release").shut
    assert "payment-balance" in life.shut
    assert "payment-balance" not in life.register("release").shut


def test_a_later_payment_does_not_make_an_earlier_stage_younger() -> None:
    life = Life().go_to("in-production")
    since = life.standing.since
    assert life.on("2026-05-04").pay("10").report("started", "0", "2").standing.since == since


def test_the_quantity_of_a_line_may_fall_short_by_its_tolerance() -> None:
    life = Life(*one_line(short_tolerance=Decimal("0.05"))).review("1").register("contract-signed").pay("300")
    assert "goods-received" in life.report("stocked", "94", "1").shut
    assert "goods-received" not in life.report("stocked", "1", "1").shut


def test_goods_that_left_show_what_no_report_said() -> None:
    life = Life().go_to("released").pay("1400")
    assert life.leave(l1="10").standing.stage == "partly-shipped"
    assert not {"production-started", "goods-received"} & set(life.shut)


def test_a_cancelled_lines_words_count_no_more() -> None:
    life = Life().review("1").review("2", conclusion="rejected", condition="无料")
    assert life.standing.state == "declined"
    order = life.ledger.orders[NUMBER]
    left = replace(order, lines=(order.lines[0], replace(order.lines[1], cancelled=True)))
    assert "review-verdicts" not in [one.gate for one in assess_order(left, life.rules, life.today).ahead]


def test_a_review_that_is_through_is_not_asked_again_when_the_order_becomes_one_of_another_route() -> None:
    life = Life().go_to("contract-signed")
    order = life.ledger.orders[NUMBER]
    dear = replace(order.lines[0], values={**order.lines[0].values, "unit_price": order.lines[0].values["unit_price"]
                                           ._replace(value=Decimal(9000))})  # fmt: skip
    changed = replace(order, lines=(dear, order.lines[1]))
    assert "review-verdicts" not in [one.gate for one in assess_order(changed, life.rules, life.today).ahead]


# Overrides


def test_an_override_lets_an_order_through_until_its_last_day() -> None:
    life = Life().go_to("contract-signed").override("payment-first", "2026-03-13", valid_until=dt.date(2026, 3, 13))
    (name, said), *_ = life.standing.overrides
    assert (name, said.by, said.text("reason")) == ("payment-first", "林总", "老客户，先排产")
    assert "payment-first" not in [one.gate for one in life.stand("2026-03-13").ahead]
    assert "payment-first" in [one.gate for one in life.stand("2026-03-14").ahead]
    assert life.stand("2026-03-14").overrides == ()


def test_an_override_without_a_last_day_holds_for_good() -> None:
    life = Life().go_to("contract-signed").override("payment-first")
    assert "payment-first" not in [one.gate for one in life.stand("2030-01-01").ahead]


def test_goods_that_have_left_stay_gone_when_the_override_ends() -> None:
    life = Life().go_to("in-stock").override("payment-balance", "2026-03-20").on("2026-03-19").leave(l1="60")
    assert life.standing.stage == "partly-shipped"
    life.on("2026-03-21")
    assert (life.standing.stage, life.waiting) == ("partly-shipped", ["payment-balance"])
    assert life.ship(l1="10").outcome == "waiting"


def test_an_override_said_before_a_refusal_does_not_overrule_it() -> None:
    life = Life().override("review-verdicts")
    assert life.standing.state == ""
    refused = Life().say("gate-override", {"gate": "review-verdicts", "reason": "急", "name": "林总"})
    refused.review(conclusion="rejected", condition="无料")
    assert refused.standing.state == "declined"
    assert refused.override("review-verdicts").standing.state == ""


def test_an_override_of_the_review_is_about_the_revision_it_was_given_for() -> None:
    life = Life().say("gate-override", {"gate": "review-verdicts", "reason": "急", "name": "林总"})
    assert "review-verdicts" not in life.shut
    revised = replace(life.ledger.orders[NUMBER], revision=2, reviewed=2)
    assert "review-verdicts" in [one.gate for one in assess_order(revised, life.rules, life.today).ahead]


# Who says so


def test_a_deputys_word_counts_and_is_named_as_such() -> None:
    life = Life().review(name="何平")
    said = life.ledger.orders[NUMBER].statements_of("order-review")
    assert {(one.by, one.deputy_for) for one in said} == {("何平", "周凯")}
    assert "review-verdicts" not in life.shut


def test_the_name_under_a_payment_is_of_finance_or_told() -> None:
    life = Life()
    paid = {"order_no": NUMBER, "kind": "payment", "amount": Decimal(1), "date": life.today, "name": "李雯"}
    assert [one.code for one in life.decide("contract-register", paid).problems] == ["signer-of-other-department"]
    signed = {"order_no": NUMBER, "kind": "contract-signed", "date": life.today, "name": "李雯"}
    assert life.decide("contract-register", signed).problems == ()


# What is said twice


def test_the_rows_of_a_register_that_is_dropped_again_count_once() -> None:
    life = Life().go_to("contract-signed")
    rows = [
        {"order_no": NUMBER, "kind": "payment", "amount": Decimal(299), "date": life.today, "name": "孙丽"}
        for _ in range(2)
    ]
    assert life.decide("contract-register", *rows).outcome == "accepted"  # in one workbook two rows are two payments
    assert "payment-first" in life.shut
    again = life.decide("contract-register", *rows, rows[0] | {"remark": "补登", "amount": Decimal(1)})
    assert [one.code for one in again.problems] == ["statement-repeated"]
    assert "payment-first" in life.shut
    third = life.decide("contract-register", *rows, rows[0] | {"reference": "0306-2", "amount": Decimal(1)})
    assert third.outcome == "accepted"
    assert "payment-first" not in life.shut
    assert life.decide("contract-register", *rows).outcome == "duplicate"


def test_a_quantity_must_say_of_which_line_it_is() -> None:
    life = Life()
    row = {"order_no": NUMBER, "progress": "stocked", "quantity": Decimal(100), "date": life.today}
    refused = life.decide("production-report", row)
    assert ([one.code for one in refused.problems], refused.outcome) == (["statement-without-line"], "returned")
    assert life.decide("production-report", row | {"product_code": "P2"}).outcome == "accepted"
    assert Life(*one_line()).decide("production-report", row).outcome == "accepted"


def test_a_payment_in_another_currency_is_kept_and_told_not_to_count() -> None:
    life = Life().go_to("contract-signed")
    row = {"order_no": NUMBER, "kind": "payment", "amount": Decimal(600), "date": life.today, "name": "孙丽"}
    said = life.decide("contract-register", row | {"currency": "USD"})
    assert ([one.code for one in said.problems], said.outcome) == (["statement-not-counted"], "accepted")
    assert "payment-first" in life.shut


# Promises


@given(st.lists(st.decimals("-500", "900", places=2), max_size=8))
def test_a_sum_gate_is_open_exactly_when_the_sum_is_reached(amounts: list[Decimal]) -> None:
    life = Life()
    for number, amount in enumerate(amounts):
        row = {"kind": "payment", "amount": amount, "date": life.today, "name": "孙丽", "reference": f"R{number}"}
        life.say("contract-register", row)
    assert ("payment-first" in life.shut) == (sum(amounts, Decimal(0)) < 600)
    assert ("payment-balance" in life.shut) == (sum(amounts, Decimal(0)) < 2000)


@given(st.permutations(["1", "2", "1-no", "2-no"]))
def test_of_each_line_the_last_verdict_counts(order: list[str]) -> None:
    life, last = Life(), dict[str, bool]()
    for word in order:
        line, _, no = word.partition("-")
        said = {"conclusion": "rejected", "condition": "无料"} if no else {"conclusion": "acceptable"}
        verdict = {"line_no": line, "department": "production", "name": "周凯", "date": life.today, **said}
        life.say("order-review", verdict)
        last[line] = not no
    assert ("review-verdicts" not in life.shut) == all(last.values())


def with_gate(**keys: object) -> Rules:
    """The package's rules with one more gate before shipment, of the after-sales form."""
    rules = package_rules()
    given = {"name": "check", "what": {"zh": "检", "en": "check"}, "whom": "quality", **keys}
    gate = TypeAdapter(Gate).validate_python(given)
    stages = [
        replace(stage, gates=(*stage.gates, gate)) if stage.name == "in-stock" else stage
        for stage in rules.workflow.stages
    ]
    return replace(rules, workflow=replace(rules.workflow, stages=tuple(stages)))


def test_a_gate_without_every_that_may_refuse_listens_to_the_last_word() -> None:
    rules = with_gate(form="after-sales", says='kind == "repair"', refuses='kind == "return"')
    life = Life(rules=rules)
    words = {"date": life.today, "reason": "孔偏", "name": "钱红"}
    assert "check" in life.shut
    life.say("after-sales", {"kind": "return", **words})
    assert "check" in life.shut
    life.say("after-sales", {"kind": "complaint", **words})  # neither: what was said stands
    assert "check" in life.shut
    life.say("after-sales", {"kind": "repair", **words})
    assert "check" not in life.shut


def test_a_gate_may_ask_for_each_line_and_a_word_of_the_whole_order_is_one_of_each() -> None:
    life = Life(rules=with_gate(form="after-sales", every=["line"], says='kind == "repair"'))
    words = {"kind": "repair", "date": life.today, "reason": "孔偏", "name": "钱红"}
    assert "check" in life.say("after-sales", {"line_no": "1", **words}).shut
    assert "check" not in life.say("after-sales", words).shut


def test_a_condition_is_the_same_remembered_or_not() -> None:
    life = Life()
    order = life.ledger.orders[NUMBER]
    for text in ("total_amount * 2", "novel", 'payment_due(payment_terms, "shipment")', "quantity - 1"):
        fresh = compile_expression(text).evaluate(order_figures(order, "2"))
        assert [evaluate_for_order(text, order, "2") for _ in range(2)] == [fresh, fresh]
    assert evaluate_for_order("quantity - 1", order) is None
