"""Tables of Word papers (python-docx): fixed widths, room around the words, rows that stay whole."""

from collections.abc import Mapping, Sequence

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import Table, _Row


def set_widths(table: Table, widths: Sequence[Length], padding: Mapping[str, int]) -> None:
    """Fixed widths for the grid and every cell, `padding` in twips by side: top, left, bottom, right, in this order.

    Word goes by the cells, LibreOffice by the grid.
    """
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _pad_cells(table, padding)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        start = 0
        for cell in row._tr.tc_lst:
            span = cell.grid_span
            cell.width = Length(sum(widths[start : start + span]))
            start += span


def repeat_on_each_page(row: _Row) -> None:
    """The row heads the table on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_whole(row: _Row) -> None:
    """No page break goes through the row."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _pad_cells(table: Table, padding: Mapping[str, int]) -> None:
    """Room inside the cells: without a point above, the rules touch the tops of Chinese letters."""
    margins = OxmlElement("w:tblCellMar")
    for side, twips in padding.items():
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)  # the schema wants the margins before the look
