"""Who is asked about an order, what counts as a verdict, and when the order is approved with which promise."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_documents import AS_OF, append, codes, day, document, item, on, package_rules, record, take

from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Document, Record, Value
from xltools.ledger.approval import approve_orders
from xltools.ledger.review import asked_tasks, list_refusals, review_tasks, task_id
from xltools.ledger.statements import decide_statements

FOUR = ("business", "engineering", "production", "quality")
RULES = package_rules()
ROUTES = """\
departments:
  - {name: sales, label: {zh: 销售, en: Sales}}
  - {name: business, label: {zh: 业务, en: Order Desk}}
  - {name: engineering, label: {zh: 技术, en: Engineering}}
  - {name: production, label: {zh: 生产PMC, en: Production (PMC)}}
  - {name: quality, label: {zh: 品质, en: Quality}}
  - {name: purchasing, label: {zh: 采购, en: Purchasing}}
  - {name: warehouse, label: {zh: 仓储, en: Warehouse}}
  - {name: finance, label: {zh: 财务, en: Finance}}
  - {name: legal, label: {zh: 法务, en: Legal}}
routes:
  - {name: nobody, label: {zh: 免评审, en: Not reviewed}, when: order_type == "replenishment"}
  - {name: two, label: {zh: 两部门, en: Two}, departments: [quality, purchasing]}
"""


def received(**fields):
    lines = (item("P1", "100", 0, line_no="1"), item("P2", "50", 1, line_no="2"))
    return take(document(record(*lines, order_no="A-1", **fields)))


def say(ledger, *rows, rules=RULES, is_whole=True, **header):
    """The decision on a review sheet of order A-1 with these rows, and the ledger once it is in."""
    parts = tuple(Record(Place("r.xlsx", "S", f"A{n + 1}"), _values(row, n)) for n, row in enumerate(rows))
    top = Record(Place("r.xlsx", "S", "A1"), _values({"order_no": "A-1", **header}, 90), parts)
    sha256 = hashlib.sha256(repr((ledger.number, rows, header)).encode()).hexdigest()
    sheet = Document("inbox/r.xlsx", sha256, "order-review", "order-review-sheet", (top,))
    decision = decide_statements(sheet, ledger, rules, {}, AS_OF, is_whole=is_whole)
    return decision, append(ledger, *decision.events)


def _values(fields, row):
    return {name: Value(value, Place("r.xlsx", "S", f"C{row + 1}")) for name, value in fields.items()}


def verdict(department, line="", conclusion="acceptable", **more):
    given = {"department": department, "conclusion": conclusion, "name": "某人", "date": AS_OF, **more}
    return {
        **given,
        **({"line_no": line} if line else {}),
        **({"condition": "理由"} if conclusion != "acceptable" else {}),
    }


def approve(ledger, rules=RULES):
    return append(ledger, *approve_orders(ledger.orders.values(), rules, AS_OF))


def test_there_is_a_task_for_each_line_and_department_of_the_route():
    order = received().orders["A-1"]
    tasks = review_tasks(order, RULES)
    assert [(task.line, task.department) for task in tasks] == [(line, who) for line in "12" for who in FOUR]
    assert (tasks[0].id, tasks[0].since, tasks[0].limit, tasks[0].verdict) == ("A-1-1-r1-business", AS_OF, 2, None)


@pytest.mark.parametrize(
    ("kind", "count", "meeting"), [("sample", 1, False), ("repeat", 1, False), ("custom", 8, True)]
)
def test_pmc_alone_is_asked_about_samples_and_a_meeting_about_what_is_new(kind, count, meeting):
    tasks = review_tasks(received(order_type=kind).orders["A-1"], RULES)
    assert (len({task.department for task in tasks}), {task.meeting for task in tasks}) == (count, {meeting})


def test_ids_of_odd_numbers_stay_apart():
    assert task_id("A", "1-1", "r1", "quality") != task_id("A-1", "1", "r1", "quality")
    assert task_id("A", "", "r1", "quality") == "A-r1-quality"


def test_an_order_whose_goods_left_unreviewed_is_asked_nothing():
    ledger = received()
    body = {"line": "1", "date": AS_OF.isoformat(), "quantity": "100", "delivery_note": ""}
    gone = append(ledger, Event(EventKind.GOODS_SHIPPED, AS_OF, Place("x"), "A-1", body))
    assert len(review_tasks(ledger.orders["A-1"], RULES)) == 2 * len(FOUR)
    assert review_tasks(gone.orders["A-1"], RULES) == ()


def test_an_order_that_entered_past_its_review_is_not_asked_about_nor_approved():
    ledger = take(document(record(item("P1", "9"), order_no="A-1"), layout="shipped-order-list"))
    assert review_tasks(ledger.orders["A-1"], RULES) == ()
    assert approve_orders(ledger.orders.values(), RULES, AS_OF) == ()


def test_a_route_without_departments_approves_at_once():
    rules = package_rules(**{"routes.yaml": ROUTES})
    assert approve(received(order_type="replenishment"), rules).orders["A-1"].approved == AS_OF
    assert approve(received(), rules).orders["A-1"].approved is None


def test_who_takes_a_task_on_has_given_no_verdict():
    _, ledger = say(received(), {"department": "quality", "accepted_by": "钱红"}, is_whole=False)
    (task,) = [
        one for one in asked_tasks(ledger.orders["A-1"], RULES) if (one.department, one.line) == ("quality", "1")
    ]
    assert task.accepted is not None
    assert task.verdict is None


def test_a_sheet_waits_until_each_row_is_signed():
    rows = [verdict(who) for who in FOUR]
    del rows[2]["date"], rows[3]["name"]
    decision, ledger = say(received(), *rows)
    assert (decision.waits, codes(decision), decision.events) == (True, ["statement-awaited"], ())
    assert dict(decision.problems[0].values) == {"rows": "2"}
    assert ledger.orders["A-1"].statements == ()


def test_the_promise_is_the_meetings_else_pmcs():
    _, ledger = say(
        received(),
        verdict("production", available_date=on("2026-03-28")),
        verdict("business", "2", promised_date=on("2026-04-02")),
        *(verdict(who, "1") for who in ("business", "engineering", "quality")),
        *(verdict(who, "2") for who in ("engineering", "quality")),
    )
    lines = approve(ledger).orders["A-1"].lines
    assert [line.deliveries[0].promised for line in lines] == [day("2026-03-28"), day("2026-04-02")]


def test_without_pmc_the_latest_date_that_was_given_is_the_promise():
    rules = package_rules(**{"routes.yaml": ROUTES})
    dated = (
        verdict("quality", available_date=on("2026-03-20")),
        verdict("purchasing", available_date=on("2026-03-25")),
    )
    _, ledger = say(received(), *dated, rules=rules)
    assert approve(ledger, rules).orders["A-1"].lines[0].get("promised_date") == on("2026-03-25")


def test_a_review_without_any_date_leaves_what_the_order_has():
    _, ledger = say(received(), *(verdict(who) for who in FOUR))
    (event,) = approve_orders(ledger.orders.values(), RULES, AS_OF)
    assert (event.kind, event.body["promises"]) == (EventKind.ORDER_APPROVED, {})


def test_once_approved_only_that_a_condition_is_met_may_follow():
    rows = [verdict(who) for who in FOUR[:3]] + [verdict("quality", conclusion="conditional")]
    _, ledger = say(received(), *rows)
    ledger = approve(ledger)
    assert {task.department for task in review_tasks(ledger.orders["A-1"], RULES)} == {"quality"}
    assert codes(say(ledger, verdict("quality", conclusion="rejected"))[0]) == ["verdict-after-approval"]
    decision, ledger = say(ledger, verdict("quality", conclusion="conditional", condition_done=AS_OF))
    assert codes(decision) == []
    assert review_tasks(ledger.orders["A-1"], RULES) == ()


def test_a_verdict_on_a_revision_that_was_replaced_is_an_error():
    ledger = take(document(record(item("P1", "9"), order_no="A-1", revision=2), name="b.xlsx"), received())
    assert codes(say(ledger, verdict("quality"), revision=1)[0]) == ["statement-of-old-revision"]
    assert review_tasks(ledger.orders["A-1"], RULES)[0].id == "A-1-1-r2-business"


words = st.tuples(
    st.sampled_from(FOUR), st.sampled_from(["", "1", "2"]), st.sampled_from(["acceptable", "conditional", "rejected"])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=14))
def test_an_order_is_approved_exactly_when_each_last_word_is_no_refusal(said):
    ledger, last = received(), dict[tuple[str, str], str]()
    for department, line, conclusion in said:
        _, ledger = say(ledger, verdict(department, line, conclusion))
        last |= {(department, number): conclusion for number in ([line] if line else ["1", "2"])}
    order = ledger.orders["A-1"]
    told = {
        (task.department, task.line): task.verdict.text("conclusion")
        for task in asked_tasks(order, RULES)
        if task.verdict
    }
    assert told == last
    assert bool(list_refusals(order, RULES)) == ("rejected" in last.values())
    is_through = len(last) == 2 * len(FOUR) and "rejected" not in last.values()
    assert (approve(ledger).orders["A-1"].approved is not None) == is_through
