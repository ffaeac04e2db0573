"""The Excel for tests behaves as Excel does through COM: each test is one thing that bites people."""

import datetime as dt
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import watching
import xlwings as xw
from openpyxl.styles import PatternFill
from watching import ComError

ours = pytest.mark.skipif(watching.REAL, reason="only the engine can do this")
NOT_AVAILABLE = -2146826246


@pytest.fixture
def book(excel):
    """A new book."""
    return excel.books.add()


@pytest.fixture
def sheet(book):
    """Its only sheet."""
    return book.sheets[0]


@pytest.fixture
def orders(tmp_path):
    """A file with a table of orders: a note, a rule, a protected price."""
    model = openpyxl.Workbook()
    ws = model.active
    ws.title = "接单登记"
    for row in (("订单号", "品名", "数量"), ("0010248", "法兰", 5), ("0010249", "轴承", 12), ("0010250", "法兰", 30)):
        ws.append(row)
    ws["D2"] = "=C2*2"
    table = openpyxl.worksheet.table.Table(displayName="订单", ref="A1:C4")
    ws.add_table(table)
    model.defined_names["单位"] = openpyxl.workbook.defined_name.DefinedName("单位", attr_text="接单登记!$F$1")
    path = tmp_path / "orders.xlsx"
    model.save(path)
    return path


def protect(sheet, *, unlocked=()):
    """Protect the sheet but for those cells."""
    for address in unlocked:
        sheet[address].api.Locked = False
    sheet.api.Protect(DrawingObjects=True, Contents=True)


class TestValuesWritten:
    @pytest.mark.parametrize(
        ("text", "value", "number_format"),
        [
            ("0010248", 10248.0, "General"),
            ("1,200", 1200.0, "#,##0"),
            ("5%", 0.05, "0%"),
            ("1e5", 100000.0, "0.00E+00"),
            ("2026-03-30", dt.datetime(2026, 3, 30), "yyyy/m/d"),
            ("2026/3/5", dt.datetime(2026, 3, 5), "yyyy/m/d"),
            ("2026年3月5日", dt.datetime(2026, 3, 5), 'yyyy"年"m"月"d"日"'),
            ("TRUE", True, "General"),
            ("123456789012345678", 123456789012346000.0, "General"),
        ],
    )
    def test_text_that_looks_like_something_becomes_it(self, sheet, text, value, number_format):
        sheet["B2"].value = text
        assert sheet["B2"].value == value
        assert sheet["B2"].number_format == number_format

    def test_month_and_day_fall_into_this_year(self, sheet):
        sheet["B2"].value = "3月5日"
        assert sheet["B2"].value == dt.datetime(dt.date.today().year, 3, 5)  # noqa: DTZ011

    @pytest.mark.parametrize("text", ["0010248", "1,200", "5%", "2026-03-30", "TRUE", "=1+1"])
    def test_text_cells_keep_text(self, sheet, text):
        sheet["B2"].number_format = "@"
        sheet["B2"].value = text
        assert sheet["B2"].value == text

    @pytest.mark.parametrize("text", ["2026.01.20", "10/40/40/10", "80kg", "1,2,3", "10-0001", "法兰"])
    def test_other_text_stays(self, sheet, text):
        sheet["B2"].value = text
        assert sheet["B2"].value == text

    def test_an_apostrophe_makes_text_and_is_no_part_of_it(self, sheet):
        sheet["B2"].value = "'0010248"
        assert sheet["B2"].value == "0010248"
        assert sheet["B2"].api.PrefixCharacter == "'"
        sheet["B2"].value = 5
        assert sheet["B2"].api.PrefixCharacter == ""

    def test_an_equals_sign_makes_a_formula(self, sheet):
        sheet["B2"].value = "=A1*2"
        assert sheet["B2"].formula == "=A1*2"

    @pytest.mark.parametrize("text", ["=备注=", "=(", '="', "-(待确认", "-5件", "=A1*"])
    def test_a_formula_that_is_none_is_refused(self, sheet, text):
        with pytest.raises(ComError):
            sheet["B2"].value = text

    @pytest.mark.parametrize("text", ["-待确认", "+A1", "@法兰"])
    def test_a_sign_in_front_makes_one_too(self, sheet, text):
        sheet["B2"].value = text
        assert sheet["B2"].formula.startswith("=")

    def test_dates_get_a_format_and_come_back(self, sheet):
        sheet["A1"].value = [dt.date(2026, 3, 30), dt.datetime(2026, 3, 30, 14, 30)]
        assert sheet["A1:B1"].value == [dt.datetime(2026, 3, 30), dt.datetime(2026, 3, 30, 14, 30)]
        assert sheet["A1"].raw_value.tzinfo is not None

    def test_an_array_larger_than_its_data_ends_in_errors(self, sheet):
        sheet["A1:C1"].raw_value = [[1, 2]]
        assert sheet["C1"].raw_value == NOT_AVAILABLE
        assert sheet["C1"].value is None

    def test_one_row_fills_many(self, sheet):
        sheet["A1:B3"].raw_value = [["待评审", 1]]
        assert sheet["A1:B3"].value == [["待评审", 1.0]] * 3

    def test_long_texts_come_in_alone_only(self, sheet):
        sheet["A1"].value = "长" * 9_000
        with pytest.raises(ComError):
            sheet["A2"].value = ["长" * 9_000, "短"]

    def test_cells_hidden_in_a_merge_take_nothing(self, sheet):
        sheet["A1:A3"].merge()
        sheet["A1:A3"].value = [["SO-1"], ["SO-2"], ["SO-3"]]
        sheet["A1:A3"].unmerge()
        assert sheet["A1:A3"].value == ["SO-1", None, None]

    def test_what_com_cannot_carry_is_a_type_error(self, sheet):
        with pytest.raises(TypeError):
            sheet["A1"].value = dt.time(8, 30)

    def test_two_dimensions_on_demand(self, sheet):
        sheet["A1"].value = [["订单号", "数量"]]
        assert sheet["A1:B1"].options(ndim=2).value == [["订单号", "数量"]]
        assert sheet["A1:B1"].raw_value == (("订单号", "数量"),)


class TestValuesRead:
    def test_numbers_are_floats_and_empty_cells_none(self, sheet):
        sheet["A1"].value = 5
        assert (type(sheet["A1"].value), sheet["B1"].value) == (float, None)

    def test_errors_are_numbers_of_com(self, sheet):
        sheet["A1"].value = "#N/A"
        assert sheet["A1"].raw_value == NOT_AVAILABLE
        assert sheet["A1"].options(err_to_str=True).value == "#N/A"

    @ours
    def test_results_of_formulas_survive_a_copy(self, excel, sheet, tmp_path):
        sheet["A1"].value = "=1+1"
        watching.set_result(sheet["A1"], 2.0)
        sheet.book.api.SaveCopyAs(str(tmp_path / "copy.xlsx"))
        assert openpyxl.load_workbook(tmp_path / "copy.xlsx", data_only=True).active["A1"].value == 2
        assert excel.books.open(tmp_path / "copy.xlsx").sheets[0]["A1"].value == 2.0

    def test_used_range_begins_where_the_first_cell_is(self, sheet):
        sheet["C4"].value = "订单号"
        assert sheet.used_range.address == "$C$4"


class TestAddresses:
    def test_several_areas(self, sheet):
        cells = sheet.range("A1,C3:C5")
        cells.color = (255, 199, 206)
        assert sheet["C5"].color == (255, 199, 206)
        assert sheet["B1"].color is None
        assert cells.address == "$A$1,$C$3:$C$5"

    def test_no_address_over_255_characters(self, sheet):
        with pytest.raises(ComError):
            sheet.range(",".join(f"A{row}" for row in range(1, 200, 2)))

    def test_selecting_needs_the_sheet_on_top(self, excel, book, sheet):
        other = book.sheets.add(after=sheet)
        with pytest.raises(ComError):
            sheet["B2"].select()
        other["B2"].select()
        assert excel.selection.address == "$B$2"

    def test_end_stops_where_ctrl_arrow_does(self, sheet):
        sheet["A1"].value = [[1], [2], [3], [None], [5]]
        ends = [sheet["A1"].end("down").row, sheet["A3"].end("down").row, sheet["A5"].end("down").row]
        assert ends == [3, 5, 1_048_576]
        assert sheet["A1"].expand("down").address == "$A$1:$A$3"


class TestProtection:
    def test_locked_cells_take_no_values(self, sheet):
        protect(sheet, unlocked=["B2"])
        sheet["B2"].value = "可接受"
        with pytest.raises(ComError):
            sheet["A1:B2"].value = [[1, 2], [3, 4]]
        assert sheet["A1"].value is None

    def test_nor_formats_notes_or_rules_even_where_unlocked(self, sheet):
        protect(sheet, unlocked=["B2"])
        for attempt in (
            lambda: setattr(sheet["B2"], "color", (255, 0, 0)),
            lambda: sheet["B2"].add_note("缺客户"),
            lambda: sheet["B2"].conditional_formats.add_custom("=TRUE", fill_color=(255, 0, 0)),
        ):
            with pytest.raises(ComError):
                attempt()

    def test_formats_may_be_allowed(self, sheet):
        sheet.api.Protect(AllowFormattingCells=True)
        assert sheet.api.ProtectContents
        assert sheet.api.Protection.AllowFormattingCells
        sheet["B2"].color = (255, 0, 0)
        assert sheet["B2"].color == (255, 0, 0)

    def test_the_structure(self, book, sheet):
        other = book.sheets.add("计划", after=sheet)
        book.api.Protect(Structure=True)
        assert book.api.ProtectStructure
        for attempt in (other.delete, lambda: setattr(other, "visible", False), lambda: book.sheets.add("新")):
            with pytest.raises(ComError):
                attempt()

    def test_the_last_visible_sheet_stays(self, sheet):
        with pytest.raises(ComError):
            sheet.delete()
        with pytest.raises(ComError):
            sheet.visible = False


class TestLooks:
    def test_what_differs_is_none(self, sheet):
        sheet["A1"].number_format = "@"
        sheet["A1"].api.Locked = False
        sheet["A1"].row_height = 30
        cells = sheet["A1:A2"]
        assert (cells.number_format, cells.api.Locked, cells.row_height) == (None, None, None)
        assert sheet["A2"].api.Locked

    def test_columns_keep_their_looks_for_cells_to_come(self, sheet):
        sheet["B:B"].number_format = "@"
        sheet["B:B"].column_width = 20
        sheet["B7"].value = "0010248"
        assert (sheet["B7"].value, sheet["B3"].column_width, sheet["A1"].column_width) == ("0010248", 20, 8.43)

    def test_merged_cells_know_their_area(self, sheet):
        sheet["B2:C3"].merge()
        assert (sheet["C3"].merge_area.address, sheet["A1"].merge_cells, sheet["C3"].merge_cells) == (
            "$B$2:$C$3",
            False,
            True,
        )

    def test_currency_comes_as_decimal(self, sheet):
        sheet["A1"].number_format = '"¥"#,##0.00'
        sheet["A1"].value = 12.5
        assert sheet["A1"].value == Decimal("12.5")
        assert isinstance(sheet["A1"].value, Decimal)

    def test_formats_are_copied_without_values(self, sheet):
        sheet["A1"].value = "法兰"
        sheet["A1"].color = (255, 199, 206)
        sheet["A1"].copy()
        sheet["A3:A4"].paste("formats")
        assert (sheet["A4"].value, sheet["A4"].color) == (None, (255, 199, 206))


class TestFilters:
    def test_hidden_rows_are_written_and_left_out_of_copies(self, excel, orders):
        sheet = excel.books.open(orders).sheets[0]
        sheet["A1:C4"].api.AutoFilter(2, "法兰")
        assert sheet.api.FilterMode
        sheet["C2:C4"].value = [[1], [2], [3]]
        assert sheet["C2:C4"].value == [1.0, 2.0, 3.0]
        sheet["A1:C4"].copy(sheet["A10"])
        assert sheet["A10:A13"].value == ["订单号", "0010248", "0010250", None]

    def test_visible_cells(self, excel, orders):
        sheet = excel.books.open(orders).sheets[0]
        sheet.tables[0].autofilter.apply_values(2, ["法兰"])
        assert [one.address for one in sheet["A2:C4"].get_special_cells("visible")] == ["$A$2:$C$2", "$A$4:$C$4"]
        sheet.api.ShowAllData()
        assert not sheet.api.FilterMode

    @ours
    def test_none_found_is_an_empty_list_in_english_and_an_error_in_chinese(self, excel, sheet):
        watching.set_language(excel, 1033)
        assert sheet["A1:B2"].get_special_cells("formulas") == []
        watching.set_language(excel, 2052)
        with pytest.raises(ComError):
            sheet["A1:B2"].get_special_cells("formulas")


class TestNotes:
    def test_written_read_and_deleted(self, sheet):
        note = sheet["B2"].add_note("数量不是数字")
        assert (note.text, sheet["B2"].note.location.address) == ("数量不是数字", "$B$2")
        note.text = "缺数量"
        assert [one.text for one in sheet.notes] == ["缺数量"]
        note.delete()
        assert sheet["B2"].note is None

    def test_no_second_note(self, sheet):
        sheet["B2"].add_note("客户要求")
        with pytest.raises(ValueError, match="already"):
            sheet["B2"].add_note("缺数量")
        with pytest.raises(ComError):
            sheet["B2"].api.AddComment("缺数量")

    def test_no_note_beside_a_threaded_comment(self, sheet):
        watching.set_threaded_comment(sheet["B2"], "请确认")
        assert sheet["B2"].note is None
        with pytest.raises(ComError):
            sheet["B2"].add_note("缺数量")

    def test_text_is_inserted_and_taken_out_in_place(self, sheet):
        api = sheet["B2"].add_note("客户要求").api
        api.Text("\n缺数量", Start=len("客户要求") + 1, Overwrite=False)
        assert api.Text() == "客户要求\n缺数量"
        api.Shape.TextFrame.Characters(len("客户要求") + 1, len("\n缺数量")).Delete()
        api.Shape.TextFrame.AutoSize = True
        assert (api.Text(), api.Shape.TextFrame.AutoSize) == ("客户要求", True)


class TestRules:
    def test_added_listed_and_deleted(self, sheet):
        rule = sheet["A2:C9"].conditional_formats.add_custom("=$C2>10", fill_color=(255, 199, 206))
        assert (rule.type, rule.formula, rule.fill_color) == ("custom", "=$C2>10", (255, 199, 206))
        assert sheet["B5"].conditional_formats.count == 1
        assert sheet["E5"].conditional_formats.count == 0
        rule.delete()
        assert sheet["A2:C9"].conditional_formats.count == 0

    def test_formulas_are_told_from_the_active_cell(self, sheet):
        sheet["A1"].select()
        rule = sheet["A5:C9"].conditional_formats.add_custom("=$C1>10", fill_color=(255, 199, 206))
        assert rule.formula == "=$C1>10"
        sheet["A5"].select()
        assert rule.formula == "=$C5>10"

    def test_formulas_over_255_characters_are_refused(self, sheet):
        with pytest.raises(ComError):
            sheet["A1"].conditional_formats.add_custom("=" + "+".join(["1"] * 200), fill_color=(0, 0, 0))
        assert sheet["A1"].conditional_formats.count == 0

    def test_formats_pasted_bring_rules_along(self, sheet):
        sheet["A1"].conditional_formats.add_custom("=$C1>10", fill_color=(255, 199, 206))
        sheet["A1"].copy()
        sheet["A5"].paste("formats")
        sheet["A5"].select()
        assert sheet["A5"].conditional_formats[0].formula == "=$C5>10"


class TestFills:
    @ours
    def test_a_solid_fill_keeps_a_second_colour(self, sheet):
        sheet.api.ws["B2"].fill = PatternFill("solid", fgColor="FFFFC7CE", bgColor="FF123456")
        interior = sheet["B2"].api.Interior
        assert (interior.Color, interior.PatternColor, interior.Pattern) == (0xCEC7FF, 0x563412, 1)
        sheet["B2"].color = (1, 2, 3)
        assert interior.PatternColor == 0x563412

    def test_no_fill(self, sheet):
        interior = sheet["B2"].api.Interior
        assert (interior.Color, interior.ColorIndex, interior.Pattern) == (0xFFFFFF, -4142, -4142)
        sheet["B2"].color = "#FFC7CE"
        sheet["B2"].color = None
        assert interior.ColorIndex == -4142

    @ours
    def test_in_a_pattern_the_ground_is_the_other_colour(self, sheet):
        interior = sheet["B2"].api.Interior
        interior.Pattern, interior.Color, interior.PatternColor = 17, 0xCEC7FF, 0x563412
        fill = sheet.api.ws["B2"].fill
        assert (fill.patternType, fill.bgColor.rgb, fill.fgColor.rgb) == ("gray125", "FFFFC7CE", "FF123456")


class TestTables:
    def test_parts(self, excel, orders):
        table = excel.books.open(orders).sheets[0].tables["订单"]
        parts = table.range, table.header_row_range, table.data_body_range
        assert [part.address for part in parts] == ["$A$1:$C$4", "$A$1:$C$1", "$A$2:$C$4"]

    def test_resized_within_reason(self, excel, orders):
        sheet = excel.books.open(orders).sheets[0]
        table = sheet.tables["订单"]
        table.resize(sheet["A1:D6"])
        assert table.range.address == "$A$1:$D$6"
        for address in ("A2:C6", "F1:H4", "A1:C1"):
            with pytest.raises(ComError):
                table.resize(sheet[address])

    def test_takes_in_what_is_written_just_below(self, excel, orders):
        sheet = excel.books.open(orders).sheets[0]
        sheet["A5"].value = [["0010251", "螺栓", 4], ["0010252", "螺母", 4]]
        assert sheet.tables["订单"].range.address == "$A$1:$C$6"

    @ours
    def test_its_header_names_its_columns(self, excel, orders):
        sheet = excel.books.open(orders).sheets[0]
        sheet["C1"].value = "订单数量"
        assert [one.name for one in sheet.api.ws.tables["订单"].tableColumns] == ["订单号", "品名", "订单数量"]


class TestNames:
    def test_of_books_and_sheets(self, excel, orders):
        book = excel.books.open(orders)
        sheet = book.sheets[0]
        sheet.names.add("税率", "=接单登记!$G$1")
        assert book.names["单位"].refers_to_range.address == "$F$1"
        assert book.names["接单登记!税率"].refers_to == "=接单登记!$G$1"
        sheet["单位"].value = "件"
        assert sheet["F1"].value == "件"
        book.names["单位"].delete()
        assert "单位" not in book.names

    def test_hidden_ones_are_among_them(self, book):
        book.names.add("版本", "=1").api.Visible = False
        assert [one.name for one in book.names] == ["版本"]
        with pytest.raises(ComError):
            _ = book.names["版本"].refers_to_range


class TestBooks:
    def test_a_copy_is_the_book_as_it_is_now(self, excel, orders, tmp_path):
        book = excel.books.open(orders)
        before = orders.read_bytes()
        book.sheets[0]["B2"].value = "轴套"
        book.api.SaveCopyAs(str(tmp_path / "copy.xlsx"))
        assert openpyxl.load_workbook(tmp_path / "copy.xlsx").active["B2"].value == "轴套"
        assert (orders.read_bytes(), book.api.Saved, book.fullname) == (before, False, str(orders))

    def test_saved_until_something_changes(self, excel, orders):
        book = excel.books.open(orders)
        assert book.api.Saved
        book.sheets[0]["B2"].value = "轴套"
        assert not book.api.Saved
        book.save()
        assert book.api.Saved

    def test_an_owner_file_lies_beside_an_open_book(self, excel, orders):
        book = excel.books.open(orders)
        owner = orders.with_name("~$orders.xlsx")
        assert owner.exists()
        book.close()
        assert not owner.exists()

    def test_who_comes_second_may_only_read(self, excel, orders):
        orders.with_name("~$orders.xlsx").write_bytes(b" " * 165)
        assert excel.books.open(orders).api.ReadOnly

    def test_found_by_name_whatever_its_case(self, excel, orders):
        excel.books.open(orders)
        assert excel.books["ORDERS.xlsx"].name == "orders.xlsx"
        with pytest.raises(KeyError):
            excel.books["nothing.xlsx"]

    def test_properties(self, book):
        properties = book.api.CustomDocumentProperties
        with pytest.raises(ComError):
            _ = properties("xltools-form").Value
        properties.Add("xltools-form", False, 4, "order")
        properties("xltools-form").Value = "change"
        assert [(one.Name, one.Value) for one in book.api.CustomDocumentProperties] == [("xltools-form", "change")]
        assert book.api.Saved

    def test_closed_books_are_gone(self, book, sheet):
        book.close()
        with pytest.raises(ComError):
            _ = sheet["A1"].value

    def test_the_caller(self, book):
        book.set_mock_caller()
        assert xw.Book.caller() == book

    @ours
    def test_macros_stay_in_their_book(self, excel, tmp_path):
        path = tmp_path / "buttons.xlsm"
        with zipfile.ZipFile(orders_xlsm(path), "a") as package:
            package.writestr("xl/vbaProject.bin", b"macros")
        book = excel.books.open(path)
        book.sheets[0]["A1"].value = "按钮"
        book.save()
        book.save()
        assert zipfile.ZipFile(path).read("xl/vbaProject.bin") == b"macros"


def orders_xlsm(path):
    """An empty book with the ending of one that has macros."""
    model = openpyxl.Workbook()
    model.save(path)
    return path


class TestWindows:
    def test_the_active_book_lies_on_top(self, excel):
        first, second = excel.books.add(), excel.books.add()
        windows = excel.api.Windows
        assert [windows(n).Parent.Name for n in (1, 2)] == [second.name, first.name]
        first.activate()
        assert [windows(n).Caption for n in (1, 2)] == [first.name, second.name]
        assert (windows.Count, excel.books.active) == (2, first)

    def test_hidden_windows_are_never_active(self, excel):
        first, second = excel.books.add(), excel.books.add()
        second.api.Windows(1).Visible = False
        assert excel.books.active == first


class TestTheApplication:
    @ours
    def test_alerts_are_answered_as_told(self, excel):
        watching.answer_next(excel, "yes")
        answers = [excel.alert("更新？", "xltools", "yes_no", "info"), excel.alert("完成")]
        assert answers == ["yes", "ok"]
        assert watching.alerts(excel) == [("更新？", "xltools", "yes_no", "info"), ("完成", "", "ok", None)]

    @ours
    def test_the_status_bar_is_remembered(self, excel):
        excel.status_bar = "检查中…"
        excel.status_bar = False
        assert watching.status_bars(excel) == ["检查中…", False]

    def test_calculation_needs_a_book(self, excel):
        with pytest.raises(ComError):
            excel.calculation = "manual"
        excel.books.add()
        excel.calculation = "manual"
        assert excel.calculation == "manual"

    @ours
    def test_the_language_is_whatever_the_test_says(self, excel):
        watching.set_language(excel, 1033)
        assert excel.api.LanguageSettings.LanguageID(2) == 1033

    def test_typing_empties_the_clipboard(self, sheet):
        sheet["A1"].value = "法兰"
        sheet["A1"].copy()
        sheet["A2"].paste("values")
        sheet["A3"].value = 1
        with pytest.raises(ComError):
            sheet["A4"].paste("values")
        assert sheet["A2"].value == "法兰"

    @ours
    def test_calls_fail_when_told_to(self, excel, sheet):
        excel.impl.fail_at("Range.Value=", ComError(), nth=2)
        sheet["A1"].value = 1
        with pytest.raises(ComError):
            sheet["A2"].value = 2
        sheet["A3"].value = 3
        assert sheet["A1:A3"].value == [1.0, None, 3.0]

    @ours
    def test_a_used_range_costs_the_same_whatever_its_length(self, excel, book):
        totals = []
        for rows in (20, 2_000):
            sheet = book.sheets.add()
            sheet["A1"].value = [["法兰", 5, dt.date(2026, 3, 30)]] * rows
            with watching.count_calls(excel) as counted:
                assert len(sheet.used_range.value) == rows
            totals.append(counted.total)
        assert totals[0] == totals[1] < 30

    @ours
    def test_nothing_is_left_behind(self, excel):
        excel.books.add().set_mock_caller()
        watching.stop(excel)
        assert not hasattr(xw.Book, "_mock_caller")
        assert xw.engines.active is None
        assert "pywintypes" not in __import__("sys").modules
