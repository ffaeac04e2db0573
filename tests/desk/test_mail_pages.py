"""The mails as a browser shows them, on a telephone and on a desk, in both languages."""

import datetime as dt

import pytest
from browser import CHROMIUM, DESKTOP, PHONE, measure, take_picture
from mail_desk import NOW, eml_files, parse, set_mail, write_staff

from xltools import desk

if CHROMIUM is None:
    pytest.skip("needs chromium", allow_module_level=True)

LONG = "苏州工业园区某某精密机械电子科技股份有限公司昆山分公司"


def line(product, quantity, due, **more):
    return {
        "product": product,
        "quantity": quantity,
        "unit": "件",
        "requested_date": due,
        "unit_price": "12.50",
        **more,
    }


def write_mails(folder):
    """A desk with late orders, reviews that are asked and overdue, and a workbook that came back."""
    set_mail(folder)
    write_staff(folder)
    folder.drop("泰衡.xlsx", order_no="SO-1", owner="李雯")
    late = dt.date(2026, 3, 20)
    folder.drop(
        "长.xlsx",
        line("电机端盖总成（含轴承、密封圈和安装螺栓）", 1200, late, specification="Φ86×12 表面阳极氧化 RAL9005"),
        line("VeryLongProductNameWithoutAnyBreakWhatsoeverAB-12345678901234567890", 3, late),
        order_no="SO-2026-04-08-LONGNUMBER-0001",
        customer=LONG,
        owner="李雯",
    )
    folder.run(dt.date(2026, 4, 3))
    folder.drop("新单.xlsx", line("端盖", 5, dt.date(2026, 5, 1)), order_no="SO-3", owner="李雯")
    folder.drop(
        "四月第二批订单-苏州某某精密机械（更正稿）-VeryLongFileNameWithoutAnyBlank_0123456789.xlsx",
        line("端盖", "约一百", "下周", unit_price="十二块五"),
        line(None, 5, dt.date(2026, 5, 1)),
        order_no="SO-9",
        owner="李雯",
        order_date="前天",
    )
    desk.mail_after_run(folder.opened, folder.run(NOW.date()), NOW)
    return folder


def pages_of(folder):
    """The largest page of each kind."""
    found = {}
    for path in eml_files(folder):
        message = parse(path.read_bytes())
        page, subject = message.get_body(("html",)).get_content(), message["Subject"]
        kind = next(
            kind
            for kind, starts in (
                ("digest", ("Late", "逾期日报")),
                ("reminder", ("Reviews", "评审提醒")),
                ("return", ("Returned", "退回")),
            )
            if subject.startswith(starts)
        )
        found[kind] = max(found.get(kind, ""), page, key=len)
    return found


@pytest.fixture(params=["en", "zh"])
def pages(request, make_folder, tmp_path):
    return pages_of(write_mails(make_folder(tmp_path / "desk", request.param)))


def test_no_page_is_wider_than_its_screen_and_each_can_be_looked_at(pages, tmp_path):
    assert set(pages) == {"digest", "reminder", "return"}
    told = measure(pages, tmp_path)
    assert len(told) == 6
    for name, found in told.items():
        assert found["width"] in {PHONE, DESKTOP, PHONE - 15, DESKTOP - 15}, name  # less its scrollbar
        assert found["needed"] <= found["width"], (name, found["over"])
        assert found["over"] == [], name
        assert found["scripts"] == 0
        assert found["height"] > 300
    for name, page in pages.items():
        picture = take_picture(page, PHONE, 800, tmp_path / f"{name}.png")
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size > 15_000  # not a blank page
