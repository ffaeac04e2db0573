import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.event import EventKind
from xltools.core.order import Change, ChangeItem, HistoryEntry, Paper, Shipment, Statement
from xltools.core.text import Text
from xltools.desk import load_messages
from xltools.forms.drawing import display_width
from xltools.ledger.items import OpenItem
from xltools.ledger.standing import Standing, Waiting
from xltools.reports.status import report_status, status_json
from xltools.reports.status_text import HEIGHT, WIDTH, status_chat, status_lines

AS_OF = dt.date(2026, 4, 1)


@pytest.fixture(scope="session")
def report(rules, calendar, assess):
    def tell(order, standing, items=()):
        lines = assess(order, **{order.number: standing})
        return report_status(order, standing, lines, rules, calendar, AS_OF, items)

    return tell


@pytest.fixture(scope="session")
def screen(report, rules):
    def show(order, standing, language="zh", items=(), all_lines=False):
        say = load_messages().speaker(language)
        return list(status_lines(report(order, standing, items), rules, language, say, all_lines))

    return show


def said(form, place, line="", number=7, by="王芳", change="", **values):
    return Statement(form, line, 1, values, place, dt.date(2026, 3, 8), by, change=change, number=number)


def test_the_json_says_stage_waiting_lines_history_and_papers(report, make_order, make_line, standing, rules, say):
    order = make_order("SO-1", make_line(shipped=[("03-19", 20)]))
    order = dataclasses.replace(order, papers=(Paper("contract", 1, "papers/SO-1/c.docx", "", AS_OF, "HT-1"),))
    written = status_json(report(order, standing), rules, "en", say)
    assert (written["order"], written["revision"], written["stage"]) == ("SO-1", 1, "contract-signed")
    assert written["waiting"] == [
        {"gate": "payment-first", "what": "first payment received", "whom": "Finance", "since": "2026-03-05"}
    ]
    assert written["not_tracked"] == ["review-started"]
    (line,) = written["lines"]
    assert (line["quantity"], line["shipped_quantity"], line["open_quantity"]) == (100, 20, 80)
    assert line["missing"] == ["promised_date"]
    (entry,) = written["history"]
    assert {name: entry[name] for name in ("when", "event", "by", "file", "cell")} == {
        "when": "2026-03-02",
        "event": "order-received",
        "by": "李雯",
        "file": "inbox/order.xlsx",
        "cell": "A1",
    }
    (paper,) = written["papers"]
    assert (paper["kind"], paper["revision"], paper["file"]) == ("contract", 1, "papers/SO-1/c.docx")
    assert (written["shipments"][0]["date"], written["shipments"][0]["quantities"]) == ("2026-03-19", {"1": 20})


def test_the_screen_names_what_is_awaited_missing_and_not_tracked(screen, make_order, standing):
    text = "\n".join(screen(make_order(), standing))
    for words in (
        "SO-1",
        "→合同已签 03-05",
        "√已接单",
        "○已下达",
        "财务·自 2026-03-05：首付款到账",
        "承诺交期",
        "逾期 2 天",
        "接单",
    ):
        assert words in text


def test_a_stage_that_asks_nothing_of_this_order_is_marked_so_before_it_is_reached(screen, make_order):
    text = "\n".join(screen(make_order(contract_mode="none"), Standing("approved", AS_OF)))
    assert "-合同已签" in text
    assert "○已入库" in text


def test_the_state_of_an_order_and_its_reason_stand_on_it(screen, make_order):
    held = Standing("approved", AS_OF, state="held", reason="客户资金紧张")
    text = "\n".join(screen(make_order(), held))
    assert "已暂停（客户资金紧张）" in text
    assert "逾期" not in text


def test_an_open_change_by_telephone_shows_what_it_would_change(screen, make_order, standing):
    order = make_order()
    items = (ChangeItem("1", "quantity", Decimal(100), Decimal(120)),)
    change = Change("CN-1", ("quantity",), {}, items, 1, "unconfirmed", AS_OF, order.place)
    text = "\n".join(screen(dataclasses.replace(order, changes=(change,)), standing))
    assert "CN-1 口头变更待确认（自 2026-04-01）：行 1 数量 100 → 120" in text


def test_shipments_stand_by_delivery_note_with_who_signed_for_them(screen, make_order, make_line, standing):
    line = make_line(shipped=[("03-19", 20)])
    shipment = dataclasses.replace(line.shipments[0], delivery_note="DN-1")
    order = make_order("SO-1", dataclasses.replace(line, shipments=(shipment,)))
    note = type(order.values["customer"])("DN-1", order.place)
    receipt = said("delivery-receipt", order.place, by="赵敏", delivery_note=note)
    text = "\n".join(screen(dataclasses.replace(order, statements=(receipt,)), standing))
    assert "2026-03-19  DN-1  行 1 20，2026-03-08 赵敏 签收" in text


def test_a_document_that_waits_is_named_with_what_it_waits_for(screen, make_order, standing):
    order = make_order()
    item = OpenItem(
        "T-0001", "document-waiting", "SO-1", "", "", "发货清单.xlsx", "首付款到账", (), "", order.place, AS_OF, ""
    )
    other = dataclasses.replace(item, id="T-0002", order="SO-2")
    text = "\n".join(screen(order, standing, items=(item, other)))
    assert "T-0001 发货清单.xlsx：首付款到账" in text
    assert "T-0002" not in text


def test_a_paper_that_is_void_is_marked(screen, make_order, standing):
    paper = Paper("contract", 1, "papers/SO-1/c.docx", "", AS_OF, "HT-1", voided=AS_OF)
    text = "\n".join(screen(dataclasses.replace(make_order(), papers=(paper,)), standing))
    assert "销售合同 HT-1 r1（2026-04-01 作废）" in text


def test_papers_in_force_stand_before_those_that_are_void(screen, make_order, standing):
    papers = (
        Paper("contract", 1, "papers/SO-1/c1.docx", "", AS_OF, "HT-1", voided=AS_OF),
        Paper("contract", 2, "papers/SO-1/c2.docx", "", AS_OF, "HT-1-r2"),
    )
    shown = screen(dataclasses.replace(make_order(), papers=papers), standing)
    assert [line.rpartition(" ")[2] for line in shown if ".docx" in line] == ["c2.docx", "c1.docx"]


def last_of(order, screen, standing, kind, statements=(), **words):
    entry = HistoryEntry(7, dt.date(2026, 3, 8), kind, "", order.place, {"line": "1", **words})
    order = dataclasses.replace(order, history=(*order.history, entry), statements=statements)
    return screen(order, standing)[-1]


def test_a_statement_is_told_in_the_order_of_its_form_without_the_minutes_of_the_meeting(screen, make_order, standing):
    order = make_order()
    value = type(order.values["customer"])
    says = {"minutes": "先改镶件", "department": "engineering", "date": dt.date(2026, 3, 8)}
    says |= {"conclusion": "conditional", "condition": "镶件改好"}
    statement = said(
        "order-review", order.place, "1", **{name: value(says[name], order.place) for name in sorted(says)}
    )
    line = last_of(order, screen, standing, EventKind.STATEMENT_MADE, (statement,), form="order-review")
    assert "订单评审表：行 1，技术，有条件，条件/理由 镶件改好  order.xlsx" in line


def test_a_void_paper_is_told_with_what_took_its_place(screen, make_order, standing):
    words = {"paper": "contract", "number": "HT-1", "reason": "r2", "line": ""}
    line = last_of(make_order(), screen, standing, EventKind.PAPER_VOIDED, **words)
    assert "单据作废：销售合同，HT-1，由版本 2 取代" in line


def test_a_long_history_is_cut_in_the_middle_and_whole_with_all(screen, make_order, standing):
    order = make_order()
    first = order.history[0]
    shipped = [
        HistoryEntry(
            number,
            AS_OF,
            EventKind.GOODS_SHIPPED,
            "",
            first.place,
            {"line": "1", "quantity": str(number), "date": "2026-03-19", "delivery_note": "DN"},
        )
        for number in range(2, 90)
    ]
    order = dataclasses.replace(order, history=(first, *shipped))
    lines = screen(order, standing, "en")
    assert len(lines) == HEIGHT
    assert "order received" in "\n".join(lines)
    assert "line 1, 89 件" in lines[-1]
    assert any("more (--all shows them)" in line for line in lines)
    whole = screen(order, standing, "en", all_lines=True)
    assert sum("goods shipped" in line for line in whole) == 88
    assert not any("--all" in line for line in whole)


def test_for_a_chat_it_is_short_and_tells_the_last_events(report, rules, make_order, standing):
    say = load_messages().speaker("zh")
    lines = list(status_chat(report(make_order(), standing), rules, "zh", say))
    assert len(lines) <= 8
    assert lines[1] == "阶段：合同已签"
    assert lines[-1].startswith("03-02 接单")


WORDS = st.text(st.sampled_from("张abΦ×\n\t\u202e{}%=<>0 "), max_size=60)
DETAILS = ("line", "quantity", "form", "name", "change", "revision", "paper", "reason", "kind", "field")


@given(
    language=st.sampled_from(["zh", "en"]),
    kinds=st.lists(
        st.tuples(st.sampled_from(list(EventKind)), st.dictionaries(st.sampled_from(DETAILS), WORDS)), max_size=60
    ),
    texts=st.lists(WORDS, min_size=4, max_size=4),
    state=st.sampled_from(["", "held", "declined", "cancelled"]),
    stage=st.sampled_from(["received", "in-review", "approved", "shipped", "closed"]),
    shipped=st.integers(0, 30),
)
def test_whatever_happened_to_an_order_it_is_told_on_one_screen(
    screen, make_order, make_line, language, kinds, texts, state, stage, shipped
):
    customer, product, reason, what = texts
    lines = [make_line(str(number), product=product) for number in range(1, 15)]
    place = lines[0].place
    shipments = tuple(Shipment(AS_OF - dt.timedelta(day), Decimal(1), place, f"DN-{day}") for day in range(shipped))
    order = make_order("SO-1", dataclasses.replace(lines[0], shipments=shipments), *lines[1:], customer=customer)
    history = tuple(HistoryEntry(at, AS_OF, kind, customer, place, words) for at, (kind, words) in enumerate(kinds, 1))
    papers = tuple(Paper("contract", at, f"papers/{reason}.docx", "", AS_OF) for at in range(1, 20))
    order = dataclasses.replace(order, history=history, papers=papers)
    waiting = tuple(Waiting(f"g{at}", Text(what, what), "quality", AS_OF, 2) for at in range(9))
    told = screen(order, Standing(stage, AS_OF, waiting, state=state, reason=reason), language)
    assert len(told) <= HEIGHT
    assert all(display_width(line) <= WIDTH and "\n" not in line and "\u202e" not in line for line in told)
