"""`run --mail`: the day's digests once, review reminders when something is new, returned workbooks to their owner."""

import datetime as dt
import errno
import json
import re

import pytest
from click.testing import CliRunner
from mail_desk import LI, NOW, QIAN, SUN, ZONE, eml_files, later, parse, set_mail, write_staff
from post_office import open_office

from xltools import cli, desk

EVENING = NOW.replace(hour=19)


@pytest.fixture
def office():
    with open_office() as opened:
        yield opened


@pytest.fixture
def mailed(folder, office):
    """A desk that mails, with an order of 李雯 that is late on 8 April, and all departments asked about it."""
    set_mail(folder, office.port)
    write_staff(folder)
    folder.drop("泰衡.xlsx", order_no="SO-1", owner="李雯")
    return folder


def run(folder, now=NOW):
    as_of = now.astimezone(ZONE).date()
    return desk.mail_after_run(folder.opened, folder.run(as_of), now)


def arrived(office):
    return [(to, parse(content)) for _, to, content in office.received]


def subjects(office, start=""):
    return sorted(one["Subject"] for _, one in arrived(office) if one["Subject"].startswith(start))


def spoil(folder):
    """A workbook without a quantity."""
    line = {"product": "端盖", "quantity": None, "unit": "件", "requested_date": dt.date(2026, 5, 1)}
    return folder.drop("坏单.xlsx", line, order_no="SO-9", owner="李雯")


def test_the_first_run_of_a_day_sends_the_digests_and_later_ones_none(mailed, office):
    result, sent = run(mailed)
    assert result.exit_code == sent.exit_code == 0
    told = desk.run_json(result, desk.ProblemWriter(desk.load_messages(), "en"))["digests"]
    assert {(one["reader"], one["state"]) for one in told} == {("pmc", "sent"), ("owner", "sent")}
    digests = subjects(office, "Late orders")
    assert len(digests) == len(told)
    for minutes in (15, 300):
        again, _ = run(mailed, later(minutes=minutes))
        assert again.digests == ()
    assert subjects(office, "Late orders") == digests
    run(mailed, later(days=1))
    assert len(subjects(office, "Late orders 2026-04-09")) == len(digests)


def test_outside_the_hours_nothing_is_written_that_would_be_old_by_the_morning(mailed, office):
    _, sent = run(mailed, EVENING)
    assert (office.received, sent.mails, sent.waiting) == ([], (), 0)
    run(mailed, later(days=1))
    assert subjects(office, "Late orders 2026-04-08") == []
    assert subjects(office, "Late orders 2026-04-09")


def test_a_department_is_reminded_of_what_is_new_and_not_again(mailed, office):
    run(mailed)
    (to, mail) = next(one for one in arrived(office) if one[1]["Subject"].startswith("Reviews 2026-04-08 · Quality"))
    assert to == (QIAN,)
    text = mail.get_body(("plain",)).get_content()
    assert "SO-1-1" in text
    assert "review/quality/review-list.xlsx" in text
    assert "SO-1-1" in mail.get_body(("html",)).get_content()
    before = subjects(office, "Reviews")
    run(mailed, later(hours=3))
    assert subjects(office, "Reviews") == before
    mailed.drop("新单.xlsx", order_no="SO-2", owner="李雯")
    run(mailed, later(hours=4))
    assert [one for one in subjects(office, "Reviews") if "Quality: New 1, Open 1" in one]


def test_a_department_is_reminded_again_when_something_becomes_overdue(mailed, office):
    run(mailed)
    count = len(subjects(office, "Reviews 2026"))
    run(mailed, later(days=1))
    run(mailed, later(days=2))
    assert len(subjects(office, "Reviews 2026")) == count  # due on the 10th
    run(mailed, NOW.replace(day=13))
    assert [one for one in subjects(office, "Reviews 2026-04-13") if "Overdue 1" in one]


def test_two_reminders_keep_their_distance(mailed, office):
    run(mailed)
    count = len(subjects(office, "Reviews"))
    mailed.drop("新单.xlsx", order_no="SO-2", owner="李雯")
    run(mailed, later(minutes=15))
    assert len(subjects(office, "Reviews")) == count
    run(mailed, later(minutes=125))
    assert len(subjects(office, "Reviews")) > count


def test_the_owner_is_told_of_a_returned_workbook_with_cells_and_its_copy(mailed, office):
    spoil(mailed)
    result, _ = run(mailed)
    (document,) = [one for one in result.documents if one.outcome == "returned"]
    ((to, mail),) = [one for one in arrived(office) if one[1]["Subject"].startswith("Returned: 坏单.xlsx")]
    assert to == (LI,)
    text = mail.get_body(("plain",)).get_content()
    cells = {problem.place.cell for problem in document.problems if problem.is_error}
    assert cells
    assert all(cell in text for cell in cells)
    assert document.returned in text
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == (mailed.path / document.returned).read_bytes()
    for minutes in (15, 200):
        run(mailed, later(minutes=minutes))
    assert len(subjects(office, "Returned")) == 1


def test_of_a_return_at_night_the_owner_is_told_in_the_morning(mailed, office):
    spoil(mailed)
    _, sent = run(mailed, EVENING)
    assert sent.waiting == 1
    assert sent.opens.isoformat() == "2026-04-09T08:00:00+08:00"
    run(mailed, NOW + dt.timedelta(days=1))
    assert len(subjects(office, "Returned")) == 1


def test_pmc_is_told_where_the_owner_has_no_address(mailed, office):
    line = {"product": "端盖", "quantity": None, "unit": "件", "requested_date": dt.date(2026, 5, 1)}
    mailed.drop("坏单.xlsx", line, order_no="SO-9", owner="何立")
    run(mailed)
    ((to, mail),) = [one for one in arrived(office) if one[1]["Subject"].startswith("Returned")]
    assert to == (SUN,)
    assert "何立" in mail.get_body(("plain",)).get_content()


def test_a_share_is_named_as_staff_know_it(mailed, office):
    set_mail(mailed, office.port, share=r"'\\nas\orders'")
    spoil(mailed)
    run(mailed)
    (mail,) = [one for _, one in arrived(office) if one["Subject"].startswith("Returned")]
    assert r"\\nas\orders\returned\坏单" in mail.get_body(("plain",)).get_content()


def test_a_chinese_desk_speaks_chinese(make_folder, tmp_path, office):
    chinese = make_folder(tmp_path / "中文", "zh")
    set_mail(chinese, office.port)
    write_staff(chinese)
    chinese.drop("泰衡.xlsx", order_no="SO-1", owner="李雯")
    spoil(chinese)
    run(chinese)
    told = subjects(office)
    assert [one for one in told if one.startswith("逾期日报 2026-04-08")]
    assert [one for one in told if re.match("评审提醒 2026-04-08 · 品质", one)]
    assert [one for one in told if re.match("退回：坏单.xlsx（错误 1 处", one)]


def test_without_a_server_they_are_files_in_the_outbox(folder):
    write_staff(folder)
    folder.drop("泰衡.xlsx", order_no="SO-1", owner="李雯")
    spoil(folder)
    result, sent = run(folder)
    assert sent.mails == ()
    assert "mail-server-missing" in {problem.code for problem in result.problems}
    told = [parse(path.read_bytes())["Subject"] for path in eml_files(folder)]
    assert {one.split()[0] for one in told} == {"Late", "Reviews", "Returned:"}
    before = eml_files(folder)
    again, _ = run(folder, later(minutes=15))
    assert eml_files(folder) == before
    assert "mail-server-missing" not in {problem.code for problem in again.problems}


def test_without_mail_a_run_writes_no_mail(mailed):
    mailed.run(NOW.date())
    assert not (mailed.path / ".desk" / "mail").exists()
    assert eml_files(mailed) == []


def test_a_desks_own_template_that_is_wrong_is_told_and_the_mail_follows_once_it_is_mended(mailed, office):
    own = mailed.path / "templates" / "return-notice.html.j2"
    own.write_text("{{ nowhere }}", "utf-8")
    spoil(mailed)
    result, _ = run(mailed)
    assert "template-placeholder-wrong" in {problem.code for problem in result.problems}
    own.unlink()
    run(mailed, later(minutes=15))
    assert len(subjects(office, "Returned")) == 1


def test_html_in_a_workbook_is_text_in_these_mails_too(mailed, office):
    line = {"product": "<script>alert(1)</script>", "quantity": "viele<b>", "unit": "件"}
    mailed.drop("坏<i>.xlsx".replace("<i>", "&i"), line, order_no="SO-9", owner="李雯")
    run(mailed)
    pages = [mail.get_body(("html",)).get_content() for _, mail in arrived(office) if mail.get_body(("html",))]
    assert pages
    assert not [page for page in pages if "<script>" in page or "viele<b>" in page]


def test_the_verbs_send_and_end_with_6_where_mail_failed(mailed, office, monkeypatch):
    def invoke(*arguments):
        return CliRunner().invoke(cli.main, [arguments[0], str(mailed.path), "--as-of", "2026-04-08", *arguments[1:]])

    for module in (cli.running, cli.digests):
        monkeypatch.setattr(module, "now", lambda: NOW)
    port = office.port
    set_mail(mailed, 1)
    failed = invoke("run", "--mail", "--json")
    assert failed.exit_code == 6
    told = json.loads(failed.stdout)
    assert "mail-server-unreachable" in {one["code"] for one in told["problems"]}
    assert {one["state"] for one in told["digests"]} == {"queued"}
    assert [one["outcome"] for one in told["documents"]] == ["accepted"]
    set_mail(mailed, port, send="on-run")
    for module in (cli.running, cli.digests):
        monkeypatch.setattr(module, "now", lambda: later(minutes=10))
    done = invoke("run")
    assert done.exit_code == 0
    assert "mails sent, 0 waiting" in done.stdout
    again = invoke("digest", "--send", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["mail"]["waiting"] == 0
    late = [(to, one["Subject"]) for to, one in arrived(office) if one["Subject"].startswith("Late orders")]
    assert len(late) == len(set(late)) == len(told["digests"])


def test_a_drive_that_goes_while_mails_are_sent_takes_nothing_from_the_run(mailed, office):
    def note_nothing(words):
        if words.startswith("note"):
            raise OSError(errno.EHOSTDOWN, "Host is down")

    done = mailed.run(NOW.astimezone(ZONE).date())
    result, sent = desk.mail_after_run(mailed.opened, done, NOW, desk.Postman(step=note_nothing))
    assert ([one.code for one in sent.problems], result.exit_code) == (["drive-failed"], 6)
    assert result.documents == done.documents
    assert office.received == []
    run(mailed, later(minutes=15))
    assert len(subjects(office, "Late orders")) == 2
