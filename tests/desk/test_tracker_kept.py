"""What people did to the tracker is never lost, whatever becomes of the writing of the next one."""

import datetime as dt

import openpyxl
from click.testing import CliRunner

from xltools import desk
from xltools.cli import main

TRACKER = "order-tracker.xlsx"
NEXT_DAY = dt.date(2026, 3, 11)


def change(path, row, header, value):
    """As a person does: type into a row under a header, and save."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = {cell.value: cell.column for cell in sheet[3]}[header]
    sheet.cell(row, column).value = value
    book.save(path)


def archived(folder):
    return {content for name, content in folder.files().items() if name.startswith("archive/")}


def test_what_is_no_order_stays_where_it_was_written_and_the_tracker_as_people_left_it_is_backed_up(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    path = folder.path / TRACKER
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A9"] = "早会讨论"  # a row of their own, without a key
    book.save(path)
    theirs = path.read_bytes()
    folder.run()
    assert path.read_bytes() == theirs
    folder.run(NEXT_DAY)
    assert path.read_bytes() != theirs
    assert openpyxl.load_workbook(path).worksheets[0]["A9"].value == "早会讨论"
    assert (folder.path / ".desk/backups" / TRACKER).read_bytes() == theirs


def test_a_tracker_that_brought_a_value_is_archived_as_people_left_it(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    path = folder.path / TRACKER
    change(path, 4, "卡点/欠料 Shortage", "缺铜件")
    theirs = path.read_bytes()
    assert theirs not in archived(folder)
    folder.run()
    assert theirs in archived(folder)


def test_an_edit_that_is_taken_back_while_the_tracker_could_not_be_written_is_taken_back(folder, monkeypatch):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    path = folder.path / TRACKER
    change(path, 4, "卡点/欠料 Shortage", "缺铜件")
    real = type(path).replace

    def held(source, target):
        if target == path:
            raise PermissionError(13, "in use", str(path))
        return real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(type(path), "replace", held)
        assert folder.run().exit_code == 4
    assert folder.orders()["A-1"].lines[0].text("shortage") == "缺铜件"
    change(path, 4, "卡点/欠料 Shortage", None)
    folder.run()
    assert folder.orders()["A-1"].lines[0].text("shortage") == ""


def test_an_open_tracker_with_nothing_to_write_is_no_reason_for_exit_code_4(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    (folder.path / f"~${TRACKER}").write_bytes(b"owner")
    assert folder.run().exit_code == 0
    assert folder.run(NEXT_DAY).exit_code == 4


def test_templates_that_a_desk_restyled_are_not_written_over(folder):
    own = folder.path / "templates" / "order-intake.xlsx"
    own.write_bytes(b"with our logo")
    result = CliRunner().invoke(main, ["templates", "build", "--desk", str(folder.path)])
    assert result.exit_code == 0
    assert own.read_bytes() == b"with our logo"
    assert own.with_name("order-intake.new.xlsx").is_file()
    assert not own.with_name("sales-contract.docx").exists()


def test_without_its_ledger_no_verb_says_that_all_is_well(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    (folder.path / ".desk" / "ledger.db").unlink()
    target = str(folder.path / "lines.csv")
    for verb in (["late"], ["status", "A-1"], ["export", "--to", target], ["why", "A-1", "quantity"]):
        result = CliRunner().invoke(main, [verb[0], str(folder.path), *verb[1:]])
        assert result.exit_code == desk.LEDGER_BROKEN, verb


def test_errors_in_an_accepted_workbook_are_told(folder):
    folder.drop("1.xlsx", order_no="A-1", tax_rate="很高")
    result = CliRunner().invoke(main, ["run", str(folder.path), "--as-of", "2026-03-10"], env={"XLTOOLS_LANG": "en"})
    assert result.exit_code == 1
    assert "1.xlsx" in result.stdout
    assert "很高" in result.stdout
