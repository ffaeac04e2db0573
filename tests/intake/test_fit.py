"""A column is its field's only if what stands in it is: the same header means different things in two factories."""

import datetime as dt

import pytest
from intake_reading import rules

from xltools.core.sheet import CellError
from xltools.intake.fit import fits_field, measure_fit

FORM = rules().forms["order-intake"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", 5.0),
        ("quantity", "80kg"),
        ("quantity", "1,20"),
        ("quantity", -5.0),
        ("quantity", "—"),
        ("quantity", None),
        ("quantity", CellError("#N/A")),
        ("requested_date", "2025/2/18交"),
        ("requested_date", "6.1"),
        ("requested_date", "TBC"),
        ("order_date", "03/04/19"),
        ("tax_rate", 13.0),
        ("order_no", "0010248"),
        ("order_no", 10248.0),
        ("order_type", "√常规 □样品"),
        ("payment_terms", "看情况"),
        ("product", 6204.0),
    ],
)
def test_what_a_field_can_mean_fits_even_if_it_must_be_asked_about(name, value):
    assert fits_field(value, FORM.field(name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", "端盖"),
        ("quantity", dt.date(2026, 3, 1)),
        ("requested_date", "已收清"),
        ("requested_date", 120.0),
        ("order_type", "部分收款"),
        ("order_no", dt.date(2025, 2, 18)),
        ("order_no", "2025/2/18交"),
        ("tax_included", "李雯"),
    ],
)
def test_what_is_of_another_kind_does_not_fit(name, value):
    assert not fits_field(value, FORM.field(name))


def test_a_columns_fit_is_the_share_of_its_filled_cells():
    quantity = FORM.field("quantity")
    assert measure_fit([5.0, None, "", "端盖", "36pcs", "合计"], quantity) == 0.5
    assert measure_fit([None, " "], quantity) == 1.0


def test_fifty_cells_are_enough_to_tell():
    assert measure_fit([5.0] * 50 + ["端盖"] * 1000, FORM.field("quantity")) == 1.0
