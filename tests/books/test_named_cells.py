import io

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from xltools.books.named_cells import read_named_cells


@pytest.fixture
def book():
    book = openpyxl.Workbook()
    book.active.title = "张三's 表"
    book.active["B3"] = "C:\\Python\\pythonw.exe"
    book.active["C5"] = 7
    for name, formula in {
        "interpreter": "'张三''s 表'!$B$3",
        "block": "'张三''s 表'!$C$5:$D$9",
        "gone": "#REF!",
        "elsewhere": "没有!$A$1",
        "amount": "12.5",
        "outside": "'张三''s 表'!$XFD$1048576",
    }.items():
        book.defined_names[name] = DefinedName(name, attr_text=formula)
    book.active.defined_names["own"] = DefinedName("own", attr_text="'张三''s 表'!$B$3")
    return book


def written(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_the_values_of_named_cells_are_found(book):
    assert read_named_cells(written(book)) == {"interpreter": "C:\\Python\\pythonw.exe", "block": 7, "outside": None}


def test_what_can_not_be_read_has_no_names():
    assert read_named_cells(b"nothing") == {}
    assert read_named_cells(written(openpyxl.Workbook())) == {}
