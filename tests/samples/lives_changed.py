"""Lives of orders that did not go as planned: changed, rushed, refused, cancelled, corrected, told by telephone."""

from lifecycle import (
    Day,
    Filled,
    Life,
    TypedRow,
    change,
    intake,
    new_order,
    receipt,
    register,
    report,
    review,
    shipping,
    sign_all,
)
from story import Typed, day, line

_MEETING = (("business", "叶青"), ("engineering", "吴江"), ("production", "赵敏华"), ("quality", "钱丽"),
            ("purchasing", "冯涛"), ("warehouse", "许强"), ("finance", "韩雪"), ("legal", "唐宁"))  # fmt: skip


def _meeting_rows(**of_department: dict[str, Typed]) -> tuple[dict[str, Typed], ...]:
    """What eight departments say of line 1 in a meeting of 15 April."""
    return tuple(
        {
            "line_no": 1,
            "department": department,
            "conclusion": "可接受",
            "name": name,
            "date": day(4, 15),
            **of_department.get(department, {}),
        }
        for department, name in _MEETING
    )


MEETING = Life(
    "custom-by-meeting-with-two-changes",
    "Non-standard, reviewed in a meeting with a condition; then the quantity is raised and the date moved.",
    ("HD-2604-111",),
    (
        Day(
            day(4, 13),
            "Taiheng wants a cover with other holes.",
            (
                intake(
                    "泰衡-非标端盖",
                    "李雯",
                    new_order(
                        line("P1002", 500, 18.6, day(5, 11), drawing="DW-1002-X1"),
                        customer="泰衡",
                        order_no="HD-2604-111",
                        order_date=day(4, 13),
                        order_type="非标",
                        customer_po="PO-88215",
                        requirements="孔位按 DW-1002-X1，首件封样",
                    ),
                ),
            ),
        ),
        Day(
            day(4, 15),
            "The meeting: eight departments on one sheet; engineering under a condition; 11 May is promised.",
            (
                Filled(
                    "评审会议-HD-2604-111",
                    "order-review",
                    "叶青",
                    {
                        "order_no": "HD-2604-111",
                        "revision": 1,
                        "method": "会议",
                        "meeting_date": day(4, 15),
                        "chair": "赵敏华",
                        "participants": "叶青、吴江、赵敏华、钱丽、冯涛、许强、韩雪、唐宁",
                        "minutes": "孔位改动需改一处镶件；首件由客户确认后量产。",
                        "risks": "镶件加工 5 天：先用库存镶件试做。",
                    },
                    _meeting_rows(
                        engineering={"conclusion": "有条件", "condition": "镶件改好、首件合格后量产"},
                        production={"available_date": day(5, 11)},
                    ),
                ),
            ),
        ),
        Day(
            day(4, 17),
            "Signed, deposit paid.",
            (
                register(
                    "合同回签与定金-泰衡",
                    {"order_no": "HD-2604-111", "kind": "合同签回", "date": day(4, 17), "name": "李雯"},
                    {"order_no": "HD-2604-111", "kind": "收款", "date": day(4, 17), "amount": 2790, "name": "韩雪"},
                ),
            ),
        ),
        Day(
            day(4, 20),
            "The customer wants 600 instead of 500.",
            (
                change(
                    "变更-加量",
                    "李雯",
                    {
                        "order_no": "HD-2604-111",
                        "reason": "客户加量",
                        "requested_by": "客户",
                        "date": day(4, 20),
                        "consent": "PO-88215 更改单",
                    },
                    {"line_no": 1, "what": "数量", "after": 600},
                ),
            ),
        ),
        Day(
            day(4, 22),
            "Sales and PMC sign: revision 2, the papers are made anew.",
            (),
            (
                TypedRow(
                    "review/engineering/review-list.xlsx", {"任务号": "HD-2604-111-1-r1-*"}, {"条件完成": "2026-04-22"}
                ),
                review("production", "HD-2604-111", "赵敏华", day(4, 22)),
                review("business", "HD-2604-111", "叶青", day(4, 22)),
            ),
        ),
        Day(
            day(4, 27),
            "The insert takes longer, ours: the promise is to move to 13 May.",
            (
                change(
                    "变更-延期",
                    "赵敏华",
                    {
                        "order_no": "HD-2604-111",
                        "reason": "镶件返工",
                        "requested_by": "我方",
                        "date": day(4, 27),
                        "delay_by": "我方",
                        "consent": "邮件 04-27",
                    },
                    {"line_no": 1, "what": "承诺交期", "before": day(5, 11), "after": day(5, 13)},
                ),
                change(
                    "变更-旧版号",
                    "李雯",
                    {
                        "order_no": "HD-2604-111",
                        "revision": 1,
                        "reason": "改单价",
                        "requested_by": "客户",
                        "date": day(4, 27),
                    },
                    {"line_no": 1, "what": "单价", "after": 18.2},
                    outcome="returned",
                    codes=("change-stale",),
                ),
            ),
        ),
        Day(
            day(4, 29),
            "Signed: revision 3, first promise kept beside the new one.",
            (),
            (
                review("production", "HD-2604-111", "孙浩", day(4, 29)),
                review("business", "HD-2604-111", "叶青", day(4, 29)),
            ),
        ),
        Day(
            day(5, 13),
            "Paid and shipped, two days after the first promise.",
            (
                register(
                    "尾款-泰衡",
                    {"order_no": "HD-2604-111", "kind": "收款", "date": day(5, 12), "amount": 8370, "name": "韩雪"},
                ),
                report(
                    "生产日报-泰衡",
                    {"order_no": "HD-2604-111", "line_no": 1, "progress": "入库", "quantity": 600, "date": day(5, 12)},
                ),
                shipping("发货-泰衡非标", day(5, 13), {"order_no": "HD-2604-111", "line_no": 1, "quantity": 600}),
            ),
        ),
    ),
)

RUSH = Life(
    "rush-that-displaces",
    "A rush order: approved by the head of PMC, the order that it displaces is named and shown.",
    ("HD-2604-112", "HD-2604-113"),
    (
        Day(
            day(4, 13),
            "An order of Langyue as usual.",
            (
                intake(
                    "朗岳-散热片",
                    "李雯",
                    new_order(
                        line("P1010", 900, 5.6, day(5, 6)),
                        customer="朗岳",
                        order_no="HD-2604-112",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="LY-0413",
                    ),
                ),
            ),
        ),
        Day(day(4, 15), "Reviewed.", (), sign_all("HD-2604-112", day(4, 15), "2026-05-06")),
        Day(
            day(4, 20),
            "Yuesui needs heat sinks for a line that stands still.",
            (
                intake(
                    "粤穗-散热片",
                    "周凯",
                    new_order(
                        line("P1010", 300, 5.9, day(4, 29)),
                        customer="粤穗",
                        order_no="HD-2604-113",
                        order_date=day(4, 20),
                        order_type="常规",
                        customer_po="4501002",
                    ),
                ),
            ),
        ),
        Day(
            day(4, 22),
            "Reviewed for 6 May; that is too late for the customer.",
            (),
            sign_all("HD-2604-113", day(4, 22), "2026-05-06"),
        ),
        Day(
            day(4, 27),
            "The rush notice names whom it displaces and who approved it.",
            (
                change(
                    "插单-粤穗",
                    "周凯",
                    {
                        "order_no": "HD-2604-113",
                        "kinds": "加急",
                        "reason": "客户停线",
                        "requested_by": "客户",
                        "date": day(4, 27),
                        "displaces": "HD-2604-112",
                        "approver": "赵敏华",
                        "approve_date": day(4, 27),
                        "delay_by": "客户",
                        "consent": "邮件 04-27",
                    },
                    {"line_no": 1, "what": "承诺交期", "after": day(4, 29)},
                ),
            ),
        ),
        Day(
            day(4, 29),
            "Signed; the heat sinks leave.",
            (shipping("发货-粤穗加急", day(4, 29), {"order_no": "HD-2604-113", "line_no": 1, "quantity": 300}),),
            (
                review("production", "HD-2604-113", "赵敏华", day(4, 29)),
                review("purchasing", "HD-2604-113", "冯涛", day(4, 29)),
            ),
        ),
        Day(
            day(5, 11),
            "The displaced order leaves late.",
            (shipping("发货-朗岳散热片", day(5, 11), {"order_no": "HD-2604-112", "line_no": 1, "quantity": 900}),),
        ),
    ),
)

REFUSED = Life(
    "refused-and-revised",
    "Refused in review: engineering says why, the order goes back, comes again as revision 2 and is approved.",
    ("HD-2604-114",),
    (
        Day(
            day(4, 13),
            "Hucheng orders trays in a material that has no approval.",
            (
                intake(
                    "沪澄-托盘",
                    "陈思雨",
                    new_order(
                        line("P2010", 1000, 4.2, day(5, 13), material="回料 PP"),
                        customer="沪澄",
                        order_no="HD-2604-114",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="HC-260413",
                    ),
                ),
            ),
        ),
        Day(
            day(4, 15),
            "Engineering and quality refuse it.",
            (),
            (
                review(
                    "engineering",
                    "HD-2604-114",
                    "吴江",
                    day(4, 15),
                    conclusion="不可",
                    condition="医用件不得用回料，请改材质",
                ),
                review("quality", "HD-2604-114", "钱丽", day(4, 15), conclusion="不可", condition="同技术意见"),
            ),
        ),
        Day(
            day(4, 17),
            "Sales revise the order: medical grade.",
            (
                intake(
                    "沪澄-托盘V2",
                    "陈思雨",
                    new_order(
                        line("P2010", 1000, 4.8, day(5, 13), material="PP 医用级"),
                        customer="沪澄",
                        order_no="HD-2604-114",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="HC-260413",
                        revision=2,
                    ),
                ),
            ),
        ),
        Day(day(4, 22), "Approved.", (), sign_all("HD-2604-114", day(4, 22), "2026-05-13")),
    ),
)

CANCELLED = Life(
    "cancelled-half-way",
    "A third has left when the customer cancels the rest: closed at what was shipped.",
    ("HD-2604-115",),
    (
        Day(
            day(4, 13),
            "Nanxun orders sprayer handles.",
            (
                intake(
                    "楠讯-手柄",
                    "周凯",
                    new_order(
                        line("P2006", 3000, 2.1, day(5, 13)),
                        line("P2008", 3000, 0.3, day(5, 13)),
                        customer="楠讯",
                        order_no="HD-2604-115",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="NX-0413",
                        partial_allowed="是",
                    ),
                ),
            ),
        ),
        Day(day(4, 15), "Reviewed.", (), sign_all("HD-2604-115", day(4, 15), "2026-05-13")),
        Day(
            day(4, 27),
            "Signed; the first thousand leave.",
            (
                register(
                    "合同回签-楠讯",
                    {"order_no": "HD-2604-115", "kind": "合同签回", "date": day(4, 24), "name": "周凯"},
                ),
                shipping("发货-楠讯首批", day(4, 27), {"order_no": "HD-2604-115", "line_no": 1, "quantity": 1000}),
            ),
        ),
        Day(
            day(4, 29),
            "The customer cancels the rest, in writing.",
            (
                change(
                    "变更-取消余数",
                    "周凯",
                    {
                        "order_no": "HD-2604-115",
                        "reason": "客户项目终止",
                        "requested_by": "客户",
                        "date": day(4, 29),
                        "consent": "客户函 NX-0429",
                    },
                    {"what": "余数取消", "line_no": 1},
                    {"what": "取消", "line_no": 2},
                ),
            ),
        ),
        Day(
            day(5, 6),
            "Signed by the departments: what has left stays, the rest is off.",
            (),
            (
                review("production", "HD-2604-115", "赵敏华", day(5, 6)),
                review("purchasing", "HD-2604-115", "冯涛", day(5, 6)),
                review("finance", "HD-2604-115", "韩雪", day(5, 6)),
            ),
        ),
    ),
)

PARTIAL = Life(
    "three-shipments-and-a-correction",
    "Three partial shipments; the second list is wrong, is voided by name and stands anew; too much is refused.",
    ("HD-2604-116",),
    (
        Day(
            day(4, 13),
            "Langyue orders brackets in three parts.",
            (
                intake(
                    "朗岳-支架分批",
                    "李雯",
                    new_order(
                        line("P1009", 900, 2.9, "2026-04-27×300; 2026-05-06×300; 2026-05-13×300", short_tolerance=0.02),
                        customer="朗岳",
                        order_no="HD-2604-116",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="LY-0414",
                        partial_allowed="是",
                    ),
                ),
            ),
        ),
        Day(
            day(4, 15),
            "Promised as asked, in three parts.",
            (),
            sign_all("HD-2604-116", day(4, 15), "2026-04-27×300; 2026-05-06×300; 2026-05-13×300"),
        ),
        Day(
            day(4, 27),
            "The first 300.",
            (shipping("发货1-朗岳支架", day(4, 27), {"order_no": "HD-2604-116", "line_no": 1, "quantity": 300}),),
        ),
        Day(
            day(5, 6),
            "The second: somebody types 350 where 300 were loaded.",
            (
                shipping(
                    "发货2-朗岳支架",
                    day(5, 6),
                    {"order_no": "HD-2604-116", "line_no": 1, "quantity": 350},
                    codes=("shipped-early",),
                ),
            ),
        ),
        Day(
            day(5, 11),
            "The slip is found: a list that voids the note and says 300; another one wants to ship far too much.",
            (
                shipping(
                    "发货2-朗岳支架更正",
                    day(5, 6),
                    {"order_no": "HD-2604-116", "line_no": 1, "quantity": 300},
                    voids="DN202605-001",
                    reason="数量写错，实发 300",
                ),
                shipping(
                    "发货3-朗岳支架多装",
                    day(5, 11),
                    {"order_no": "HD-2604-116", "line_no": 1, "quantity": 400},
                    outcome="returned",
                    codes=("over-shipment", "shipped-early"),
                ),
            ),
        ),
        Day(
            day(5, 13),
            "The rest, a little more than ordered and within 2 %.",
            (shipping("发货3-朗岳支架", day(5, 13), {"order_no": "HD-2604-116", "line_no": 1, "quantity": 310}),),
        ),
        Day(
            day(5, 15),
            "Signed for.",
            (receipt("签收-朗岳支架", "李雯", {"order_no": "HD-2604-116", "received_by": "徐静", "date": day(5, 15)}),),
        ),
    ),
)

PHONE = Life(
    "phone-change-confirmed-late",
    "A change by telephone in three cells: red at once, nothing moves; the notice comes two weeks later.",
    ("HD-2604-117",),
    (
        Day(
            day(4, 13),
            "Laoding orders pump bodies.",
            (
                intake(
                    "崂鼎-泵体",
                    "陈思雨",
                    new_order(
                        line("P1015", 80, 145, day(5, 13)),
                        customer="崂鼎",
                        order_no="HD-2604-117",
                        order_date=day(4, 13),
                        order_type="常规",
                        customer_po="LD-0413",
                        payment_terms="月结30天",
                    ),
                ),
            ),
        ),
        Day(day(4, 15), "Reviewed.", (), sign_all("HD-2604-117", day(4, 15), "2026-05-13")),
        Day(
            day(4, 20),
            "Mr Yu calls: a hundred instead of eighty.",
            (
                Filled(
                    "电话变更-崂鼎",
                    "change-notice",
                    "陈思雨",
                    {"order_no": "HD-2604-117"},
                    ({"what": "数量", "after": 100},),
                    template="phone-change",
                    codes=("change-number-assigned",),
                ),
            ),
        ),
        Day(day(4, 22), "Nothing has come in writing; the line is red, the quantity is 80."),
        Day(
            day(5, 6),
            "The notice confirms the call.",
            (
                change(
                    "变更-崂鼎加量",
                    "陈思雨",
                    {
                        "order_no": "HD-2604-117",
                        "reason": "客户加量（4 月 20 日电话）",
                        "requested_by": "客户",
                        "date": day(5, 6),
                        "consent": "盖章更改单 LD-0506",
                    },
                    {"line_no": 1, "what": "数量", "before": 80, "after": 100},
                ),
            ),
        ),
        Day(
            day(5, 11),
            "Signed: revision 2 for 100.",
            (),
            (
                review("production", "HD-2604-117", "赵敏华", day(5, 11)),
                review("business", "HD-2604-117", "叶青", day(5, 11)),
            ),
        ),
    ),
)

LIVES = (MEETING, RUSH, REFUSED, CANCELLED, PARTIAL, PHONE)
