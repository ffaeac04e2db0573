"""A word may be a choice of one field and the label of another."""

import pytest
from intake_reading import one, read


@pytest.mark.parametrize("asked", ["客户", "Customer", "供应商"])
def test_what_is_a_choice_beside_its_label_is_its_value(asked):
    notice = one(
        read(
            f"| 订单编号 | SO-1 | 变更原因 | 加量 |\n| 客户 |  | 提出方 | {asked} |\n| 提出日期 | 2026-03-02 |\n"
            "| 行号 | 变更项目 | 变更后 |\n| 1 | 数量 | 600 |",
            form="change-notice",
        )
    )
    assert notice.text("requested_by") == ("supplier" if asked == "供应商" else "customer")
    assert notice.get("customer") is None


def test_a_label_that_is_no_choice_of_the_field_before_it_stays_a_label():
    notice = one(
        read(
            "| 订单编号 | SO-1 | 变更原因 | 加量 |\n| 提出方 | 变更类型 | 数量 |\n"
            "| 行号 | 变更项目 | 变更后 |\n| 1 | 数量 | 600 |",
            form="change-notice",
        )
    )
    assert notice.get("requested_by") is None
    assert notice.text("kinds") == "quantity"
