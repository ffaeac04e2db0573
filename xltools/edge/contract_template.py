"""The Word template of the sales contract 销售合同: what Civil Code arts. 470 and 596 list, in both languages."""

from xltools.edge.agreement_template import Agreement, Fact, LineColumn, build_agreement

_FACTS = (
    (Fact(("合同编号", "Contract No."), "{{ number }}"), Fact(("签订日期", "Date"), "{{ signed_on }}")),
    (Fact(("订单编号", "Order No."), "{{ order_no }}"), Fact(("签订地点", "Signed at"), "{{ signed_at }}")),
    (Fact(("客户PO号", "Customer PO"), "{{ customer_po }}"), Fact(("币种", "Currency"), "{{ currency }}")),
)
PARTY_ROWS = (
    (("名称", "Name"), "name"),
    (("住所", "Address"), "address"),
    (("代表人", "Representative"), "representative"),
    (("电话", "Phone"), "phone"),
    (("税号", "Tax No."), "tax_number"),
    (("开户行", "Bank"), "bank"),
    (("账号", "Account"), "account"),
)
GOODS_COLUMNS = (
    LineColumn(("行", "No."), "{{ line.no }}{% if line.changed %} ▲{% endif %}", 0.9, "c"),
    LineColumn(("料号", "Item"), "{{ line.code }}", 1.9),
    LineColumn(("品名", "Product"), "{{ line.product }}", 2.5),
    LineColumn(("规格型号", "Specification"), "{{ line.specification }}", 2.7),
    LineColumn(("单位", "Unit"), "{{ line.unit }}", 1.1, "c"),
    LineColumn(("数量", "Quantity"), "{{ line.quantity }}", 1.6, "r"),
    LineColumn(("单价", "Price"), "{{ line.price }}", 1.8, "r"),
    LineColumn(("金额", "Amount"), "{{ line.amount }}", 2.2, "r"),
    LineColumn(("交期", "Delivery"), "{{ line.delivery }}", 2.7, "c"),
)


def build_contract_template() -> bytes:
    """templates/sales-contract.docx: A4, Chinese with English beneath; its names are contract_context's."""
    return build_agreement(
        Agreement(
            title=("销售合同", "SALES CONTRACT"),
            facts=_FACTS,
            columns=GOODS_COLUMNS,
            parties=PARTY_ROWS,
            preamble=(
                "根据《中华人民共和国民法典》及有关法律法规，双方经协商一致，订立本合同，共同遵守。",
                "Under the Civil Code of the People's Republic of China the seller and the buyer agree as follows.",
            ),
            heading=("标的、数量、价款与交期", "Goods, quantities, prices and delivery dates"),
            signers=(
                (("{{ seller.role }}（签章）", "{{ seller.role_en }} (signature and seal)"), "{{ seller.name }}"),
                (("{{ buyer.role }}（签章）", "{{ buyer.role_en }} (signature and seal)"), "{{ buyer.name }}"),
            ),
        )
    )
