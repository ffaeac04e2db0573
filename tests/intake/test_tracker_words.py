"""What PMC type into the tracker is read as it is in workbooks: dashes are blanks, and the desk's conventions hold."""

import datetime as dt

from intake_reading import rules_with
from tracker_reading import left, told, typed, written

from xltools.core.record import ScheduledDelivery

HEAD = "| 承诺交期 Promised Date | 卡点/欠料 Shortage | 订单编号 Order No. | 行号 Line |"
ROW = "| 2026-03-30 | 缺螺丝 | SO1 | 1 |"


def edits(row, by=None):
    return left(row, head=HEAD, before=written(ROW, head=HEAD), by=by)


def test_a_dash_over_a_promise_takes_it_back():
    assert typed(edits(ROW.replace("2026-03-30", "—"))) == [("SO1", "1", "promised_date", None)]


def test_a_dash_over_a_text_is_that_dash():
    assert typed(edits(ROW.replace("缺螺丝", "/"))) == [("SO1", "1", "shortage", "/")]


def test_a_promise_with_two_meanings_is_kept_as_text_unless_the_desk_has_settled_it():
    row = ROW.replace("2026-03-30", "04/05/2026")
    assert told(edits(row)) == [("edit-kept-as-text", "A2")]
    by = rules_with(settings="reading: {date_order: day-first}")
    assert typed(edits(row, by)) == [("SO1", "1", "promised_date", (ScheduledDelivery(dt.date(2026, 5, 4)),))]
