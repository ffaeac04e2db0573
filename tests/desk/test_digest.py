"""`digest`: the mails of a desk, day by day."""

import datetime as dt
import email
import json
from email import policy

import openpyxl
import pytest
from click.testing import CliRunner

from xltools import desk
from xltools.cli import main

MONDAY = dt.date(2026, 4, 6)
PEOPLE = (
    ("李雯", "sales", "li.wen@factory.example"),
    ("何立", "sales", None),
    ("孙浩", "production", "sun.hao@factory.example"),
    ("钱丽", "quality", "qian.li@factory.example"),
)


@pytest.fixture
def busy(folder):
    """A desk with two orders that are late on 6 April, of two owners, one of them without a mail address."""
    book = openpyxl.load_workbook(folder.path / "master" / "staff.xlsx")
    page = book.worksheets[0]
    top = next(row[0].row for row in page.iter_rows() if any("姓名" in str(cell.value) for cell in row))
    columns = {str(cell.value).split()[0].rstrip("*"): cell.column for cell in page[top] if cell.value}
    for at, (name, department, mail) in enumerate(PEOPLE, top + 1):
        for label, value in (("姓名", name), ("部门", department), ("邮箱", mail)):
            page.cell(at, columns[label]).value = value
    book.save(folder.path / "master" / "staff.xlsx")
    folder.drop("泰衡.xlsx", order_no="SO-1", owner="李雯")
    folder.drop("朗岳.xlsx", order_no="SO-2", owner="何立")
    folder.run()
    return folder


def write(busy, as_of=MONDAY, **options):
    return desk.write_digests(busy.opened, as_of, **options)


def mail_of(busy, name, as_of=MONDAY):
    (path,) = (busy.path / "outbox").glob(f"{as_of} *{name}.eml")
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def text_of(message):
    return message.get_body(("plain",)).get_content()


def test_there_is_a_mail_for_pmc_one_per_owner_and_one_per_department_that_owes_something(busy):
    result = write(busy)
    assert {(mail.reader, mail.name) for mail in result.mails} == {
        ("pmc", "PMC"),
        ("owner", "李雯"),
        ("owner", "何立"),
        ("department", "Quality"),
    }
    assert mail_of(busy, "李雯")["To"].addresses[0].addr_spec == "li.wen@factory.example"
    assert mail_of(busy, "PMC")["To"].addresses[0].display_name == "孙浩"
    assert result.exit_code == 0


def test_each_has_text_html_and_a_workbook_of_the_lines(busy):
    write(busy)
    message = mail_of(busy, "李雯")
    assert message["Subject"].startswith("Late orders 2026-04-06: Late 1")
    assert "SO-1-1" in text_of(message)
    assert "SO-1-1" in message.get_body(("html",)).get_content()
    assert "SO-2" not in text_of(message)
    (attached,) = message.iter_attachments()
    path = busy.path / "attached.xlsx"
    path.write_bytes(attached.get_content())
    told = [cell.value for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for cell in row]
    assert {"SO-1-1", "宁波泰衡电子有限公司"} <= set(told)


def test_an_owner_without_address_is_a_warning_and_stands_in_pmcs_mail(busy):
    result = write(busy)
    (problem,) = result.problems
    assert (problem.code, problem.place.file, dict(problem.values)["name"]) == (
        "reader-without-mail",
        "master/staff.xlsx",
        "何立",
    )
    assert "SO-2-1" in text_of(mail_of(busy, "PMC"))


def test_written_twice_on_a_day_it_is_the_same_byte_for_byte(busy):
    first = write(busy)
    before = busy.files()
    assert write(busy) == first
    assert busy.files() == before


def test_the_next_days_says_what_has_changed_since(busy):
    write(busy)
    busy.drop("新单.xlsx", order_no="SO-3", owner="李雯")
    busy.run(MONDAY)
    tuesday = MONDAY + dt.timedelta(1)
    write(busy, tuesday)
    write(busy, tuesday)
    text = text_of(mail_of(busy, "李雯", tuesday))
    assert "Since 2026-04-06: 1 new, 0 now late, 0 gone" in text
    assert "SO-3-1" in text
    assert "[new]" in text


def test_nothing_to_say_no_mail(folder):
    folder.drop("泰衡.xlsx", order_no="SO-1", owner="李雯")
    folder.run()
    result = desk.write_digests(folder.opened, dt.date(2026, 3, 10))
    assert result.mails == ()
    assert list((folder.path / "outbox").iterdir()) == []


def test_a_dry_run_writes_nothing(busy):
    result = write(busy, dry_run=True)
    assert any("PMC.eml" in words for words in result.planned)
    assert list((busy.path / "outbox").iterdir()) == []


def test_to_send_without_a_mail_server_is_told_and_done(busy):
    result = write(busy, send=True)
    assert "mail-server-missing" in {problem.code for problem in result.problems}
    assert result.exit_code == 0
    assert result.files


def test_the_ledger_and_all_other_files_stay_as_they_are(busy):
    events, before = busy.event_count(), busy.files()
    write(busy)
    assert busy.event_count() == events
    assert {name: content for name, content in busy.files().items() if not name.startswith("outbox/")} == before


def test_a_desks_own_template_is_taken_and_a_wrong_one_told_with_nothing_written(busy):
    own = busy.path / "templates" / "digest.html.j2"
    own.write_text("<p>我们的{{ title }}</p>", "utf-8")
    write(busy)
    assert "我们的" in mail_of(busy, "PMC").get_body(("html",)).get_content()
    own.write_text("{{ nowhere }}", "utf-8")
    result = write(busy, MONDAY + dt.timedelta(1))
    assert {problem.code for problem in result.problems} == {"template-placeholder-wrong"}
    assert (result.files, result.exit_code) == ((), 1)


def test_html_in_a_workbook_is_text_in_the_mail(busy):
    busy.drop("怪.xlsx", order_no="SO-4", owner="李雯", customer="<script>alert(1)</script>")
    busy.run(MONDAY)
    write(busy)
    page = mail_of(busy, "李雯").get_body(("html",)).get_content()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_memory_that_cant_be_read_is_none(busy):
    write(busy)
    for path in (busy.path / ".desk" / "digests").iterdir():
        path.write_text("{", "utf-8")
    write(busy, MONDAY + dt.timedelta(1))
    assert "Since" not in text_of(mail_of(busy, "李雯", MONDAY + dt.timedelta(1)))


def test_the_text_for_a_chat_is_pmcs_or_an_owners_and_writes_nothing(busy):
    opened = busy.opened
    text = "\n".join(desk.tell_digest(opened, MONDAY))
    assert {"SO-1-1", "SO-2-1"} <= set(text.replace(". ", " ").split())
    assert "SO-2-1" not in "\n".join(desk.tell_digest(opened, MONDAY, "李雯"))
    assert list((busy.path / "outbox").iterdir()) == []
    with pytest.raises(desk.UsageError):
        desk.tell_digest(opened, MONDAY, "无名")


def test_the_json_has_files_recipients_and_problems(busy):
    told = desk.digest_json(write(busy), desk.ProblemWriter(desk.load_messages(), "en"))
    assert list(told) == ["files", "recipients", "problems"]
    assert told["files"][0] == told["recipients"][0]["file"] == "outbox/2026-04-06 late-orders PMC.eml"
    json.dumps(told)


def test_the_verb_prints_json_text_or_the_files(busy):
    def invoke(*options):
        return CliRunner().invoke(main, ["digest", str(busy.path), "--as-of", MONDAY.isoformat(), *options])

    told = json.loads(invoke("--json").stdout)
    assert {one["reader"] for one in told["recipients"]} == {"pmc", "owner", "department"}
    assert "outbox/2026-04-06 late-orders PMC.eml" in invoke().stdout
    assert "SO-1-1" in invoke("--text", "--owner", "李雯").stdout
    assert invoke("--owner", "李雯").exit_code == 2
    assert invoke("--quiet").stdout == ""
