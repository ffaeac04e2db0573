"""A real company's order book, one flat list of 2,155 lines, agrees with what must come out, in every figure."""

import csv
import datetime as dt
import json
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from xltools import desk

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, which is not here")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("northwind") / "desk"
    desk.create_desk(path, "en")
    inbox = path / "inbox" / "northwind-order-list.xlsx"
    inbox.write_bytes((DATA / inbox.name).read_bytes())
    opened = desk.open_desk_at(path, "en")
    result = desk.run_desk_at(opened, dt.date(1998, 6, 3), desk.RunOptions(pause=lambda: None))
    assert [(document.outcome, document.problems) for document in result.documents] == [("accepted", ())]
    return opened


@pytest.fixture(scope="module")
def expected():
    return json.loads((DATA / "northwind-expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def rows(book, tmp_path_factory):
    target = tmp_path_factory.mktemp("export") / "lines.csv"
    assert not desk.write_export(desk.export_lines(book, dt.date(1998, 6, 3)), target, dt.date(1998, 6, 3))
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_counts_and_sums_agree(rows, expected):
    gross = sum(
        (Decimal(row["quantity"]) * Decimal(row["unit_price"])).quantize(Decimal("0.01"), ROUND_HALF_UP) for row in rows
    )
    assert {
        "orders": len({row["order"] for row in rows}),
        "lines": len(rows),
        "customers": len({row["customer"] for row in rows}),
        "quantity": sum(Decimal(row["quantity"]) for row in rows),
        "net_amount": str(sum(Decimal(row["amount"]) for row in rows)),
        "gross_amount": str(gross),
    } == {name: expected[name] for name in ("orders", "lines", "customers", "quantity", "net_amount", "gross_amount")}


def test_what_was_shipped_and_when_agrees(rows, expected):
    late = [row for row in rows if row["last_shipped_date"] > row["requested_date"]]
    unshipped = [row for row in rows if not row["last_shipped_date"]]
    late_orders, open_orders = ({row["order"] for row in some} for some in (late, unshipped))
    shipped = {row["order"] for row in rows} - open_orders
    assert {
        "shipped_late_orders": len(late_orders),
        "shipped_late_lines": len(late),
        "unshipped_orders": len(open_orders),
        "unshipped_lines": len(unshipped),
        "on_time_delivery_of_shipped": f"{len(shipped - late_orders)}/{len(shipped)}",
    } == {name: expected[name] for name in expected if "shipped" in name}
    assert all(int(row["days_late"]) > 0 for row in late)
    assert {row["stage"] for row in rows} == {"released", "shipped"}


@pytest.mark.parametrize("as_of", ["1998-06-03", "1998-05-20", "1998-01-01"])
def test_what_is_overdue_agrees(book, expected, as_of):
    late = [row for row in desk.list_late_lines(book, dt.date.fromisoformat(as_of), book.say) if row.kind == "late"]
    wanted = expected[f"overdue_as_of_{as_of}"]
    assert (len({row.order for row in late}), len(late)) == (wanted["orders"], wanted["lines"])


def test_the_list_sent_again_under_another_sha_makes_no_event(book):
    before = book.store.head()
    again = book.path / "inbox" / "again.xlsx"
    again.write_bytes((DATA / "northwind-order-list.xlsx").read_bytes())
    with zipfile.ZipFile(again, "a") as archive:
        archive.comment = b"saved again"
    result = desk.run_desk_at(book, dt.date(1998, 6, 3), desk.RunOptions(pause=lambda: None))
    assert [document.outcome for document in result.documents] == ["duplicate"]
    assert book.store.head() == before
