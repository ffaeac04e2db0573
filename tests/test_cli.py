"""The command line is a contract: verbs, JSON shapes, exit codes, what goes where."""

import json
import socket
import sqlite3
import time
from pathlib import Path

import openpyxl
import pyarrow.parquet
import pytest
from click.testing import CliRunner

import xltools
from xltools import desk
from xltools.cli import main, speaking
from xltools.desk import paper
from xltools.reports.late import KINDS


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def home(demo):
    return demo[0].path


def all_commands(command=main, path=()):
    if hasattr(command, "commands"):
        for name, sub in command.commands.items():
            yield from all_commands(sub, (*path, name))
    else:
        yield path


@pytest.mark.parametrize("path", list(all_commands()), ids=" ".join)
def test_every_command_has_help(path):
    command = main
    for name in path:
        command = command.commands[name]
    assert command.help
    result = invoke(*path, "--help")
    assert result.exit_code == 0
    assert command.help.splitlines()[0] in " ".join(result.stdout.split())


def test_an_unknown_kind_of_paper_is_exit_code_2_and_the_kinds_are_listed(home):
    result = invoke("paper", home, "invoice", "SO1")
    assert result.exit_code == 2


def test_no_desk_there_is_exit_code_2(tmp_path):
    for verb in (["run"], ["late"], ["verify"], ["status", "A-1"]):
        result = invoke(verb[0], tmp_path, *verb[1:])
        assert result.exit_code == 2
        assert "xltools init" in result.stderr


def test_an_unknown_order_is_exit_code_2(home):
    assert invoke("status", home, "没有").exit_code == 2
    assert invoke("why", home, "没有", "quantity").exit_code == 2
    assert invoke("paper", home, "contract", "没有").exit_code == 2


def test_wrong_rules_are_exit_code_3_with_the_place(tmp_path):
    invoke("init", tmp_path / "d")
    (tmp_path / "d" / "desk.yaml").write_text("language: fr\nlatness: {}\n", "utf-8")
    result = invoke("run", tmp_path / "d")
    assert result.exit_code == 3
    assert "desk.yaml:1:11" in result.stderr
    assert "desk.yaml:2:1" in result.stderr
    assert "did you mean" in result.stderr.lower()
    assert invoke("rules", "check", tmp_path / "d").exit_code == 3


def test_the_diagram_is_drawn_and_told_when_it_is_not_current(tmp_path):
    invoke("init", tmp_path / "d")
    stale = invoke("rules", "diagram", tmp_path / "d", "--check")
    assert (stale.exit_code, stale.output.count("workflow")) == (3, 2)
    assert invoke("rules", "diagram", tmp_path / "d").exit_code == 0
    assert (tmp_path / "d" / "rules" / "workflow.zh.svg").is_file()
    assert invoke("rules", "diagram", tmp_path / "d", "--check").exit_code == 0
    assert invoke("rules", "check", tmp_path / "d").exit_code == 0
    assert invoke("rules", "diagram", tmp_path / "d", "--into", tmp_path / "other").exit_code == 0
    assert (tmp_path / "other" / "workflow.svg").is_file()


def test_another_run_at_work_is_exit_code_4(tmp_path):
    path = tmp_path / "d"
    invoke("init", path)
    (path / ".desk").mkdir(exist_ok=True)
    holder = {"host": "another-" + socket.gethostname(), "pid": 1, "time": time.time()}
    (path / ".desk" / "lock").write_text(json.dumps(holder), "utf-8")
    assert invoke("run", path, "--wait", "0").exit_code == 4


def test_an_open_tracker_is_exit_code_4_and_is_left_alone(tmp_path):
    path = tmp_path / "d"
    invoke("init", path)
    assert invoke("run", path).exit_code == 0
    before = (path / "order-tracker.xlsx").read_bytes()
    (path / "~$order-tracker.xlsx").write_bytes(b"owner")
    result = invoke("run", path, "--as-of", "2026-01-05", "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["tracker"]["queued"] is True
    assert (path / "order-tracker.xlsx").read_bytes() == before


def test_a_broken_ledger_is_exit_code_5(copy_demo):
    path = copy_demo()
    with sqlite3.connect(path / ".desk" / "ledger.db") as ledger:
        for (name,) in ledger.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            ledger.execute(f"drop trigger {name}")
        ledger.execute("update events set text = replace(text, '端盖', '端壶') where text like '%端盖%'")
    ledger.close()
    assert invoke("verify", path).exit_code == 5
    assert invoke("run", path).exit_code == 5


def test_a_changed_original_does_not_verify(copy_demo):
    path = copy_demo()
    assert invoke("verify", path).exit_code == 0
    original = next((path / "archive").rglob("01-*.xlsx"))
    original.write_bytes(original.read_bytes() + b" ")
    result = invoke("verify", path, "--json")
    assert result.exit_code == 5
    told = json.loads(result.stdout)
    assert told["ok"] is False
    assert {problem["file"] for problem in told["problems"]} == {original.relative_to(path).as_posix()}


def test_run_json_has_the_promised_shape(tmp_path):
    result = invoke("demo", tmp_path / "d", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert list(told) == ["as_of", "documents", "tracker", "papers", "late", "digests", "problems", "seconds"]
    assert set(told["documents"][0]) == {"file", "sha256", "form", "orders", "outcome", "problems"}
    assert set(told["tracker"]) == {"file", "rows_added", "cells_changed", "edits", "conflicts", "queued"}
    problem = next(problem for document in told["documents"] for problem in document["problems"])
    keys = {"code", "severity", "file", "sheet", "cell", "line", "column", "field", "message", "hint"}
    assert set(problem) == keys
    assert not any("\\" in document["file"] or Path(document["file"]).is_absolute() for document in told["documents"])


def test_late_status_why_check_json_have_the_promised_shapes(home):
    late = json.loads(invoke("late", home, "--as-of", "2026-05-20", "--json").stdout)
    assert list(late[0]) == [
        "kind",
        "order",
        "line",
        "customer",
        "owner",
        "product",
        "requested",
        "promised",
        "due",
        "open_quantity",
        "days_late",
        "waiting_for",
        "since",
        "reason",
    ]
    order = late[0]["order"]
    status = json.loads(invoke("status", home, order, "--as-of", "2026-05-20", "--json").stdout)
    assert set(status) >= {"order", "revision", "stage", "waiting", "lines", "history", "papers"}
    assert set(status["history"][0]) == {"when", "event", "by", "file", "cell", "sheet"}
    why = json.loads(invoke("why", home, order, "quantity", "--line", late[0]["line"], "--json").stdout)
    assert set(why) >= {"order", "line", "field", "value", "file", "sheet", "cell", "archived", "sha256", "by", "when"}
    archived = next((home / "archive").rglob("01-*.xlsx"))
    check = json.loads(invoke("check", archived, "--desk", home, "--json").stdout)
    assert set(check[0]) == {"file", "form", "orders", "problems"}


def test_check_moves_nothing_and_tells_errors_by_exit_code_1(tmp_path):
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"nothing")
    result = invoke("check", bad)
    assert result.exit_code == 1
    assert bad.read_bytes() == b"nothing"
    assert "坏.xlsx" in result.stdout


def test_submit_json_has_the_promised_shape_and_tells_refusals_by_exit_code_1(tmp_path):
    home = tmp_path / "d"
    invoke("init", home)
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"nothing")
    result = invoke("submit", bad, "--desk", home, "--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)
    assert list(told) == ["file", "form", "orders", "problems", "submitted"]
    assert (told["submitted"], list((home / "inbox").iterdir())) == ("", [])
    assert "坏.xlsx" in invoke("submit", bad, "--desk", home, "--quiet").stderr
    assert invoke("submit", bad).exit_code == 2
    assert invoke("submit", "--desk", home).exit_code == 2


def test_submit_puts_what_is_right_into_the_inbox_once(copy_demo):
    home = copy_demo()
    original = next((home / "archive").rglob("01-*.xlsx"))
    first = invoke("submit", original, "--desk", home, "--json")
    assert first.exit_code == 0, first.stdout
    (told,) = json.loads(first.stdout)
    assert (home / told["submitted"]).read_bytes() == original.read_bytes()
    again = invoke("submit", original, "--desk", home)
    assert (again.exit_code, told["submitted"] in again.stdout) == (0, True)
    assert invoke("submit", original, "--desk", home, "--quiet").output == ""
    assert [path.name for path in (home / "inbox").glob("*.xlsx")] == [Path(told["submitted"]).name]


def test_files_dropped_on_a_batch_file_are_taken_from_its_environment(tmp_path, monkeypatch):
    bad = tmp_path / "R&D (1).xlsx"
    bad.write_bytes(b"nothing")
    assert invoke("check", "--dropped").exit_code == 2
    monkeypatch.setenv("XLTOOLS_ARGUMENTS", f'"{bad}"')
    result = invoke("check", "--dropped", "--json")
    assert [one["file"] for one in json.loads(result.stdout)] == [bad.as_posix()]


class Typed:
    """A terminal at which somebody types."""

    stdin = type("Terminal", (), {"isatty": lambda _: True})()


@pytest.mark.parametrize("verb", [["status"], ["paper", "contract"]])
def test_without_an_order_number_a_person_is_asked_and_a_program_is_told(home, monkeypatch, verb):
    name, *rest = verb
    assert invoke(name, home, *rest).exit_code == 2
    monkeypatch.setattr(speaking, "sys", Typed)
    typed = 'x" & del * $(reboot) %PATH%'
    result = CliRunner().invoke(main, [name, str(home), *rest], input=f"\n{typed}\n")
    assert result.exit_code == 2
    assert typed in result.stderr


def test_a_paper_is_opened_for_who_asks(home, monkeypatch):
    opened = []
    monkeypatch.setattr(paper, "open_file", lambda path, file: opened.append((path, file)))
    orders = desk.open_desk_at(home).replay_ledger().orders.values()
    number = next(one.number for one in orders for made in one.papers if made.kind == "contract" and not made.voided)
    told = json.loads(invoke("paper", home, "contract", number, "--open", "--json").stdout)
    assert opened == [(home / told["files"][0], told["files"][0])]


def test_buttons_are_made_looked_over_and_taken_away(tmp_path):
    home = tmp_path / "R&D 的 (50%) 'desk'"
    invoke("init", home, "--language", "zh")
    before = sorted(home.rglob("*"))
    missing = json.loads(invoke("buttons", home, "--check", "--json").stdout)
    assert missing["ok"] is False
    assert missing["checks"][0]["problems"][0]["code"] == "buttons-missing"
    made = json.loads(invoke("buttons", home, "--json").stdout)
    assert made["files"][0] == "订单助手.xlsm"
    assert made["problems"] == []
    result = invoke("buttons", home, "--check", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (0, True)
    assert set(told["checks"][0]) == {"name", "ok", "found", "problems"}
    assert "Python" in invoke("buttons", home, "--check").stdout
    assert invoke("buttons", home, "--check", "--remove").exit_code == 2
    assert invoke("buttons", home, "--remove").exit_code == 0
    assert sorted(home.rglob("*")) == before
    (home / "订单助手.xlsm").write_bytes(b"somebody's")
    assert invoke("buttons", home).exit_code == 1


def test_check_of_a_template_needs_no_desk():
    template = desk.template_folder() / "order-intake.xlsx"
    result = invoke("check", template, "--json")
    assert [problem["code"] for problem in json.loads(result.stdout)[0]["problems"]] == ["form-blank"]


def test_export_writes_csv_xlsx_and_parquet(home, tmp_path):
    for suffix in ("csv", "xlsx", "parquet"):
        result = invoke("export", home, "--to", tmp_path / f"行.{suffix}", "--as-of", "2026-05-20")
        assert result.exit_code == 0
        assert not result.stdout
    lines = (tmp_path / "行.csv").read_text("utf-8").splitlines()
    assert not lines[0].startswith("\ufeff")
    header = lines[0].split(",")
    sheet = openpyxl.load_workbook(tmp_path / "行.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == header
    table = pyarrow.parquet.read_table(tmp_path / "行.parquet")
    assert table.column_names == header
    assert table.num_rows == sheet.max_row - 1
    assert invoke("export", home, "--to", tmp_path / "行.pdf").exit_code == 2


def test_init_zh_gives_chinese_folders_and_runs(tmp_path):
    path = tmp_path / "订单台"
    assert invoke("init", path, "--language", "zh").exit_code == 0
    for name in ("收件箱", "评审/production", "退回", "单据", "归档", "发件箱", "基础资料/客户.xlsx"):
        assert (path / name).exists(), name
    assert invoke("run", path).exit_code == 0
    assert (path / "订单总表.xlsx").is_file()


def test_init_refuses_a_folder_with_something_in_it(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").write_text("x", "utf-8")
    assert invoke("init", tmp_path / "d").exit_code == 2


def test_paper_names_the_gate_that_is_shut_or_that_no_contract_is_needed(home):
    opened = desk.open_desk_at(home)
    standings = opened.assess(opened.replay_ledger(), desk.DEMO_AS_OF).standings
    shut = next(number for number, one in standings.items() if one.stage == "in-review")
    result = invoke("paper", home, "contract", shut, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["files"]) == (1, [])
    assert {problem["code"] for problem in told["problems"]} == {"gate-shut"}
    framework = next(
        one.number for one in opened.replay_ledger().orders.values() if one.get("contract_mode") == "framework"
    )
    result = invoke("paper", home, "contract", framework, "--as-of", "2026-05-20", "--json")
    assert result.exit_code == 0
    assert [problem["code"] for problem in json.loads(result.stdout)["problems"]] == ["paper-not-needed"]


def test_paper_gives_the_contract_that_a_run_made(home):
    orders = desk.open_desk_at(home).replay_ledger().orders.values()
    order, made = next(
        (one, paper) for one in orders for paper in one.papers if paper.kind == "contract" and not paper.voided
    )
    told = json.loads(invoke("paper", home, "contract", order.number, "--json").stdout)
    assert told == {"files": [made.file], "problems": []}
    assert (home / told["files"][0]).is_file()


def test_quiet_says_nothing_when_nothing_needs_a_person(tmp_path):
    invoke("init", tmp_path / "d")
    result = invoke("run", tmp_path / "d", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_frames_for_python(home):
    frames = xltools.open_desk(home)
    lines = frames.lines()
    assert len(lines) == sum(frames.orders()["lines"])
    assert lines["order"].nunique() == len(frames.orders())
    assert set(KINDS) >= set(frames.late()["kind"])
