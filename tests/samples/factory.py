"""The invented factory: its customers, products, stock and staff. Any likeness to real companies is chance."""

from story import Typed, day

Row = dict[str, Typed]

COMPANY = """\
# The sample desk: an invented make-to-order factory for metal and plastic parts.
company:
  name: {zh: 宁波澜桥精密制造有限公司, en: "Ningbo Lanqiao Precision Manufacturing Co., Ltd."}
  address:
    zh: 浙江省宁波市鄞州区石碶工业园澜桥路 16 号
    en: 16 Lanqiao Road, Shiqi Industrial Park, Yinzhou, Ningbo, Zhejiang, China
  representative: 沈国栋
  phone: 0574-8800 1660
  tax_number: 91330212MA0LQ0000X
  bank: 宁波鄞东商业银行石碶支行
  account: 6217 0000 1660 0000 018
language: en
time_zone: Asia/Shanghai
"""

_CUSTOMER_FIELDS = (
    "customer_code",
    "name",
    "short_name",
    "contact",
    "phone",
    "payment_terms",
    "currency",
    "tax_rate",
    "tax_included",
    "delivery_address",
    "contract_mode",
    "owner",
)
_CUSTOMERS: tuple[tuple[Typed, ...], ...] = (
    ("C001", "宁波泰衡电机有限公司", "泰衡", "王小明", "0574-8765 4321", "30/70", "人民币", 0.13, "是",
     "宁波市北仑区明州路 88 号", "单笔合同", "李雯"),
    ("C002", "苏州朗岳自动化设备有限公司", "朗岳", "徐静", "0512-6600 1208", "月结30天", "人民币", 0.13, "是",
     "苏州市吴中区胥口镇灵岩路 5 号", "框架合同", "李雯"),
    ("C003", "广州粤穗家用电器有限公司", "粤穗", "梁志强", "020-3900 7711", "月结60天", "人民币", 0.13, "否",
     "广州市番禺区石壁街工业路 21 号", "客户合同", "周凯"),
    ("C004", "重庆渝驰摩托配件有限公司", "渝驰", "罗勇", "023-6188 5050", "10/40/40/10", "人民币", 0.13, "是",
     "重庆市巴南区界石镇驰远路 9 号", "单笔合同", "周凯"),
    ("C005", "上海沪澄医疗器械有限公司", "沪澄", "顾倩", "021-5466 3020", "款到发货", "人民币", 0.13, "是",
     "上海市松江区新桥镇澄园路 102 号", "单笔合同", "陈思雨"),
    # The terms of C006 are settled order by order, so an order that does not name them has a gap.
    ("C006", "青岛崂鼎泵业有限公司", "崂鼎", "于海波", "0532-8899 0166", None, "人民币", 0.13, "是",
     "青岛市崂山区株洲路 77 号", "单笔合同", "陈思雨"),
    ("C007", "Kestrel Antriebstechnik GmbH", "Kestrel", "Jonas Weidlich", "+49 7141 555 0140", "30/70 T/T", "欧元", 0,
     "否", "Am Mühlgraben 14, 71634 Ludwigsburg, Germany", "形式发票", "何立"),
    ("C008", "Bramwell Fixtures Inc.", "Bramwell", "Dana Whitlock", "+1 614 555 0137", "30/70", "美元", 0, "否",
     "2250 Harlan Avenue, Columbus, OH 43219, USA", "单笔合同", "何立"),
    ("C009", "Northfield Garden Tools LLC", "Northfield", "Pete Sandoval", "+1 503 555 0188", "20TT80LC60DAYS", "美元",
     0, "否", "780 Mill Pond Road, Salem, OR 97301, USA", "形式发票", "何立"),
    ("C010", "株式会社青葉沢製作所", "青葉沢", "三浦 直人", "+81 22 555 0160", "100% TT before shipment", "日元", 0,
     "否",      "宮城県仙台市泉区青葉沢 3-7", "客户合同", "陈思雨"),
    ("C011", "香港楠讯贸易有限公司", "楠讯", "Kelvin Lau", "+852 5550 1290", "net 30 days", "港币", 0, "否",
     "香港新界葵涌葵丰街 30 号 12 楼", "单笔合同", "周凯"),
    # C012 takes goods at several plants, so its address stands on each order.
    ("C012", "Ferrando Componenti S.r.l.", "Ferrando", "Giulia Ferrando", "+39 011 555 0175", "net 60 days", "欧元", 0,
     "否", None, "框架合同", "何立"),
)  # fmt: skip
# What a contract says of the buyer, where the factory makes one for each order.
_BUYERS: dict[str, Row] = {
    code: {"address": address, "representative": name, "tax_number": tax, "bank": bank, "account": account}
    for code, address, name, tax, bank, account in (
        (
            "C001",
            "宁波市北仑区明州路 88 号",
            "方启明",
            "91330206MA0TH0001X",
            "宁波鄞东商业银行北仑支行",
            "6217 0000 0001 0000 011",
        ),
        (
            "C004",
            "重庆市巴南区界石镇驰远路 9 号",
            "罗大庆",
            "91500113MA0YC0004X",
            "渝南商业银行界石支行",
            "6217 0000 0004 0000 014",
        ),
        (
            "C005",
            "上海市松江区新桥镇澄园路 102 号",
            "顾怀远",
            "91310117MA0HC0005X",
            "浦南银行新桥支行",
            "6217 0000 0005 0000 015",
        ),
        (
            "C006",
            "青岛市崂山区株洲路 77 号",
            "于建业",
            "91370212MA0LD0006X",
            "胶东商业银行崂山支行",
            "6217 0000 0006 0000 016",
        ),
        (
            "C008",
            "2250 Harlan Avenue, Columbus, OH 43219, USA",
            "Dana Whitlock",
            "00-0000008",
            "Harlan Valley Bank",
            "000 0008",
        ),
        ("C011", "香港新界葵涌葵丰街 30 号 12 楼", "Kelvin Lau", "00000011-000", "葵丰银行葵涌分行", "000-000011-001"),
    )
}
CUSTOMERS: tuple[Row, ...] = tuple(
    {**dict(zip(_CUSTOMER_FIELDS, row, strict=True)), **_BUYERS.get(str(row[0]), {})} for row in _CUSTOMERS
)

_PRODUCT_FIELDS = ("product_code", "product", "specification", "unit", "drawing", "material")
_PRODUCTS: tuple[tuple[str, ...], ...] = (
    ("P1001", "电机端盖", "Φ86×12", "件", "DW-1001-B", "ADC12"),
    ("P1002", "电机端盖", "Φ110×15", "件", "DW-1002-A", "ADC12"),
    ("P1003", "减速箱壳体", "RV63", "件", "DW-1003-C", "ADC12"),
    ("P1004", "法兰盘", "DN50 PN16", "件", "DW-1004-A", "Q235B"),
    ("P1005", "法兰盘", "DN80 PN16", "件", "DW-1005-A", "Q235B"),
    ("P1006", "传动轴", "Φ25×320", "根", "DW-1006-D", "45#"),
    ("P1007", "传动轴", "Φ32×410", "根", "DW-1007-B", "40Cr"),
    ("P1008", "L型支架", "120×80×4", "件", "DW-1008-A", "SPCC"),
    ("P1009", "U型支架", "90×60×3", "件", "DW-1009-A", "SPCC"),
    ("P1010", "散热片", "160×90×28", "件", "DW-1010-B", "AL6063"),
    ("P1011", "轴承座", "UCP205", "件", "DW-1011-A", "HT200"),
    ("P1012", "皮带轮", "SPB 2×140", "件", "DW-1012-A", "HT250"),
    ("P1013", "机箱侧板", "600×420×1.5", "块", "DW-1013-C", "SECC"),
    ("P1014", "不锈钢铰链", "76×50", "副", "DW-1014-A", "SUS304"),
    ("P1015", "泵体", "IS65-50", "件", "DW-1015-E", "HT200"),
    ("P1016", "叶轮", "Φ168", "件", "DW-1016-B", "ZCuSn10"),
    ("P1017", "弹簧垫圈", "M10", "千件", "DW-1017-A", "65Mn"),
    ("P1018", "压铸手柄", "135 mm", "件", "DW-1018-A", "ZAMAK 3"),
    ("P2001", "控制盒上盖", "180×120", "件", "DW-2001-B", "ABS"),
    ("P2002", "控制盒下壳", "180×120×45", "件", "DW-2002-B", "ABS"),
    ("P2003", "风扇叶", "Φ220", "件", "DW-2003-A", "PP+GF20"),
    ("P2004", "塑料齿轮", "m1.5 z32", "件", "DW-2004-C", "POM"),
    ("P2005", "线圈骨架", "EE25", "件", "DW-2005-A", "PBT"),
    ("P2006", "喷雾器手柄", "GT-7", "件", "DW-2006-B", "PP"),
    ("P2007", "透明视窗", "90×40×3", "件", "DW-2007-A", "PC"),
    ("P2008", "密封圈", "Φ62×3.5", "件", "DW-2008-A", "NBR"),
    ("P2009", "脚垫", "Φ28", "件", "DW-2009-A", "TPE"),
    ("P2010", "医用托盘", "260×180", "件", "DW-2010-A", "PP 医用级"),
    ("P2011", "导线槽", "25×25×2000", "根", "DW-2011-A", "PVC"),
    ("P2012", "注塑试模样件", "T1", "套", "DW-2012-0", "PA66"),
)
PRODUCTS: tuple[Row, ...] = tuple(dict(zip(_PRODUCT_FIELDS, row, strict=True)) for row in _PRODUCTS)

STOCK: tuple[Row, ...] = tuple(
    {
        "product_code": code,
        "warehouse": "成品仓",
        "quantity": quantity,
        "unit": next(row["unit"] for row in PRODUCTS if row["product_code"] == code),
        "location": location,
        "counted_on": day(4, 30),
    }
    for code, quantity, location in (
        ("P1001", 120, "A-01"),
        ("P1002", 0, "A-01"),
        ("P1004", 340, "A-02"),
        ("P1008", 55, "A-03"),
        ("P1010", 210, "A-04"),
        ("P1014", 1800, "B-01"),
        ("P1017", 36, "B-02"),
        ("P2001", 400, "C-01"),
        ("P2002", 380, "C-01"),
        ("P2004", 2500, "C-02"),
        ("P2008", 6000, "C-03"),
        ("P2009", 9000, "C-03"),
    )
)

_STAFF_FIELDS = ("name", "department", "role", "mail", "deputy", "valid_from", "valid_to")
_STAFF: tuple[tuple[Typed, ...], ...] = (
    ("李雯", "销售", "销售主管", "li.wen@lanqiao.example", "周凯", None, None),
    ("周凯", "销售", "业务员", "zhou.kai@lanqiao.example", "李雯", None, None),
    ("陈思雨", "销售", "业务员", "chen.siyu@lanqiao.example", "李雯", None, None),
    ("何立", "销售", "外贸业务员", "he.li@lanqiao.example", "陈思雨", None, None),
    ("叶青", "业务", "商务专员", "ye.qing@lanqiao.example", None, None, None),
    ("吴江", "技术", "技术主管", "wu.jiang@lanqiao.example", "郑楠", None, None),
    ("郑楠", "技术", "模具工程师", "zheng.nan@lanqiao.example", "吴江", None, None),
    ("赵敏华", "生产PMC", "PMC主管", "zhao.minhua@lanqiao.example", "孙浩", None, None),
    ("孙浩", "生产PMC", "生产计划员", "sun.hao@lanqiao.example", "赵敏华", None, None),
    ("钱丽", "品质", "品质主管", "qian.li@lanqiao.example", None, None, None),
    ("冯涛", "采购", "采购主管", "feng.tao@lanqiao.example", None, None, None),
    ("许强", "仓储", "仓库主管", "xu.qiang@lanqiao.example", None, None, None),
    ("韩雪", "财务", "财务主管", "han.xue@lanqiao.example", "韩雨桐", None, None),
    ("韩雨桐", "财务", "出纳", "han.yutong@lanqiao.example", "韩雪", day(3, 1), None),
    ("唐宁", "法务", "法务", "tang.ning@lanqiao.example", None, None, None),
)
STAFF: tuple[Row, ...] = tuple(dict(zip(_STAFF_FIELDS, row, strict=True)) for row in _STAFF)

MASTER: dict[str, tuple[Row, ...]] = {"customers": CUSTOMERS, "products": PRODUCTS, "stock": STOCK, "staff": STAFF}
