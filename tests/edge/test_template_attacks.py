"""What a template that somebody may edit can't do: run anything, use up time or memory, read files, follow entities."""

import datetime as dt
import io
import time
import zipfile

import openpyxl
import pytest
from docx import Document

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.edge.excel import render_xlsx
from xltools.edge.html import render_html
from xltools.edge.word import render_docx
from xltools.forms.clause_text import ClauseError, fill_clause
from xltools.forms.expression import ExpressionError, compile_expression

AS_OF, PLACE = dt.date(2026, 3, 3), Place("templates/own")
CONTEXT = {"x": "甲", "n": 3, "lines": [{"product": "端盖"}]}

ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ x.__init__.__globals__ }}",
    "{{ x|attr('__class__') }}",
    "{{ x|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ ''['__class__'] }}",
    "{{ lines|map(attribute='__class__')|list }}",
    "{{ '{0.__class__.__mro__}'.format(x) }}",
    "{{ '{0.__class__}'.format_map({'0': x}) }}",
    "{{ ('{0.__class__}'|e).format(x) }}",
    "{{ self.__init__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ range.__class__ }}",
    "{{ x.format.__self__.__class__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends '/etc/passwd' %}",
    "{{ lines.append(1) }}",
    "{{ lines.clear() }}",
]
BOMBS = [
    "{% for a in range(10**9) %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "{% for a in [1,2,3,4,5,6,7,8,9,0] %}" * 9 + "{% endfor %}" * 9,
    "{{ 'x' * 10**10 }}",
    "{{ [0] * 10**10 }}",
    "{{ 9**(9**9) }}",
    "{{ 10**100000 }}",
    "{{ '%9999999999d' % 1 }}",
    "{{ '%*d' % (9999999999, 1) }}",
    "{{ '%9999999999d'|format(1) }}",
    "{{ '{:>9999999999}'.format(1) }}",
    "{{ '{:>{}}'.format(1, 9999999999) }}",
    "{{ x.ljust(9999999999) }}",
    "{{ x.zfill(9999999999) }}",
    "{{ x|center(9999999999) }}",
    "{{ (x ~ '\n' ~ x)|indent(9999999999) }}",
    "{{ lines|batch(9999999999, 'x')|list }}",
    "{{ lipsum(n=1000000) }}",
    "{% set y = 'xxxxxxxxxx' %}" + "{% set y = y ~ y ~ y ~ y ~ y ~ y ~ y ~ y ~ y ~ y %}" * 12 + "{{ y }}",
    "{% set y = 'xxxxxxxxxx' %}" + "{% set y = y + y + y + y + y + y + y + y + y + y %}" * 12 + "{{ y }}",
    "{% set y = 'x' * 4000 %}" + "{% set y = y.replace('x', y) %}" * 4 + "{{ y }}",
    "{% set y = 'x' * 4000 %}" + "{% set y = y|replace('x', y) %}" * 4 + "{{ y }}",
    "{% set y = ('x' * 4000)|list %}" + "{% set y = y + y %}" * 30 + "{{ y|length }}",
    "{% set y = 9 %}" + "{% set y = y * y %}" * 40 + "{{ y }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in range(9999) %}{{ 'x' * 99999 }}{% endfor %}",
]


def docx_of(text):
    document = Document()
    document.add_paragraph(text)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def xlsx_of(text):
    book = openpyxl.Workbook()
    book.active["A1"] = text
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def fill_all(text):
    """What each kind of template makes of a text: a problem, or what it made."""
    yield render_docx(docx_of(text), CONTEXT, AS_OF, PLACE)
    yield render_xlsx(xlsx_of(text), CONTEXT, AS_OF, PLACE)
    yield render_html(text.encode(), CONTEXT, PLACE)
    try:
        yield fill_clause(text, CONTEXT)
    except ClauseError:
        yield Problem("clause", PLACE)


def words_of(made):
    """The text of what was made."""
    if isinstance(made, str):
        return made
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        parts = [name for name in package.namelist() if name.endswith(("document.xml", "sheet1.xml"))]
        return "".join(package.read(name).decode() for name in parts)


@pytest.mark.parametrize("attack", ESCAPES)
def test_no_template_gets_out_of_its_sandbox(attack):
    for made in fill_all(attack):
        if not isinstance(made, Problem):
            shown = words_of(made)
            assert not [word for word in ("class &", "class '", "root:", "module ", "function ") if word in shown], (
                shown
            )


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_no_template_uses_up_time_or_memory(bomb):
    started = time.process_time()
    for made in fill_all(bomb):
        assert isinstance(made, Problem), made[:80]
    assert time.process_time() - started < 60


def test_what_templates_do_every_day_still_works():
    text = (
        "{% for line in lines %}{{ loop.index }} {{ line.product ~ '!' }} {{ '%.2f' % 3 }} {{ '%05d'|format(7) }}"
        "{{ '{:,}'.format(1234) }} {{ x|replace('甲', '乙') }} {{ 'a'.ljust(3) }}|{{ range(3)|sum }} {{ 2 ** 3 }}"
        "{% endfor %}{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m('b') }}"
    )
    made = fill_clause(text, CONTEXT)
    assert made == "1 端盖! 3.00 000071,234 乙 a  |3 8<b>"
    assert "1 端盖! 3.00" in render_html(text.encode(), CONTEXT, PLACE)


@pytest.mark.parametrize(
    "text",
    ["''.__class__", "x|attr('y')", "x[0]", "2**9", "[].__class__", "range(9)", "x.y", "(lambda: 1)()", "{}.items()"],
)
def test_a_condition_in_rules_has_no_way_out(text):
    with pytest.raises(ExpressionError):
        compile_expression(text)


def test_a_condition_in_rules_fills_no_memory():
    assert compile_expression("x * 1000000000").evaluate({"x": "text"}) is None


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def spoil(content, part, old, new):
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(kept, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new, 1) if name == part else data)
    return kept.getvalue()


@pytest.mark.parametrize("definition", [LAUGHS, OUTSIDE])
def test_a_template_that_defines_entities_is_refused(definition):
    for part, old in (("word/document.xml", b"<w:document"), ("word/_rels/document.xml.rels", b"<Relationships")):
        found = render_docx(spoil(docx_of("{{ x }}"), part, old, definition.encode() + old), CONTEXT, AS_OF, PLACE)
        assert isinstance(found, Problem)
        assert found.code == "template-unreadable"
    for part, old in (("xl/workbook.xml", b"<workbook"), ("xl/_rels/workbook.xml.rels", b"<Relationships"),
                      ("xl/worksheets/sheet1.xml", b"<worksheet")):  # fmt: skip
        found = render_xlsx(spoil(xlsx_of("{{ x }}"), part, old, definition.encode() + old), CONTEXT, AS_OF, PLACE)
        assert isinstance(found, Problem)
        assert found.code == "template-unreadable"


def test_a_template_that_is_a_zip_bomb_is_refused():
    for content, fill in ((docx_of("{{ x }}"), render_docx), (xlsx_of("{{ x }}"), render_xlsx)):
        kept = io.BytesIO(content)
        with (
            zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as package,
            package.open("word/media/bomb.bin", "w") as part,
        ):
            for _ in range(210):
                part.write(bytes(1_000_000))
        found = fill(kept.getvalue(), CONTEXT, AS_OF, PLACE)
        assert isinstance(found, Problem)
        assert found.code == "template-unreadable"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_text_in_an_excel_paper_is_never_a_formula(text):
    made = render_xlsx(xlsx_of("{{ x }}"), {"x": text}, AS_OF, PLACE)
    cell = openpyxl.load_workbook(io.BytesIO(made)).active["A1"]
    assert cell.data_type == "s"
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
