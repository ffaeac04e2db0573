"""Workbooks to mark, and ways to look at what came out: shared by the tests of marks."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, GradientFill, PatternFill
from openpyxl.workbook.defined_name import DefinedName

from xltools.books.marks import mark_workbook, unmark_workbook
from xltools.core.grid import Grid, GridCell, GridTable, PrintSetup, Style
from xltools.core.patch import Mark
from xltools.core.problem import Problem
from xltools.core.sheet import Range

LISTING = "问题清单 Problems"
PROPERTIES = {"xltools-return": "R-2026-0001"}


def listing(name: str = LISTING, cell: str = "C3") -> Grid:
    """A list of one problem, as the reports make it."""
    return Grid(
        name,
        {
            (0, 0): GridCell("问题清单 Problems", Style.TITLE),
            (2, 0): GridCell("序号", Style.HEADER),
            (2, 1): GridCell("单元格", Style.HEADER),
            (3, 0): GridCell(1, Style.CENTER),
            (3, 1): GridCell(cell, Style.CENTER, f"#'接单'!{cell}"),
        },
        widths=(6, 12),
        heights={3: 33},
        tables=(GridTable("Problems", Range(2, 0, 3, 1)),),
        freeze=(3, 0),
        print_setup=PrintSetup(repeat_rows=(2, 2)),
    )


def order_book() -> bytes:
    """A workbook of somebody: two sheets, fills of all kinds, a merge, a note, names of both, the second open."""
    book = openpyxl.Workbook()
    page, other = book.active, book.create_sheet("Bob's 备注")
    page.title = "接单"
    page["A1"], page["B3"], page["C3"], page["D3"] = "接单登记表", "端盖", 500, dt.date(2026, 3, 30)
    page["B3"].fill = PatternFill("solid", fgColor="FFDDEBF7")
    page["C3"].fill = PatternFill("solid", fgColor=openpyxl.styles.colors.Color(theme=4, tint=0.5))
    page["D3"].fill = GradientFill(stop=("FFFF0000", "FF00FF00"))
    page["E3"].fill = PatternFill("lightUp", fgColor="FF0000FF")
    page["C3"].number_format, page["C3"].font = "#,##0", Font(bold=True)
    page.merge_cells("A1:D2")
    page["B4"] = "支架"
    page["B4"].comment = Comment("客户电话里说的", "王芳")
    other["A1"] = "=接单!C3*2"
    book.defined_names["Total"] = DefinedName("Total", attr_text="接单!$C$3")
    page.defined_names["Here"] = DefinedName("Here", attr_text="接单!$B$3")
    other.print_title_rows = "1:1"
    book.active = 1
    page.sheet_view.tabSelected = False
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def put(
    content: bytes,
    marks: Mapping[str, Sequence[Mark]],
    grid: Grid | None = None,
    properties: Mapping[str, str] = PROPERTIES,
) -> bytes:
    """The marked workbook, which must come out."""
    done = mark_workbook(content, marks, grid or listing(), properties, file="接单.xlsx")
    assert isinstance(done, bytes), done
    return done


def take_off(content: bytes) -> bytes:
    """The workbook without marks, which must come out."""
    done = unmark_workbook(content)
    assert isinstance(done, bytes), done
    return done


def refusal(content: bytes, marks: Mapping[str, Sequence[Mark]]) -> str:
    """Why a workbook is not marked."""
    done = mark_workbook(content, marks, listing(), {}, file="接单.xlsx")
    assert isinstance(done, Problem)
    assert (done.code, done.place.file) == ("workbook-not-patchable", "接单.xlsx")
    return dict(done.values)["reason"]


def members(content: bytes) -> dict[str, bytes]:
    """The members of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_members(content: bytes, changes: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The zip with members replaced, changed or added."""
    all_members = members(content)
    for name, change in changes.items():
        all_members[name] = change if isinstance(change, bytes) else change(all_members[name])
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in all_members.items():
            archive.writestr(name, part)
    return target.getvalue()


def opened(content: bytes) -> openpyxl.Workbook:
    """The workbook as another library reads it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def notes(content: bytes, sheet: str) -> dict[str, str]:
    """The notes of a sheet by cell."""
    cells = (cell for row in opened(content)[sheet].iter_rows() for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def looks(content: bytes) -> dict[tuple[str, str], object]:
    """How each cell that is written out looks, sheet by sheet; what is plain and blank is left out."""
    book = opened(content)
    return {
        (page.title, cell.coordinate): (cell.value, cell.number_format, repr(cell.font), repr(cell.fill))
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None or cell.has_style
    }


def only_sheet(xml: str, styles: str = "") -> bytes:
    """A workbook of one sheet 接单 with the XML given, and no styles part where none is given."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    styled = f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>' if styles else ""
    related = f'<Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/>' if styles else ""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>{styled}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        f'xmlns:r="{office}"><sheets><sheet name="接单" sheetId="7" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>{related}</Relationships>',
        "xl/worksheets/sheet1.xml": xml,
        **({"xl/styles.xml": styles} if styles else {}),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()
