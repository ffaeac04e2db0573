import dataclasses
import datetime as dt

from xltools.core.order import Paper
from xltools.reports.status import report_status, status_json, status_lines

AS_OF = dt.date(2026, 4, 1)


def report(order, assess, standing):
    return report_status(order, standing, assess(order), AS_OF)


def test_the_json_says_stage_waiting_lines_history_and_papers(make_order, make_line, assess, standing, rules, say):
    order = make_order("SO-1", make_line(shipped=[("03-19", 20)]))
    order = dataclasses.replace(order, papers=(Paper("contract", 1, "papers/SO-1/c.docx", "", AS_OF),))
    written = status_json(report(order, assess, standing), rules, "en", say)
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
    assert written["papers"] == [
        {"kind": "contract", "revision": 1, "file": "papers/SO-1/c.docx", "when": "2026-04-01"}
    ]


def test_the_text_names_what_is_awaited_missing_and_not_tracked(make_order, assess, standing, rules, say):
    text = "\n".join(status_lines(report(make_order(), assess, standing), rules, "zh", say))
    for words in (
        "SO-1",
        "合同已签",
        "首付款到账",
        "承诺交期",
        "发起评审",
        "ui-warning-late days=2",
        "ui-event-order-received",
    ):
        assert words in text
