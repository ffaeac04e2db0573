"""The Word template of the proforma invoice (PI) 形式发票: English first, for customers abroad."""

from dataclasses import replace

from xltools.edge.agreement_template import Agreement, Fact, build_agreement
from xltools.edge.contract_template import GOODS_COLUMNS

_FACTS = (
    (Fact(("发票编号", "PI No."), "PI-{{ order_no }}-r{{ revision }}"), Fact(("日期", "Date"), "{{ date }}")),
    (Fact(("客户PO号", "Your PO"), "{{ customer_po }}"), Fact(("币种", "Currency"), "{{ currency_en }}")),
    (Fact(("贸易术语", "Terms"), "{{ trade_terms }}"), Fact(("运输方式", "Shipment by"), "{{ transport }}")),
)
_PARTY_ROWS = (
    (("名称", "Name"), "name"),
    (("地址", "Address"), "address"),
    (("电话", "Phone"), "phone"),
)
_BANK = (
    "收款账户：{{ seller.name }}；开户行：{{ seller.bank }}；账号：{{ seller.account }}。",
    "Please pay to: {{ seller.name_en or seller.name }}; bank: {{ seller.bank }}; account: {{ seller.account }}.",
)


def build_proforma_template() -> bytes:
    """templates/proforma-invoice.docx: A4, English with Chinese beneath; its names are contract_context's."""
    short = {"Quantity": "Qty", "Specification": "Spec."}
    columns = tuple(replace(one, label=(one.label[0], short.get(one.label[1], one.label[1]))) for one in GOODS_COLUMNS)
    return build_agreement(
        Agreement(
            title=("形式发票", "PROFORMA INVOICE"),
            facts=_FACTS,
            columns=columns,
            parties=_PARTY_ROWS,
            closing=_BANK,
            signers=(
                (("卖方（签章）", "Seller (signature and seal)"), "{{ seller.name_en or seller.name }}"),
                (("买方（接受签字）", "Buyer (accepted)"), "{{ buyer.name_en or buyer.name }}"),
            ),
            numbered=False,
            english_first=True,
        )
    )
