"""Late March 2026: revisions, repeat orders, quantities that are none."""

from stories_march import MARCH_LIST, TAIHENG_001, TAIHENG_001_REVISED
from story import Sample, day, line, order

MARCH_LIST_GROWN = (
    *MARCH_LIST,
    order(
        line("P1013", 60, 48, day(6, 30), amount=2880),
        customer="C002",
        order_no="HD-2603-030",
        order_date=day(3, 31),
        customer_po="LY-3341",
        owner="李雯",
    ),
)

SAMPLES: tuple[Sample, ...] = (
    Sample(
        "15-青葉沢-歯車",
        "A clean rush order in yen, with a Japanese customer name; late by two days.",
        "accepted",
        day(3, 17),
        "陈思雨",
        (
            order(
                line("P2004", 4000, 38, day(5, 18), amount=152000, customer_item="AO-G32"),
                customer="株式会社青葉沢製作所",
                order_no="HD-2603-018",
                order_date=day(3, 17),
                priority="加急",
                currency="日元",
                trade_terms="CIF Sendai",
                transport="空运",
            ),
        ),
    ),
    Sample(
        "16-泰衡-端盖改数量V2",
        "Higher revision: order 01 sent again as revision 2 before its approval; it replaces revision 1.",
        "accepted",
        day(3, 18),
        "李雯",
        (TAIHENG_001_REVISED,),
    ),
    Sample(
        "17-泰衡-端盖再改忘升版",
        "Same revision with other content: revision 2 again, but for 650; returned.",
        "returned",
        day(3, 18),
        "李雯",
        (
            TAIHENG_001_REVISED.with_lines(
                line("P1001", 650, 12.5, day(6, 5), customer_item="TH-77", surface="喷粉", amount=8125),
            ),
        ),
        codes=("revision-conflict",),
    ),
    Sample(
        "18-泰衡-旧版又发来",
        "A lower revision that comes late: revision 1 with other content after revision 2; returned.",
        "returned",
        day(3, 19),
        "周凯",
        (TAIHENG_001.but(customer_po="PO-88017-A"),),
        codes=("revision-conflict",),
    ),
    Sample(
        "19-粤穗-返单全照旧",
        "Repeat order by 返单号: only customer, 返单号 and order date typed, the rest comes from 04.",
        "accepted",
        day(3, 19),
        "周凯",
        (
            order(
                customer="粤穗",
                order_no="HD-2603-019",
                order_date=day(3, 19),
                order_type="返单",
                reorder_of="HD-2603-004",
            ),
        ),
    ),
    Sample(
        "20-粤穗-返单改数量",
        "Repeat order by 返单号 with another quantity and date: prices and items come from 04.",
        "accepted",
        day(3, 20),
        "周凯",
        (
            order(
                line("P2001", 5000, None, day(6, 16)),
                line("P2002", 5000, None, day(6, 16)),
                customer="粤穗",
                order_no="HD-2603-020",
                order_date=day(3, 20),
                order_type="返单",
                customer_po="GZ2603-155",
                reorder_of="HD-2603-004",
            ),
        ),
    ),
    Sample(
        "21-返单号查无",
        "Unknown 返单号: no such order, so its blanks can't be filled; returned.",
        "returned",
        day(3, 20),
        "周凯",
        (
            order(
                line("P2003", 1000, 1.92, day(6, 16)),
                customer="粤穗",
                order_no="HD-2603-021",
                order_date=day(3, 20),
                order_type="返单",
                reorder_of="HD-2503-999",
            ),
        ),
        codes=("value-unknown",),
    ),
    Sample(
        "22-Ferrando-discount",
        "A clean order with a discount and the amount rounded per line; the address stands on the order.",
        "accepted",
        day(3, 23),
        "何立",
        (
            order(
                line("P1003", 75, 41.37, day(6, 26), discount=0.075, amount=2870.04),
                line("P1011", 130, 8.05, day(6, 26), discount=0.1),
                customer="Ferrando",
                order_no="HD-2603-022",
                order_date=day(3, 23),
                order_type="Regular",
                customer_po="OA-26/0311",
                trade_terms="FCA Ningbo",
                delivery_address="Via dei Fabbri 12, 10040 Leini (TO), Italy",
            ),
        ),
    ),
    Sample(
        "23-数量为零",
        "Quantity zero: returned.",
        "returned",
        day(3, 24),
        "陈思雨",
        (order(line("P2010", 0, 6.4, day(6, 17)), customer="沪澄", order_no="HD-2603-023", order_date=day(3, 24)),),
        codes=("number-too-small",),
    ),
    Sample(
        "24-数量为负",
        "Quantity negative (a return booked as an order): returned.",
        "returned",
        day(3, 24),
        "陈思雨",
        (order(line("P2010", -50, 6.4, day(6, 17)), customer="沪澄", order_no="HD-2603-024", order_date=day(3, 24)),),
        codes=("number-too-small",),
    ),
    Sample(
        "25-数量未填",
        "Quantity missing in the second of two lines: the whole order is returned.",
        "returned",
        day(3, 25),
        "周凯",
        (
            order(
                line("P1012", 100, 21.4, day(6, 17)),
                line("P1011", None, 33.5, day(6, 17)),
                customer="渝驰",
                order_no="HD-2603-025",
                order_date=day(3, 25),
            ),
        ),
        codes=("field-missing",),
    ),
    Sample(
        "26-数量写文字",
        "Quantity as words (待客户确认): returned.",
        "returned",
        day(3, 26),
        "李雯",
        (
            order(
                line("P1001", "待客户确认", 12.5, day(6, 22)),
                customer="泰衡",
                order_no="HD-2603-026",
                order_date=day(3, 26),
            ),
        ),
        codes=("number-not-understood",),
    ),
    Sample(
        "27-三月接单清单(月末)",
        "A cumulative list sent again with one more order: only the new one makes an event.",
        "accepted",
        day(3, 31),
        "李雯",
        MARCH_LIST_GROWN,
        layout="list",
    ),
)
