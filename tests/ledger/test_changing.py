"""Change notices: what they ask for, who must agree, and what becomes of the order."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life import NUMBER, STAFF, Life, _document, _part
from order_documents import codes, day, document, item, on, record, take

from xltools.core.event import Event, EventKind
from xltools.core.order import Change, Order
from xltools.core.place import Place
from xltools.core.record import Edit
from xltools.intake.labels import layout_words
from xltools.ledger.change_settling import settle_changes
from xltools.ledger.change_tasks import change_tasks, displaced_by, pending_changes, unconfirmed_changes
from xltools.ledger.changed_values import touched_cells
from xltools.ledger.changing import decide_changes
from xltools.ledger.decide import Decision
from xltools.ledger.documents import accept_event
from xltools.ledger.edits import EditJudge
from xltools.ledger.replay import Ledger

SIGNED = {
    "sign_business": "同意 张三 2026-03-05",
    "sign_production": "同意 周凯 2026-03-05",
    "sign_finance": "同意 孙丽 2026-03-05",
    "sign_purchasing": "同意 钱进 2026-03-05",
    "sign_engineering": "同意 何平 2026-03-05",
    "sign_quality": "同意 吴芳 2026-03-05",
}
BASIC = {"reason": "客户预算调整", "requested_by": "customer", "source": "written", "date": day("2026-03-05")}


class Changed(Life):
    """An order whose changes come as notices."""

    def ask(self, *rows: dict[str, object], order: str = NUMBER, **header: object) -> Decision:
        """What a notice would do."""
        self.count += 1
        fields = {"order_no": order, **BASIC, **header}
        given = {name: one for name, one in fields.items() if one is not None}
        notice = _part(given, 90, [_part(row, at) for at, row in enumerate(rows)])
        self.sheet = _document("change-notice", "change-notice-sheet", notice, name=f"notice-{self.count}.xlsx")
        return decide_changes(self.sheet, self.ledger, self.rules, {"staff": STAFF}, self.today)

    def notice(self, *rows: dict[str, object], **header: object) -> "Changed":
        """A notice that must be taken."""
        decision = self.ask(*rows, **header)
        assert decision.outcome in {"accepted", "duplicate"}, [(one.code, one.values) for one in decision.problems]
        if decision.orders and not decision.duplicate:
            accepted = accept_event(self.sheet, decision.orders, self.ledger, self.today, archived="a", partly=False)
            self.add(*decision.events, *([accepted] if accepted else []))
        return self.end()

    def change(self, *rows: dict[str, object], **header: object) -> "Changed":
        """A notice that all have signed."""
        return self.notice(*rows, **SIGNED, **header)

    def call(self, *rows: dict[str, object], **header: object) -> "Changed":
        """A change told by telephone."""
        return self.notice(*rows, source="phone", said_by="赵敏", channel="电话", reason="电话通知", **header)

    def end(self) -> "Changed":
        """What follows of itself."""
        while events := settle_changes(self.ledger.orders.values(), self.ledger, self.rules, self.today):
            self.add(*events)
        return self

    @property
    def order(self) -> Order:
        return self.ledger.orders[NUMBER]

    @property
    def last(self) -> Change:
        return self.order.changes[-1]

    def sent(self, line: str, quantity: str) -> "Changed":
        """Goods of a line that have left, whatever the gates say."""
        body = {"line": line, "date": "2026-03-04", "quantity": quantity, "delivery_note": ""}
        self.add(Event(EventKind.GOODS_SHIPPED, self.today, Place(""), NUMBER, body))
        return self


def row(what: str, after: str = "", line: str = "1", **more: object) -> dict[str, object]:
    found = {"line_no": line, "what": what, "after": after, **more}
    return {name: one for name, one in found.items() if one != ""}


@pytest.mark.parametrize(
    ("what", "after", "line", "field", "value", "kind"),
    [
        ("数量", "80", "1", "quantity", Decimal(80), "quantity"),
        ("订单数量", "80件", "1", "quantity", Decimal(80), "quantity"),
        ("规格型号", "Φ90", "2", "specification", "Φ90", "specification"),
        ("图号", "DW-9", "1", "drawing", "DW-9", "specification"),
        ("表面处理", "电泳黑", "1", "surface", "电泳黑", "specification"),
        ("工艺", "去毛刺后喷砂", "", "requirements", "去毛刺后喷砂", "process"),
        ("包装", "木箱", "", "packing", "木箱", "packaging"),
        ("要求交期", "2026-04-20", "1", "requested_date", on("2026-04-20"), "date"),
        ("交期", "2026/4/20", "1", "requested_date", on("2026-04-20"), "date"),
        ("单 价", "9.5", "1", "unit_price", Decimal("9.5"), "price"),
        ("Unit Price", "9.5", "1", "unit_price", Decimal("9.5"), "price"),
        ("付款条件", "月结30天", "", "payment_terms", "月结30天", "payment"),
        ("交货地点", "余姚", "", "delivery_address", "余姚", "other"),
    ],
)
def test_an_approved_change_moves_the_value_and_makes_a_revision(what, after, line, field, value, kind) -> None:
    life = Changed().change(row(what, after, line))
    order = life.order
    part = order.line(line) if line else order
    assert part is not None
    assert part.get(field) == value
    assert (order.revision, order.reviewed, life.last.state, life.last.made) == (2, 1, "approved", 2)
    assert life.last.kinds == (kind,)
    assert order.get("revision") == 2


def test_nothing_moves_before_all_have_signed_and_the_tasks_say_who_is_awaited() -> None:
    life = Changed().notice(row("数量", "80"))
    assert (life.order.line("1").quantity, life.last.state) == (100, "pending")
    assert [(task.department, task.change, task.verdict) for task in change_tasks(life.order, life.rules)] == [
        ("business", "CN202603-001", None),
        ("production", "CN202603-001", None),
    ]
    waiting = pending_changes(life.order, life.rules)
    assert [(one.gate, one.whom, one.limit, one.late) for one in waiting] == [
        ("change", "business", 2, "change"),
        ("change", "production", 2, "change"),
    ]
    assert waiting[0].what.zh == "变更 CN202603-001 会签"


def test_verdicts_come_by_the_review_form_too() -> None:
    life = Changed().notice(row("数量", "80"))
    said = {"change_no": "CN202603-001", "conclusion": "acceptable", "date": life.today}
    for department, name in (("business", "张三"), ("production", "周凯")):
        life.say("order-review", {"department": department, "name": name, **said})
    assert life.end().order.line("1").quantity == 80


def test_the_same_notice_again_brings_further_signatures() -> None:
    first = {"sign_business": "同意 张三 2026-03-05"}
    life = Changed().notice(row("数量", "80"), **first)
    assert life.last.state == "pending"
    life.on("2026-03-09").notice(
        row("数量", "80"), **first, sign_production="周凯 同意 2026-03-06", change_no="CN202603-001"
    )
    assert (len(life.order.changes), life.last.state, life.last.since) == (1, "approved", day("2026-03-02"))
    again = life.ask(row("数量", "80"), **first, change_no="CN202603-001")
    assert (again.outcome, again.events) == ("duplicate", ())


def test_a_signature_without_name_or_date_does_not_count() -> None:
    life = Changed()
    for text in ("同意", "同意 张三", "张三 2026-03-05", "同意 2026-03-05"):
        assert "signature-unclear" in codes(life.ask(row("数量", "80"), sign_business=text)), text


def test_a_deputys_signature_is_named_as_such() -> None:
    life = Changed().notice(row("数量", "80"), sign_production="可接受 何平 2026-03-05")
    (task,) = [one for one in change_tasks(life.order, life.rules) if one.department == "production"]
    assert (task.verdict.by, task.verdict.deputy_for) == ("何平", "周凯")


def test_a_departments_no_refuses_it_with_the_reason_and_who() -> None:
    life = Changed().notice(row("数量", "80"))
    verdict = {"department": "production", "name": "周凯", "date": life.today, "conclusion": "rejected"}
    life.say("order-review", {**verdict, "change_no": "CN202603-001", "condition": "模具已上机"}).end()
    assert (life.last.state, life.last.reason, life.order.revision) == ("refused", "模具已上机", 1)
    assert life.order.history[-1].by == "周凯"


def test_who_did_not_ask_must_consent_and_the_customer_who_asked_has() -> None:
    life = Changed().change(row("规格", "Φ90"), requested_by="us")
    assert [(one.whom, one.what.en) for one in pending_changes(life.order, life.rules)] == [
        ("owner", "customer's consent to change CN202603-001")
    ]
    life.change(row("规格", "Φ90"), requested_by="us", consent="2026-03-06 邮件")
    assert life.last.state == "approved"


def test_it_holds_from_its_effective_day_on() -> None:
    life = Changed().change(row("包装", "木箱", ""), effective_date=day("2026-03-20"))
    assert "2026-03-20" in pending_changes(life.order, life.rules)[0].what.zh
    assert life.on("2026-03-19").end().order.revision == 1
    assert life.on("2026-03-20").end().order.text("packing") == "木箱"


def test_less_than_has_left_is_refused_with_the_figure_that_would_pass() -> None:
    life = Changed().sent("1", "30")
    decision = life.ask(row("数量", "20"))
    assert codes(decision) == ["quantity-below-shipped"]
    assert dict(decision.problems[0].values) == {"value": "20", "shipped": "30"}
    assert life.change(row("数量", "30")).order.line("1").open == 0


def test_what_left_while_it_was_signed_refuses_it() -> None:
    life = Changed().notice(row("数量", "20"), sign_business=SIGNED["sign_business"]).sent("1", "30")
    said = {"department": "production", "name": "周凯", "date": life.today, "conclusion": "acceptable"}
    life.say("order-review", {**said, "change_no": "CN202603-001"}).end()
    assert (life.last.state, life.order.line("1").quantity) == ("refused", 100)
    assert "30" in life.last.reason


def test_close_the_rest_leaves_what_has_left() -> None:
    life = Changed().sent("1", "30").change(row("余数取消"))
    assert (life.order.line("1").quantity, life.order.line("1").open, life.order.line("1").cancelled) == (30, 0, False)
    assert not life.order.cancelled
    assert life.order.line("2").open == 100


def test_a_line_is_cancelled_and_then_the_order() -> None:
    life = Changed().change(row("取消", line="2"))
    assert (life.order.line("2").cancelled, life.order.line("2").open, life.order.cancelled) == (True, 0, False)
    assert codes(life.ask(row("数量", "5", "2"))) == ["change-of-cancelled"]
    life.change(row("取消", line=""))
    assert life.order.cancelled
    assert codes(life.ask(row("数量", "5"))) == ["change-of-cancelled"]


def test_an_order_cancelled_half_way_keeps_what_has_left() -> None:
    life = Changed().sent("1", "40").change(row("整单取消", line=""))
    assert [(line.quantity, line.cancelled) for line in life.order.lines] == [(40, False), (100, True)]
    assert (life.order.cancelled, life.order.revision) == (False, 2)


def test_hold_and_resume_make_no_revision() -> None:
    life = Changed().change(row("订单状态", "暂停", ""))
    assert (life.order.held, life.order.revision, life.last.made) == (True, 1, 0)
    life.change({"what": "恢复"})
    assert (life.order.held, life.order.revision) == (False, 1)


def test_a_ticked_hold_counts_and_a_ticked_cancellation_needs_a_row() -> None:
    assert Changed().change(row("包装", "木箱", ""), kinds="hold").order.held
    assert codes(Changed().ask(row("包装", "木箱", ""), kinds="cancel")) == ["change-by-tick"]


def test_a_promise_moves_by_a_notice_alone_and_names_whose_delay_it_is() -> None:
    life = Changed().review()
    assert life.order.line("1").get("promised_date") == on("2026-04-08")
    assert codes(life.ask(row("承诺交期", "2026-04-18"))) == ["delay-by-missing"]
    life.change(row("承诺交期", "2026-04-18"), delay_by="supplier", requested_by="us", consent="邮件")
    (delivery,) = life.order.line("1").deliveries
    assert (delivery.promised, delivery.first_promised) == (day("2026-04-18"), day("2026-04-08"))
    assert (life.last.get("delay_by"), life.last.made) == ("supplier", 2)
    edit = Edit(NUMBER, "1", "promised_date", on("2026-05-01"), Place("t.xlsx"), "王五", was=on("2026-04-18"))
    assert codes(EditJudge(life.ledger, life.rules, life.today).judge(edit)) == ["promise-needs-change-notice"]


def test_a_bare_delivery_date_moves_the_wish_and_the_promise_where_the_customer_asks() -> None:
    life = Changed().review().change(row("交期", "2026-04-30"), delay_by="customer")
    line = life.order.line("1")
    assert (line.get("requested_date"), line.get("promised_date")) == (on("2026-04-30"), on("2026-04-30"))
    other = Changed().review().change(row("交期", "2026-04-30"), delay_by="us", requested_by="us", consent="邮件")
    assert other.order.line("1").get("requested_date") == on("2026-04-10")


def test_a_rush_order_names_those_it_displaces_and_needs_approval() -> None:
    life = Changed()
    life.ledger = second_order(life)
    decision = life.ask(row("插单", line=""))
    assert codes(decision) == ["rush-displaces-unnamed", "change-number-assigned"]
    assert dict(decision.problems[0].values)["near"] == "SO-2"
    assert codes(life.ask(row("插单", line=""), displaces="SO-9")) == ["order-unknown"]
    assert codes(life.ask(row("插单", line=""), displaces=NUMBER)) == codes(decision)  # it makes no room for itself
    life.change(row("插单", line=""), displaces="SO-2")
    assert [one.what.en for one in pending_changes(life.order, life.rules)] == ["approval of change CN202603-001"]
    life.change(row("插单", line=""), displaces="SO-2", approver="陈总", approve_date=day("2026-03-05"))
    assert (life.last.state, life.order.revision) == ("approved", 1)
    assert displaced_by(life.ledger.orders["SO-2"]) == ((NUMBER, "CN202603-001"),)


def second_order(life: Life) -> Ledger:
    return take(document(record(item("P1", "7"), order_no="SO-2"), name="second.xlsx"), life.ledger)


def test_a_telephone_change_shows_and_moves_nothing_until_a_notice_confirms_it() -> None:
    life = Changed().call(row("数量", "60"))
    assert (life.last.state, life.order.line("1").quantity) == ("unconfirmed", 100)
    assert [one.number for one in unconfirmed_changes(life.order, "1")] == ["CN202603-001"]
    assert unconfirmed_changes(life.order, "2") == ()
    (waiting,) = pending_changes(life.order, life.rules)
    assert (waiting.whom, waiting.limit) == ("owner", 1)
    life.on("2026-03-12").change(row("数量", "65"))
    assert [one.state for one in life.order.changes] == ["replaced", "approved"]
    assert life.order.line("1").quantity == 65


def test_a_telephone_change_may_be_confirmed_under_its_own_number_or_by_naming_it() -> None:
    own = Changed().call(row("数量", "60")).change(row("数量", "60"), change_no="CN202603-001")
    assert [(one.number, one.state) for one in own.order.changes] == [("CN202603-001", "approved")]
    named = Changed().call(row("数量", "60")).change(row("包装", "木箱", ""), confirms="CN202603-001")
    assert [one.state for one in named.order.changes] == ["replaced", "approved"]
    assert codes(Changed().ask(row("数量", "60"), confirms="CN9")) == ["change-unknown"]


def test_a_telephone_change_that_is_refused_in_writing_is_closed() -> None:
    life = Changed().call(row("数量", "60")).notice(row("数量", "60"), decision="refuse", confirms="CN202603-001")
    assert (life.last.state, life.order.open_changes) == ("refused", ())


def test_a_second_call_about_the_same_replaces_the_first() -> None:
    life = Changed().call(row("数量", "60")).call(row("数量", "60")).call(row("数量", "70"))
    assert [one.state for one in life.order.changes] == ["replaced", "unconfirmed"]


def test_a_notice_on_an_old_revision_is_refused_and_told_what_changed_since() -> None:
    life = Changed().change(row("数量", "80"))
    decision = life.ask(row("单价", "9"), revision=1)
    assert codes(decision) == ["change-stale"]
    assert "100 → 80 (CN202603-001)" in dict(decision.problems[0].values)["changed"]
    assert life.change(row("单价", "9"), revision=2).order.revision == 3


def test_a_second_notice_of_the_same_value_is_refused_while_the_first_is_open() -> None:
    life = Changed().notice(row("数量", "80"))
    decision = life.ask(row("数量", "70"))
    assert codes(decision) == ["change-already-open"]
    assert dict(decision.problems[0].values) == {"change": "CN202603-001"}
    assert codes(life.ask(row("取消"))) == ["change-already-open"]
    assert life.ask(row("数量", "70", "2")).outcome == "accepted"


def test_two_changes_on_one_order_are_both_made() -> None:
    life = Changed().notice(row("数量", "80")).notice(row("单价", "9", "2"))
    assert len(life.order.open_changes) == 2
    life.change(row("单价", "9", "2"), change_no="CN202603-002").change(row("数量", "80"), change_no="CN202603-001")
    assert [(one.number, one.made) for one in life.order.changes] == [("CN202603-001", 3), ("CN202603-002", 2)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (row("颜色深一点", "黑"), "change-unclear"),
        (row("数量"), "change-after-missing"),
        (row("客户", "别的客户", ""), "change-field-fixed"),
        (row("数量", "80", ""), "change-line-missing"),
        (row("数量", "80", "9"), "line-unknown"),
        (row("数量", "一些"), "number-not-understood"),
        (row("数量", "0"), "number-too-small"),
        (row("数量", "80", before="90"), "change-before-differs"),
        (row("数量", "100"), "change-nothing-new"),
        (row("要求交期", "昨天或者后天"), "date-not-understood"),
    ],
)
def test_what_is_not_clear_counts_as_no_change(given, code) -> None:
    decision = Changed().ask(given)
    assert code in codes(decision)
    assert (decision.outcome, decision.events) == ("returned", ())


def test_what_stood_before_may_be_written_as_people_write() -> None:
    for before in ("100", "100件", 100):
        assert codes(Changed().ask(row("数量", "80", before=before))) == ["change-number-assigned"], before
    assert codes(Changed().ask(row("要求交期", "2026-04-20", before="2026/4/10"))) == ["change-number-assigned"]


def test_rows_that_were_prefilled_and_not_used_change_nothing() -> None:
    rows = [row("数量", before="100"), row("单价", before="10"), row("要求交期", "2026-04-20", before="2026-04-10")]
    life = Changed().change(*rows)
    assert [item.field for item in life.last.items] == ["requested_date"]


def test_a_typed_amount_goes_when_the_quantity_changes() -> None:
    line = item("P1", "100", 0, line_no="1", unit_price=Decimal(10), amount=Decimal(1000), unit="件")
    life = Changed(line).change(row("数量", "80"))
    assert life.order.line("1").amount == 800


def test_the_order_forms_own_checks_look_at_what_a_notice_makes() -> None:
    decision = Changed().ask(row("要求交期", "2026-01-20"))
    assert codes(decision) == ["requested-before-order", "change-number-assigned"]


def test_a_revision_by_intake_tells_which_fields_it_changes() -> None:
    life = Changed().receive(revision=2, packing="木箱")
    life.lines = (item("P1", "120", 0, line_no="1"), item("P3", "5", 2, line_no="3"))
    life.receive(revision=3)
    entries = [entry for entry in life.order.history if entry.kind is EventKind.ORDER_REVISED]
    assert [(one.line, one.field, one.was, one.value) for one in entries[0].items] == [("", "packing", None, "木箱")]
    told = {(one.line, one.field): (one.was, one.value) for one in entries[1].items}
    assert told["1", "quantity"] == (Decimal(100), Decimal(120))
    assert told["2", "action-remove"] == (Decimal(100), None)
    assert told["3", "action-add"] == (None, Decimal(5))


def test_no_word_that_is_chosen_in_a_notice_is_a_label_of_it() -> None:
    """What stands right of a label and reads as another label counts as a blank: 提出方 | 客户."""
    rules = Changed().rules
    form = rules.forms["change-notice"]
    for layout in rules.layouts_of("change-notice"):
        labels = layout_words(form, layout).every
        chosen = {word for field in form.header for word in field.choice_words if layout.kind == "sheet"}
        assert chosen & set(labels) == set()


CELLS = st.sampled_from(
    [
        *((what, line, value) for what in ("数量",) for line in "12" for value in ("5", "30", "55", "120")),
        *(("单价", line, value) for line in "12" for value in ("9", "11.5")),
        *(("包装", "", value) for value in ("木箱", "纸箱")),
    ]
)
STEPS = st.lists(
    st.one_of(CELLS, st.tuples(st.just("send"), st.sampled_from("12"), st.sampled_from(("10", "25")))), max_size=7
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_after_any_changes_the_last_approved_value_of_each_cell_stands(steps) -> None:
    life = Changed()
    for what, line, value in steps:
        if what == "send":
            open_quantity = life.order.line(line).open
            if open_quantity >= Decimal(value):
                life.sent(line, value)
            continue
        decision = life.ask(row(what, value, line), **SIGNED)
        if decision.outcome == "accepted":
            life.change(row(what, value, line))
    approved = {}
    for change in life.order.changes:
        assert change.state == "approved"
        approved |= {(item.line, item.field): item.value for item in change.items}
    for (line, field), value in approved.items():
        part = life.order.line(line) if line else life.order
        assert part.get(field) == value
    assert life.order.revision == 1 + len(life.order.changes)
    assert all(line.shipped <= line.quantity for line in life.order.lines)
    assert {cell for one in life.order.changes for cell in touched_cells(one.items, life.order)} == set(approved)
