import datetime as dt
from decimal import Decimal

from xltools.reports.late import late_json, list_late

AS_OF = dt.date(2026, 4, 1)


def test_most_late_comes_first_and_what_is_at_risk_after_it(make_order, make_line, assess, rules, say):
    order = make_order(
        "SO-1",
        make_line("1", due="04-03"),
        make_line("2", due="03-30"),
        make_line("10", due="03-20"),
        make_line("9", due="03-20"),
        make_line("11", due="08-01"),
    )
    rows = list_late(assess(order), rules, AS_OF, "zh", say)
    assert [(row.kind, row.line, row.days_late) for row in rows] == [
        ("late", "9", 12),
        ("late", "10", 12),
        ("late", "2", 2),
        ("at-risk", "1", 0),
    ]


def test_each_late_delivery_of_a_line_is_a_row_with_what_is_open_of_it(make_order, make_line, assess, rules, say):
    split = make_line(quantity=500, due=[("03-20", 300), ("03-25", 200)], shipped=[("03-19", 100)])
    rows = list_late(assess(make_order("SO-1", split)), rules, AS_OF, "zh", say)
    assert [(row.due.day, row.open_quantity) for row in rows] == [(20, 200), (25, 200)]


def test_a_row_says_who_is_awaited_since_when_and_why(make_order, make_line, assess, rules, say):
    order = make_order("SO-1", make_line(due="03-30", shortage="缺包材"))
    (row,) = list_late(assess(order), rules, AS_OF, "en", say)
    assert row.waiting_for == "ui-awaited whom=Finance what=first payment received"
    assert row.since == dt.date(2026, 3, 5)
    assert "ui-reason-late-unpromised days=2 quantity=100" in row.reason
    assert "缺包材" in row.reason


def test_the_json_has_the_agreed_keys_in_their_order(make_order, make_line, assess, rules, say):
    order = make_order("SO-1", make_line(due=("03-20", "03-30"), quantity=Decimal("2.5")))
    (row,) = list_late(assess(order), rules, AS_OF, "zh", say)
    written = late_json(row)
    assert list(written) == [
        "kind",
        "order",
        "line",
        "customer",
        "owner",
        "product",
        "requested",
        "promised",
        "due",
        "open_quantity",
        "days_late",
        "waiting_for",
        "since",
        "reason",
    ]
    assert (written["requested"], written["promised"], written["due"]) == ("2026-03-20", "2026-03-30", "2026-03-30")
    assert written["open_quantity"] == 2.5
