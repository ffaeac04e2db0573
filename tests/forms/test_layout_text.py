"""A layout that is written loads as it was meant, whatever the headers of somebody's workbook hold."""

from hypothesis import given
from hypothesis import strategies as st

from xltools.forms.layout_text import NotedLayout, NotedPlacement, comment_text, write_flow, write_layout
from xltools.forms.source import parse_yaml

PLAIN = [
    "a: b",
    "# 备注",
    "*必填",
    "&x",
    "单价: #1",
    "- 1",
    "{a}",
    "[b], c",
    "'q'",
    '"q"',
    "no",
    "~",
    "12",
    "12E5",
    "0010248",
]
SIGNS = [
    "2026-03-30",
    "%d",
    "@",
    "`",
    "? x",
    "=",
    "<<",
    "！",
    "null",
    "true",
    "1.5",
    ",",
    "]",
    "}",
    ":",
    "a:",
    "#",
    "---",
]
UNSEEN = ["数量\n(Pcs)", "🚚 发货", "\u2028", "\ufeff单号", "\x07", "a\tb", "\x85", "\u00a0"]
TRICKY = st.sampled_from([*PLAIN, *SIGNS, *UNSEEN])
WORDS = st.one_of(TRICKY, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))


def layout(**parts):
    given = {"name": "book", "form": "order-intake", "kind": "list", "title": "订单", "header": ()}
    return NotedLayout(**(given | parts))


def plain(text):
    tree, problems = parse_yaml(text, "rules/layouts/book.yaml")
    assert problems == ()
    return tree.plain()


@given(header=WORDS, note=WORDS, ignored=WORDS)
def test_whatever_a_header_holds_it_is_read_back_and_breaks_out_of_no_comment(header, note, ignored):
    text = write_layout(
        layout(
            title=header,
            header=(NotedPlacement("order_no", (header, ignored), (note,)),),
            ignored=((ignored, note),),
            notes=(note,),
            open=(note,),
        )
    )
    read = plain(text)
    assert list(read) == ["name", "form", "kind", "label", "header", "ignore"]
    assert read["label"] == {"zh": header, "en": header}
    assert read["header"] == [{"field": "order_no", "aliases": [header, ignored]}]
    assert read["ignore"] == [ignored]


def test_a_lone_half_of_a_pair_does_not_keep_the_file_from_being_written():
    text = write_layout(layout(header=(NotedPlacement("order_no", ("单\ud83d号",), ("\ud83d",)),)))
    assert text.encode("utf-8")
    assert plain(text)["header"][0]["aliases"] == ["单�号"]


def test_settings_and_defaults_keep_their_order_and_kind():
    text = write_layout(
        layout(settings={"group_by": "order_no", "sheets": ["一月", "二: 月"]}, defaults={"currency": "USD"})
    )
    read = plain(text)
    assert list(read) == ["name", "form", "kind", "label", "group_by", "sheets", "header", "defaults"]
    assert read["sheets"] == ["一月", "二: 月"]
    assert write_flow({"a": True, "b": 3}) == "{a: true, b: 3}"


def test_a_comment_is_one_line_that_can_be_read():
    assert comment_text("数量\r\n(Pcs)\u2028\x00x") == "数量 (Pcs) x"
    assert len(comment_text("长" * 500)) == 240
