"""What people send back after mending it, and names that are meant to trip the desk."""

import datetime as dt

import pytest

from xltools import desk

LINE = {"product": "端盖", "quantity": 5}


def test_a_mended_list_does_not_double_the_orders_that_went_in_without_number(folder):
    def rows(customer):
        return [{**LINE, "customer": name, "product": f"件{name}"} for name in ("甲", "乙", customer)]

    folder.drop("清单.xlsx", *rows(None), layout="order-intake-list", customer=None)
    first = folder.run()
    assert (first.documents[0].outcome, len(folder.orders())) == ("partly", 2)
    folder.drop("清单 改好.xlsx", *rows("丙"), layout="order-intake-list", customer=None)
    second = folder.run(dt.date(2026, 3, 11))
    assert set(first.documents[0].orders) < set(second.documents[0].orders)
    assert [order.text("customer") for order in folder.orders().values()] == ["甲", "乙", "丙"]


@pytest.mark.parametrize("name", ["run-000001.json", "单" * 80 + ".xlsx", "=1+1.xlsx", "CON.xlsx"])
def test_no_file_name_stops_the_desk(folder, name):
    folder.drop_bytes(name, b"no workbook")
    assert folder.run().documents[0].outcome == "unreadable"
    folder.drop("好.xlsx", order_no="A-1")
    assert folder.run().documents[0].outcome == "accepted"
    assert desk.verify_desk_at(folder.opened).is_ok


@pytest.mark.parametrize("number", ["单" * 90, "../../x", "CON", "=1+1", "a/b\\c:d", "{{7*7}}", "😀"])
def test_no_order_number_stops_the_desk_or_leaves_its_folder(folder, number):
    line = {**LINE, "specification": "Φ8", "unit": "件", "unit_price": 2}
    folder.approve_all().drop("1.xlsx", line, order_no=number)
    result = folder.run()
    assert result.documents[0].outcome == "accepted"
    assert len(result.papers) == 2
    for paper in result.papers:
        assert (folder.path / paper).resolve().is_relative_to(folder.path.resolve() / "papers")
        assert (folder.path / paper).is_file()
    assert (folder.path / paper).is_file()
    assert desk.verify_desk_at(folder.opened).problems == ()


def test_an_amount_that_has_no_words_costs_that_contract_only(folder):
    priced = {**LINE, "specification": "Φ8", "unit": "件", "unit_price": 2}
    folder.approve_all().drop("1.xlsx", {**priced, "amount": -100}, order_no="A-1", currency="美元 USD")
    folder.drop("2.xlsx", {**priced, "quantity": 900_000_000_000_000, "unit_price": 900_000_000_000}, order_no="A-2")
    folder.drop("3.xlsx", priced, order_no="A-3")
    result = folder.run()
    assert [problem.code for problem in result.problems] == ["amount-not-wordable"] * 2
    assert [paper for paper in result.papers if "sales-contract" in paper] == ["papers/A-3/sales-contract-A-3-r1.docx"]
    assert len(desk.export_lines(folder.opened, dt.date(2026, 3, 10))) == 3
