"""Word papers from templates (docxtpl), in a sandbox: neither template nor order text can run anything."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from docxtpl import DocxTemplate

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.edge.placeholders import (
    FILLING_FAILED,
    check_package,
    failed_line,
    make_printable,
    names_near,
    open_sandbox,
    tell_cause,
)
from xltools.edge.tall_rows import let_tall_rows_break

# What python-docx and the XML parser raise for bytes that are no Word document, or were made so by a template's tags.
_BROKEN = (zipfile.BadZipFile, SyntaxError, *FILLING_FAILED)
_PARAGRAPH = re.compile(r"<w:p([ >])")
_TAG = re.compile(r"<[^>]+>")
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{\{.*|\{%.*")
_CONTROL = re.compile(r"\{%(?:tr|tc|p|r)\s")  # docxtpl: the tag takes its row, cell, paragraph or run with it
_LONGEST_SPOT = 80


def render_docx(template: bytes, context: Mapping[str, Any], as_of: dt.date, place: Place) -> bytes | Problem:
    """The template (.docx) filled with the context's values, which print as they are; dated by `as_of`.

    Same inputs, same bytes. The problem, at `place`, is `template-placeholder-wrong` for a placeholder that the context
    does not know, a wrong tag or a forbidden one, with the paragraph or table cell it stands in, and
    `template-unreadable` for a file that is no Word document.
    """
    try:
        check_package(template)
        document = DocxTemplate(io.BytesIO(template))
        document.init_docx()
    except _BROKEN as cause:
        return error("template-unreadable", place, cause=tell_cause(cause))
    parts = _watch_parts(document)
    values = make_printable(dict(context))
    try:
        document.render(values, open_sandbox(autoescape=True), autoescape=True)
    except _BROKEN as cause:
        # A tag that opens in one table row and closes in another leaves XML that does not parse.
        return _tell_wrong(cause, template, parts, values, place)
    let_tall_rows_break(document.docx.element.body)
    moment = dt.datetime(as_of.year, as_of.month, as_of.day, tzinfo=dt.UTC)
    properties = document.docx.core_properties
    properties.created = properties.modified = moment
    properties.last_modified_by = properties.author = "xltools"
    written = io.BytesIO()
    document.save(written)
    return date_zip(written.getvalue(), as_of)


def date_zip(content: bytes, as_of: dt.date) -> bytes:
    """A zip with the same members in the same order, all dated by `as_of`; zips know no year before 1980."""
    stamp = (max(as_of.year, 1980), as_of.month, as_of.day, 0, 0, 0)
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, stamp)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, source.read(name))
    return written.getvalue()


def _watch_parts(document: Any) -> list[str]:
    """A list to which docxtpl's sources are added as it fills them, as it counts their lines: the last one failed."""
    parts: list[str] = []
    render = document.render_xml_part

    def render_xml_part(source: str, *rest: Any) -> Any:
        parts.append(_PARAGRAPH.sub(r"\n<w:p\1", source))
        return render(source, *rest)

    document.render_xml_part = render_xml_part
    return parts


def _tell_wrong(
    cause: Exception, template: bytes, parts: list[str], values: Mapping[str, Any], place: Place
) -> Problem:
    source = parts[-1] if parts else ""
    words = _TAG.sub("", source)
    line = failed_line(cause)
    lines = source.split("\n")
    spot = _TAG.sub("", lines[line - 1].split("</w:p>")[0]).strip() if line and line <= len(lines) else ""
    marks = _MARK.findall(spot)
    if not marks:  # an open block shows at the end only: the last tag is the likeliest
        blocks = [one for one in _MARK.findall(words) if one.startswith("{%")]
        marks = blocks[-1:]
        spot = marks[0] if marks else spot
    near = names_near(cause, spot, words, values)
    where = _find_spot(template, spot)
    return error("template-placeholder-wrong", place, cause=tell_cause(cause), where=where, near=near)


def _find_spot(template: bytes, spot: str) -> str:
    """`“需方：{{ custmer.name }}”`, in a table `T2 R3C1 “{{ … }}”`: table, row and cell, each from 1."""
    short = spot if len(spot) <= _LONGEST_SPOT else spot[: _LONGEST_SPOT - 1] + "…"
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    wanted = _squeeze(spot)
    found = next((name for name, text in _list_cells(document.docx) if wanted and wanted in _squeeze(text)), "")
    return f"{found} “{short}”" if found else f"“{short or '—'}”"


def _list_cells(document: Any) -> Iterator[tuple[str, str]]:
    """The cells of all tables with their text, in page headers, body and page footers."""
    holders = [("", document)]
    holders += [(name, getattr(section, name)) for section in document.sections for name in ("header", "footer")]
    for name, holder in holders:
        for at, table in enumerate(holder.tables, start=1):
            for row, cells in enumerate(table.rows, start=1):
                for column, cell in enumerate(cells.cells, start=1):
                    yield f"{name} T{at} R{row}C{column}".strip(), cell.text


def _squeeze(text: str) -> str:
    return "".join(_CONTROL.sub("{%", text).split())
