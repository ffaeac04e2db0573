"""Lives of orders that went their way: from stock, made to order, a repeat, a framework contract, an export."""

from lifecycle import (
    Day,
    Filled,
    Life,
    closing,
    intake,
    new_order,
    receipt,
    register,
    report,
    review,
    shipping,
    sign_all,
)
from story import day, line

FROM_STOCK = Life(
    "from-stock",
    "From stock: the goods lie on the shelf; no production, one lorry, signed for the next week.",
    ("HD-2604-101",),
    (
        Day(
            day(4, 13),
            "Taiheng orders sixty covers that lie in stock.",
            (
                intake(
                    "泰衡-现货端盖",
                    "李雯",
                    new_order(
                        line("P1001", 60, 12.5, day(4, 20)),
                        customer="泰衡",
                        order_no="HD-2604-101",
                        order_date=day(4, 13),
                        order_type="补货",
                        customer_po="PO-88201",
                        supply="现货",
                    ),
                ),
            ),
        ),
        Day(
            day(4, 15),
            "All departments say yes; PMC promises the 17th.",
            (),
            sign_all("HD-2604-101", day(4, 15), "2026-04-17"),
        ),
        Day(
            day(4, 17),
            "The contract comes back signed, the money is there: the lorry leaves.",
            (
                register(
                    "合同回签与到账-泰衡",
                    {"order_no": "HD-2604-101", "kind": "合同签回", "date": day(4, 16), "name": "李雯"},
                    {"order_no": "HD-2604-101", "kind": "收款", "date": day(4, 17), "amount": 750, "name": "韩雪"},
                ),
                shipping(
                    "发货-泰衡", day(4, 17), {"order_no": "HD-2604-101", "line_no": 1, "quantity": 60, "packages": 3}
                ),
            ),
        ),
        Day(
            day(4, 20),
            "Taiheng has signed for the goods.",
            (receipt("签收-泰衡", "李雯", {"order_no": "HD-2604-101", "received_by": "王小明", "date": day(4, 19)}),),
        ),
        Day(
            day(4, 22),
            "Sales close the order.",
            (closing("结案-泰衡", {"order_no": "HD-2604-101", "date": day(4, 22), "name": "李雯"}),),
        ),
    ),
)

MADE_TO_ORDER = Life(
    "made-to-order",
    "Made to order: reviewed, signed, a deposit, two production reports, the balance, one delivery.",
    ("HD-2604-102",),
    (
        Day(
            day(4, 13),
            "Yuchi orders two shafts, delivery in one go.",
            (
                intake(
                    "渝驰-传动轴",
                    "周凯",
                    new_order(
                        line("P1006", 200, 38.6, day(5, 6)),
                        line("P1007", 120, 52.4, day(5, 6)),
                        customer="渝驰",
                        order_no="HD-2604-102",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="YC-0413",
                        payment_terms="30/70",
                        partial_allowed="否",
                    ),
                ),
            ),
        ),
        Day(
            day(4, 15),
            "Reviewed by four departments; PMC promises 6 May.",
            (),
            sign_all("HD-2604-102", day(4, 15), "2026-05-06"),
        ),
        Day(
            day(4, 17),
            "The contract is signed and the deposit paid: production may begin.",
            (
                register(
                    "合同回签与定金-渝驰",
                    {"order_no": "HD-2604-102", "kind": "合同签回", "date": day(4, 16), "name": "周凯"},
                    {"order_no": "HD-2604-102", "kind": "收款", "date": day(4, 17), "amount": 4202.4, "name": "韩雪"},
                ),
            ),
        ),
        Day(
            day(4, 20),
            "Turning has begun.",
            (
                report(
                    "生产日报-渝驰",
                    {"order_no": "HD-2604-102", "line_no": 1, "progress": "开工", "date": day(4, 20)},
                    {"order_no": "HD-2604-102", "line_no": 2, "progress": "开工", "date": day(4, 20)},
                ),
            ),
        ),
        Day(
            day(4, 29),
            "All shafts are in stock; the warehouse drops its list before the balance has come: it waits.",
            (
                report(
                    "生产日报-渝驰",
                    {"order_no": "HD-2604-102", "line_no": 1, "progress": "入库", "quantity": 200, "date": day(4, 28)},
                    {"order_no": "HD-2604-102", "line_no": 2, "progress": "入库", "quantity": 120, "date": day(4, 29)},
                ),
                shipping(
                    "发货-渝驰",
                    day(4, 29),
                    {"order_no": "HD-2604-102", "line_no": 1, "quantity": 200, "batch": "B2604-11", "packages": 10},
                    {"order_no": "HD-2604-102", "line_no": 2, "quantity": 120, "batch": "B2604-12", "packages": 8},
                    outcome="waiting",
                    codes=("document-waits",),
                ),
            ),
        ),
        Day(
            day(5, 6),
            "The balance is there: the list that waited goes through, the delivery note is printed.",
            (
                register(
                    "尾款-渝驰",
                    {"order_no": "HD-2604-102", "kind": "收款", "date": day(5, 6), "amount": 9805.6, "name": "韩雨桐"},
                    by="韩雨桐",
                ),
            ),
        ),
        Day(
            day(5, 11),
            "Signed for.",
            (receipt("签收-渝驰", "周凯", {"order_no": "HD-2604-102", "received_by": "罗勇", "date": day(5, 9)}),),
        ),
    ),
)

REPEAT = Life(
    "repeat-in-three-cells",
    "A repeat order in three cells: customer, the earlier order, the date; PMC alone reviews it.",
    ("HD-2604-103", "SO202604-001"),
    (
        Day(
            day(4, 13),
            "The first order of Yuesui, under the customer's own contract.",
            (
                intake(
                    "粤穗-控制盒上盖",
                    "周凯",
                    new_order(
                        line("P2001", 800, 3.155, day(4, 29), customer_item="YS-UP-18"),
                        customer="粤穗",
                        order_no="HD-2604-103",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="4500981",
                    ),
                ),
            ),
        ),
        Day(day(4, 15), "Reviewed.", (), sign_all("HD-2604-103", day(4, 15), "2026-04-29")),
        Day(
            day(4, 20),
            "Three cells of the flat list: customer, 返单号, date. All else is as it was; the desk numbers it.",
            (
                Filled(
                    "粤穗-返单",
                    "order-intake",
                    "周凯",
                    {},
                    ({"customer": "粤穗", "reorder_of": "HD-2604-103", "requested_date": day(5, 13)},),
                    "order-intake-list",
                    codes=("order-number-assigned",),
                ),
            ),
        ),
        Day(
            day(4, 22),
            "PMC alone signs a repeat order; the planner's deputy does.",
            (),
            (review("production", "SO202604-001", "孙浩", day(4, 22), available="2026-05-13"),),
        ),
        Day(
            day(4, 29),
            "The first order leaves, on time.",
            (
                shipping(
                    "发货-粤穗", day(4, 29), {"order_no": "HD-2604-103", "line_no": 1, "quantity": 800, "packages": 16}
                ),
            ),
        ),
        Day(
            day(5, 13),
            "The repeat leaves as well; by product code, since the warehouse has no line numbers.",
            (
                shipping(
                    "发货-粤穗返单",
                    day(5, 13),
                    {"order_no": "SO202604-001", "product_code": "P2001", "quantity": 800},
                ),
            ),
        ),
    ),
)

FRAMEWORK = Life(
    "framework-with-call-offs",
    "A framework contract: two call-offs under it leave on one lorry, no contract and no payment gate of their own.",
    ("HD-2604-105", "HD-2604-106"),
    (
        Day(
            day(4, 20),
            "The first call-off of Langyue, monthly account.",
            (
                intake(
                    "朗岳-框架叫料1",
                    "李雯",
                    new_order(
                        line("P1008", 1000, 3.4, day(5, 13)),
                        customer="朗岳",
                        order_no="HD-2604-105",
                        order_date=day(4, 20),
                        order_type="框架",
                        customer_po="LY-KJ-01",
                    ),
                ),
            ),
        ),
        Day(day(4, 22), "Reviewed.", (), sign_all("HD-2604-105", day(4, 22), "2026-05-13")),
        Day(
            day(4, 27),
            "The second call-off.",
            (
                intake(
                    "朗岳-框架叫料2",
                    "李雯",
                    new_order(
                        line("P1009", 600, 2.9, day(5, 13)),
                        line("P1008", 400, 3.4, day(5, 13)),
                        customer="朗岳",
                        order_no="HD-2604-106",
                        order_date=day(4, 27),
                        order_type="框架",
                        customer_po="LY-KJ-02",
                    ),
                ),
            ),
        ),
        Day(day(4, 29), "Reviewed.", (), sign_all("HD-2604-106", day(4, 29), "2026-05-13")),
        Day(
            day(5, 13),
            "Both on one lorry: one delivery note for the customer.",
            (
                shipping(
                    "发货-朗岳两单一车",
                    day(5, 13),
                    {"order_no": "HD-2604-105", "line_no": 1, "quantity": 1000, "packages": 20},
                    {"order_no": "HD-2604-106", "line_no": 1, "quantity": 600, "packages": 12},
                    {"order_no": "HD-2604-106", "line_no": 2, "quantity": 400, "packages": 8},
                ),
            ),
        ),
        Day(
            day(5, 15),
            "One signature for the note.",
            (receipt("签收-朗岳", "李雯", {"order_no": "HD-2604-105", "received_by": "徐静", "date": day(5, 15)}),),
        ),
    ),
)

EXPORT = Life(
    "export-with-packing-list",
    "An export: proforma invoice, deposit, cases and weights on the packing list, the balance before shipment.",
    ("HD-2604-107",),
    (
        Day(
            day(4, 13),
            "Kestrel orders flanges, FOB Ningbo.",
            (
                intake(
                    "Kestrel-flanges-2",
                    "何立",
                    new_order(
                        line("P1004", 300, 6.2, day(5, 13)),
                        line("P1005", 300, 8.95, day(5, 13)),
                        customer="Kestrel",
                        order_no="HD-2604-107",
                        order_date=day(4, 13),
                        order_type="Regular",
                        customer_po="4500017801",
                        trade_terms="FOB Ningbo",
                    ),
                ),
            ),
        ),
        Day(day(4, 15), "Reviewed.", (), sign_all("HD-2604-107", day(4, 15), "2026-05-11")),
        Day(
            day(4, 20),
            "The deposit: 30 % of EUR 4,545.",
            (
                register(
                    "deposit Kestrel",
                    {
                        "order_no": "HD-2604-107",
                        "kind": "payment",
                        "date": day(4, 20),
                        "amount": 1363.5,
                        "currency": "EUR",
                        "name": "韩雪",
                    },
                ),
            ),
        ),
        Day(
            day(5, 6),
            "Into stock.",
            (
                report(
                    "production report Kestrel",
                    {"order_no": "HD-2604-107", "line_no": 1, "progress": "入库", "quantity": 300, "date": day(5, 6)},
                    {"order_no": "HD-2604-107", "line_no": 2, "progress": "入库", "quantity": 300, "date": day(5, 6)},
                ),
            ),
        ),
        Day(
            day(5, 11),
            "The balance has come; packed in cases and shipped.",
            (
                register(
                    "balance Kestrel",
                    {
                        "order_no": "HD-2604-107",
                        "kind": "payment",
                        "date": day(5, 11),
                        "amount": 3181.5,
                        "currency": "EUR",
                        "name": "韩雪",
                    },
                ),
                shipping(
                    "packing list Kestrel",
                    day(5, 11),
                    {
                        "line_no": 1,
                        "quantity": 300,
                        "case_no": "1-6",
                        "marks": "KAT/LUDWIGSBURG",
                        "per_case": 50,
                        "cases": 6,
                        "net_weight": 540,
                        "gross_weight": 576,
                        "volume": 1.08,
                    },
                    {
                        "line_no": 2,
                        "quantity": 300,
                        "case_no": "7-12",
                        "marks": "KAT/LUDWIGSBURG",
                        "per_case": 50,
                        "cases": 6,
                        "net_weight": 780,
                        "gross_weight": 822,
                        "volume": 1.44,
                    },
                    template="shipping-list-packing",
                    order_no="HD-2604-107",
                ),
            ),
        ),
    ),
)

LIVES = (FROM_STOCK, MADE_TO_ORDER, REPEAT, FRAMEWORK, EXPORT)
