import datetime as dt

import pytest

from xltools.books.number_formats import Moment, format_moment, read_iso_moment, read_moments, serial_moment
from xltools.books.package import parse_xml


@pytest.mark.parametrize(
    "code",
    [
        "yyyy-mm-dd",
        "DD/MM/YY",
        'yyyy"年"m"月"d"日";@',
        "[$-804]yyyy/m/d",
        "[$-F800]dddd, mmmm dd, yyyy",
        '[DBNum1][$-804]yyyy"年"m"月"',
        "[红色]yyyy/m/d",
        "[>=100][Magenta]m/d",
        "*-yyyy",
        "_)mm:ss.00",
        "上午/下午h:mm",
        '[$-404]e"年"m"月"',
        "aaaa",
        "AM/PM",
        "h",
    ],
)
def test_a_format_that_shows_a_date_or_a_time_of_day_is_one(code):
    assert format_moment(code) is Moment.DATE


@pytest.mark.parametrize("code", ["[h]:mm:ss", "[hh]", "[MM]", "[s].000", "[Blue]\\+[h]:mm;[Red]\\-[h]:mm"])
def test_a_format_of_hours_beyond_a_day_shows_elapsed_time(code):
    assert format_moment(code) is Moment.ELAPSED


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "[DBNum2][$-804]General",
        "G/通用格式",
        '0.00"d"',
        '"天"0',
        "[红色]0",
        "[$-804]0",
        "[Red]#,##0.00",
        "#,##0\\ [$₽-46D]",
        '0_d"s"*m',
        "\\y0",
        "0.00E+00",
        "##0.0E+0",
        "0;yyyy",
        "@",
        ";;;",
        "0 pcs",
        '"没有关上的引号 yyyy',
        "",
    ],
)
def test_other_formats_show_numbers(code):
    assert format_moment(code) is None


def test_a_style_is_a_date_by_its_own_format_or_the_built_in_one():
    space = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    ids = [0, 14, 46, 27, 58, 164, 165, 4, 22]
    styles = "".join(f'<xf numFmtId="{one}"/>' for one in ids)
    formats = '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;"/><numFmt numFmtId="22" formatCode="0.0"/>'
    root = parse_xml(
        f'<styleSheet {space}><numFmts count="2">{formats}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>".encode()
    )
    date, elapsed = Moment.DATE, Moment.ELAPSED
    assert read_moments(root) == {1: date, 2: elapsed, 3: date, 4: date, 5: date}


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        (0.0, dt.time()),
        (0.5, dt.time(12)),
        (1.0, dt.date(1900, 1, 1)),
        (59.0, dt.date(1900, 2, 28)),
        (60.0, dt.date(1900, 2, 28)),
        (61.0, dt.date(1900, 3, 1)),
        (46083.0, dt.date(2026, 3, 2)),
        (46083.25, dt.datetime(2026, 3, 2, 6)),
        (46083.9999999999, dt.datetime(2026, 3, 3)),
        (2958465.0, dt.date(9999, 12, 31)),
        (2958465.999999999, 2958465.999999999),
        (2958466.0, 2958466.0),
        (-1e300, -1e300),
    ],
)
def test_a_day_counts_from_1900(serial, expected):
    assert serial_moment(serial, Moment.DATE, since_1904=False) == expected


def test_a_day_may_count_from_1904():
    assert serial_moment(0.25, Moment.DATE, since_1904=True) == dt.time(6)
    assert serial_moment(44621.0, Moment.DATE, since_1904=True) == dt.date(2026, 3, 2)


def test_elapsed_time_may_be_longer_than_a_day_or_negative():
    assert serial_moment(1.5, Moment.ELAPSED, since_1904=False) == dt.timedelta(hours=36)
    assert serial_moment(-0.25, Moment.ELAPSED, since_1904=True) == dt.timedelta(hours=-6)
    assert serial_moment(1e300, Moment.ELAPSED, since_1904=False) == 1e300


def test_iso_dates_are_read_and_other_text_stays():
    assert read_iso_moment("2026-03-02") == dt.date(2026, 3, 2)
    assert read_iso_moment("2026-03-02T10:11:12.5Z") == dt.datetime(2026, 3, 2, 10, 11, 12, 500_000)
    assert read_iso_moment("10:11") == dt.time(10, 11)
    assert read_iso_moment("2026") == "2026"
    assert read_iso_moment("三月-二日") == "三月-二日"
