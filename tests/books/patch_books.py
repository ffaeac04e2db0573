"""Workbooks written by hand, part by part, for what no library writes; and reading back what a patch made of them."""

import io
import zipfile
from collections.abc import Mapping

import openpyxl

from xltools.books.patch import patch_workbook
from xltools.core.patch import SheetPatch
from xltools.core.problem import Problem

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET = "订单 & 总表"
SHEET_PART = "xl/worksheets/sheet1.xml"

# Formats by index: 0 General, 1 a date, 2 money with a border, 3 text, 4 bold.
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="170" formatCode="[$-804]yyyy年m月d日;@"/>\
</numFmts><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>\
<font><b/><sz val="11"/><name val="宋体"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
</fills><borders count="2"><border/><border><left style="thin"/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="170" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="4" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1">\
<alignment horizontal="right"/></xf>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


def worksheet(rows: str, *, head: str = "", tail: str = "", space: str = MAIN) -> str:
    """A sheet's XML around its rows."""
    return f'<worksheet xmlns="{space}" xmlns:r="{KINDS}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def table(ref: str, columns: list[str], *, name: str = "Orders", attributes: str = "", inner: str | None = None) -> str:
    """A table part; a column given with `=` behind its name is a calculated one."""
    filled = f'<autoFilter ref="{ref}"/>' if inner is None else inner
    listed = ""
    for number, column in enumerate(columns, 1):
        header, _, formula = column.partition("=")
        inside = f"<calculatedColumnFormula>{formula}</calculatedColumnFormula>" if formula else ""
        listed += f'<tableColumn id="{number}" name="{header}">{inside}</tableColumn>'
    return (
        f'<table xmlns="{MAIN}" id="1" name="{name}" displayName="{name}" ref="{ref}"{attributes}>{filled}'
        f'<tableColumns count="{len(columns)}">{listed}</tableColumns></table>'
    )


def relations(*targets: tuple[str, str]) -> str:
    """A relationships part: pairs of kind and target, rId1, rId2 and so on."""
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{KINDS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'


def make_book(
    sheet: str | bytes,
    *,
    tables: tuple[str, ...] = (),
    names: str = "",
    settings: str = "<workbookPr/>",
    calculation: str = "",
    others: tuple[str, ...] = (),
    parts: Mapping[str, str | bytes] | None = None,
    kinds: tuple[tuple[str, str], ...] = (),
    sheet_relations: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A workbook of `sheet`, named SHEET, and `others`; `kinds` are further relationships of its workbook part."""
    sheets = [sheet, *others]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(["订单 &amp; 总表", "Sheet2", "Sheet3"][: len(sheets)], 1)
    )
    defined = f"<definedNames>{names}</definedNames>" if names else ""
    written: dict[str, str | bytes] = {
        "[Content_Types].xml": "",
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">{settings}<sheets>{listed}</sheets>{defined}{calculation}'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relations(
            *(("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)),
            ("styles", "styles.xml"),
            *kinds,
        ),
        "xl/styles.xml": STYLES,
    }
    for number, content in enumerate(sheets, 1):
        written[f"xl/worksheets/sheet{number}.xml"] = content
    for number, content in enumerate(tables, 1):
        written[f"xl/tables/table{number}.xml"] = content
    of_sheet = [*(("table", f"../tables/table{number}.xml") for number in range(1, len(tables) + 1)), *sheet_relations]
    if of_sheet:
        written["xl/worksheets/_rels/sheet1.xml.rels"] = relations(*of_sheet)
    written |= parts or {}
    written["[Content_Types].xml"] = _content_types(list(written))
    return zip_parts(written)


def _content_types(parts: list[str]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    known = {"workbook": "sheet.main", "worksheets": "worksheet", "styles": "styles", "tables": "table"}
    own = [name for name in parts if name.startswith("xl/") and "_rels" not in name and name.endswith(".xml")]
    types = {name: known.get(name.split("/")[1].removesuffix(".xml"), "x") for name in own}
    listed = "".join(f'<Override PartName="/{name}" ContentType="{kind}.{types[name]}+xml"/>' for name in own)
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="{rels}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def zip_parts(parts: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def part(content: bytes, name: str = SHEET_PART) -> str:
    return parts_of(content)[name].decode()


def changed_parts(before: bytes, after: bytes) -> set[str]:
    """The parts that were added, taken out or changed."""
    old, new = parts_of(before), parts_of(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def patched(content: bytes, *patches: SheetPatch, **properties: str) -> bytes:
    """The patched workbook; a problem fails the test."""
    done = patch_workbook(content, patches, properties, "订单总表.xlsx")
    assert isinstance(done, bytes), done
    return done


def refusal(content: bytes, *patches: SheetPatch) -> str:
    """The reason for which a workbook is not patched."""
    done = patch_workbook(content, patches, None, "订单总表.xlsx")
    assert isinstance(done, Problem)
    assert (done.code, done.place.file, done.is_error) == ("workbook-not-patchable", "订单总表.xlsx", True)
    return dict(done.values)["reason"]


def values(content: bytes, sheet: int = 0) -> list[tuple[object, ...]]:
    """The values of a sheet as openpyxl reads them, formulas as text."""
    return [tuple(row) for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].values]
