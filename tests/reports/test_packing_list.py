from decimal import Decimal

import pytest

from xltools.reports.packing_list import packing_list_context

from .shipped_orders import NOTE, request_paper, ship


@pytest.fixture
def packed(rules, make_order, make_line):
    def make(*rows, language="zh", **order):
        """Each row is (quantity, what the shipping list says of its cases)."""
        lines = [
            ship(make_line(str(at), quantity=1000), ("03-12", quantity, NOTE, said))
            for at, (quantity, said) in enumerate(rows, start=1)
        ]
        orders = [make_order("SO-1", *lines, **order)]
        return packing_list_context(request_paper("packing-list", orders, rules, language=language))

    return make


def cases(**said):
    return {name: Decimal(value) if isinstance(value, int | float) else value for name, value in said.items()}


def test_a_row_tells_its_cases_and_the_totals_add_them_up(packed):
    first = cases(case_no="1-10", marks="TH/宁波", per_case=20, cases=10, net_weight=118, gross_weight=124, volume=2)
    made = packed((200, first), (100, cases(case_no="11-14", per_case=25, cases=4, net_weight=50, gross_weight=55)))
    row = made["lines"][0]
    assert (row["case_no"], row["marks"], row["per_case"], row["cases"]) == ("1-10", "TH/宁波", "20", "10")
    assert (row["net_weight"], row["gross_weight"], row["volume"]) == ("118", "124", "2")
    assert (made["total_cases"], made["total_quantity"]) == ("14", "300 件")
    assert (made["total_net"], made["total_gross"], made["total_volume"]) == ("168", "179", "2")


def test_cases_without_numbers_are_numbered_on_without_gaps(packed):
    made = packed((200, cases(cases=10)), (45, cases(per_case=20)), (5, cases(cases=1)), (8, cases(case_no="20-21")))
    assert [row["case_no"] for row in made["lines"]] == ["1-10", "11-13", "14", "20-21"]
    assert [row["cases"] for row in made["lines"]] == ["10", "3", "1", "2"]
    assert made["total_cases"] == "16"


def test_a_last_case_that_is_not_full_is_told(packed):
    said = cases(per_case=20)
    assert packed((45, said))["lines"][0]["per_case"] == "20\n末箱 5"
    assert packed((45, said), language="en")["lines"][0]["per_case"] == "20\nlast 5"


def test_where_a_row_does_not_say_how_many_cases_those_after_it_are_not_numbered(packed):
    made = packed((10, cases(cases=2)), (10, {}), (10, cases(cases=3)))
    assert [row["case_no"] for row in made["lines"]] == ["1-2", "", ""]
    assert made["total_cases"] == ""


def test_a_case_that_two_products_share_is_one_case(packed):
    made = packed((10, cases(case_no="1")), (5, cases(case_no="1")), (10, cases(case_no="2-3")))
    assert made["total_cases"] == "3"


def test_there_are_no_prices(make_order, make_line, rules):
    line = ship(make_line(unit_price=Decimal("77.31")), ("03-12", 3, NOTE))
    request = request_paper("packing-list", [make_order("SO-1", line)], rules, priced=True)
    assert "77.31" not in str(packing_list_context(request))
