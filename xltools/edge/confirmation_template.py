"""The Word template of the order confirmation 订单确认书: what was ordered, and when it is promised."""

from dataclasses import replace

from xltools.edge.agreement_template import Agreement, Fact, build_agreement
from xltools.edge.contract_template import GOODS_COLUMNS

_FACTS = (
    (Fact(("致", "To"), "{{ buyer.name }}{% if buyer.name_en %} {{ buyer.name_en }}{% endif %}"),),
    (
        Fact(("订单编号", "Order No."), "{{ order_no }}  r{{ revision }}"),
        Fact(("日期", "Date"), "{{ date }}"),
    ),
    (
        Fact(("客户PO号", "Customer PO"), "{{ customer_po }}"),
        Fact(("联系人", "Contact"), "{{ order.contact }}", "order.contact"),
    ),
    (Fact(("币种", "Currency"), "{{ currency }}"), Fact(("业务员", "Sales"), "{{ owner }}", "owner")),
    (Fact(("交货地点", "Deliver to"), "{{ delivery_address }}"),),
    (
        Fact(("运输方式", "By"), "{{ transport }}"),
        Fact(("贸易术语", "Terms"), "{{ trade_terms }}", "order.trade_terms"),
    ),
    (
        Fact(("包装", "Packing"), "{{ packing }}"),
        Fact(("要求", "Requirements"), "{{ requirements }}", "order.requirements"),
    ),
)


def build_confirmation_template() -> bytes:
    """templates/order-confirmation.docx: A4, Chinese with English; its names are contract_context's."""
    columns = tuple(
        replace(one, label=("确认交期", "Confirmed")) if one.label[1] == "Delivery" else one for one in GOODS_COLUMNS
    )
    return build_agreement(
        Agreement(
            title=("订单确认书", "ORDER CONFIRMATION"),
            facts=_FACTS,
            columns=columns,
            preamble=(
                "感谢贵方订购。我方确认按下列内容供货：",
                "Thank you for your order, which we confirm as follows:",
            ),
            closing=(
                "请核对并签章回传。",
                "Please check, sign and return.",
            ),
            signers=(
                (("{{ seller.role }}（签章）", "{{ seller.role_en }}"), "{{ seller.name }}"),
                (("{{ buyer.role }}（回签）", "{{ buyer.role_en }}, confirmed"), "{{ buyer.name }}"),
            ),
            numbered=False,
        )
    )
