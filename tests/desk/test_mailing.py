"""Sending mails: never twice, again after a failure, within the hours, and no password anywhere."""

import datetime as dt
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap

import pytest
from mail_desk import (
    LI,
    NOW,
    QIAN,
    SUN,
    codes,
    eml_files,
    later,
    letter,
    outbox,
    parse,
    send,
    set_mail,
    states,
    write_staff,
)
from post_office import PASSWORD, USER, make_certificate, open_office

from xltools import desk
from xltools.desk.postbox import plan_mail
from xltools.edge.journal import write_durably
from xltools.edge.mail import write_mail

WRONG = "wr0ng-secret"


class Killed(BaseException):
    """What a test pulls the plug with."""


@pytest.fixture
def office():
    with open_office() as opened:
        yield opened


@pytest.fixture
def posted(folder, office):
    """A desk with a mail to 李雯 in its queue."""
    set_mail(folder, office.port)
    write_staff(folder)
    desk.queue_mail(folder.opened, letter(), "digest", "one")
    return folder


def test_a_mail_is_sent_once_and_its_answer_kept(posted, office):
    result = send(posted)
    assert [(mail.state, mail.answer) for mail in result.mails] == [("sent", "250 2.0.0 taken as 7F3A")]
    assert (result.exit_code, result.waiting) == (0, 0)
    send(posted, later(hours=1))
    assert len(office.received) == 1
    (kept,) = outbox(posted).list_ended("2026-04")
    assert kept.taken == {LI: "250 2.0.0 taken as 7F3A"}
    assert list((posted.path / ".desk" / "mail" / "queue").iterdir()) == []


def test_the_bytes_that_arrive_are_right_in_the_usual_mail_programs(posted, office):
    send(posted)
    (sender, to, content) = office.received[0]
    assert (sender, to) == ("order-desk@factory.example", (LI,))
    message = parse(content)
    assert message["Subject"] == "测试"
    assert message["To"].addresses[0].display_name == "李雯"
    assert message["From"].addresses[0].display_name == "示例制造"
    assert message["Date"].datetime.isoformat() == "2026-04-08T08:00:00+08:00"
    assert message["Auto-Submitted"] == "auto-generated"
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "逾期日报-2026-04-08.xlsx"
    raw = content.decode("ascii")
    assert "X-Unsent" not in raw
    assert re.search(r"\r\nSubject: =\?utf-8\?[bq]\?", raw)
    assert re.search(r'\r\nTo: =\?utf-8\?b\?[^"]+\?= <li\.wen@factory\.example>\r\n', raw)  # no encoded word in quotes
    assert re.search(r'\r\n filename="=\?utf-8\?B\?[^"]+\?=";\r\n filename\*=utf-8\'\'%E9%80%BE', raw)
    assert re.search(r'\r\nContent-Type: application/[\w.-]+;\r\n name="=\?utf-8\?B\?', raw)
    assert max(len(word) for word in re.findall(r"=\?utf-8\?[^?]\?[^?]*\?=", raw)) <= 75
    assert max(map(len, raw.split("\r\n"))) <= 998


def test_a_second_mail_of_the_same_key_on_a_day_is_none(posted, office):
    assert not desk.queue_mail(posted.opened, letter("另一封"), "digest", "one").is_new
    send(posted)
    assert not desk.queue_mail(posted.opened, letter("另一封"), "digest", "one").is_new
    send(posted, later(hours=1))
    assert len(office.received) == 1


def test_killed_at_any_step_no_mail_goes_twice_and_none_is_lost_unsaid(posted, office, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing is unplugged here but the process
    desk.queue_mail(posted.opened, letter("二", ((SUN, "孙浩"), (QIAN, "钱丽"))), "digest", "two")
    mails, opened = posted.path / ".desk" / "mail", posted.opened
    shutil.copytree(mails, tmp_path / "queued")
    steps = []
    send(posted, step=steps.append, opened=opened)
    assert len(steps) > 20
    unsure = 0
    for at in range(len(steps)):
        shutil.rmtree(mails)
        shutil.copytree(tmp_path / "queued", mails)
        office.received.clear()
        done = []

        def pull_the_plug(words, done=done, at=at):
            done.append(words)
            if len(done) > at:
                raise Killed(words)

        with pytest.raises(Killed):
            send(posted, step=pull_the_plug, opened=opened)
        told = send(posted, later(minutes=1), opened=opened)
        again = send(posted, later(minutes=2), opened=opened)
        got = [(address, parse(content)["Subject"]) for _, to, content in office.received for address in to]
        got = [(address, subject) for address, subject in got if subject in {"测试", "二"}]
        assert len(got) == len(set(got)), (steps[at], got)
        missing = {(LI, "测试"), (SUN, "二"), (QIAN, "二")} - set(got)
        if missing:
            assert "mail-sent-unsure" in codes(told), (steps[at], missing)
        unsure += "mail-sent-unsure" in codes(told)
        assert again.problems == ()
        assert outbox(posted).list_waiting() == ((), ())
    assert 4 <= unsure <= 14  # from the intent on until the answer is noted, for each of the two


def test_a_process_that_is_killed_while_the_server_has_the_mail_leaves_no_second_copy(posted, office):
    """SIGKILL between the server's taking it and our note."""
    office.release.clear()
    script = f"""
        import datetime as dt, pathlib
        from xltools import desk
        opened = desk.open_desk_at(pathlib.Path({str(posted.path)!r}))
        desk.send_due_mail(opened, dt.datetime.fromisoformat({NOW.isoformat()!r}))
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    assert office.got.wait(60)
    os.kill(child.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    child.wait(30)
    office.release.set()
    result = send(posted, later(minutes=1))
    assert codes(result) == ["mail-sent-unsure"]
    (problem,) = result.problems
    assert (posted.path / problem.place.file).read_bytes().startswith(b"X-Unsent: 1\r\n")
    send(posted, later(minutes=2))
    assert [parse(content)["Subject"] for _, _, content in office.received].count("测试") == 1


def test_a_mail_that_may_have_gone_out_is_not_sent_again_but_told_with_its_file(posted, office):
    office.drop, office.drops = "answer", 1
    result = send(posted)
    (problem,) = result.problems
    assert (problem.code, result.exit_code) == ("mail-sent-unsure", 6)
    (file,) = eml_files(posted)
    assert problem.place.file == f"outbox/{file.name}"
    send(posted, later(days=1))
    assert [to for _, to, _ in office.received] == [(LI,), (SUN,)]  # PMC is told by mail, too
    notice = parse(office.received[1][2])
    assert "Perhaps not delivered" in notice["Subject"]
    assert file.name in notice.get_content()


def test_a_desk_may_have_it_sent_again(posted, office):
    set_mail(posted, office.port, unsure="send-again")
    office.drop, office.drops = "answer", 1
    assert codes(send(posted)) == ["mail-delayed"]
    assert send(posted, later(minutes=6)).exit_code == 0
    first, second = (parse(content)["Message-ID"] for _, _, content in office.received)
    assert first == second  # by which the reader's program knows it


def test_a_dead_server_loses_no_mail_and_is_tried_later_and_later(posted, office):
    port = office.port
    set_mail(posted, 1)  # nobody listens there
    tries, opened = [], posted.opened
    for minutes in range(0, 480, 5):
        result = send(posted, later(minutes=minutes), opened=opened)
        if result.problems:
            assert codes(result) == ["mail-server-unreachable"]
            tries.append(minutes)
        assert result.waiting == 1
    assert tries == [0, 5, 20, 50, 110, 230, 470]
    set_mail(posted, port)
    sent = send(posted, later(days=1))
    assert [mail.state for mail in sent.mails] == ["sent"]
    assert len(office.received) == 1


def test_a_clock_that_was_wrong_holds_no_mail_back_for_long(posted, office):
    port = office.port
    set_mail(posted, 1)
    send(posted, NOW + dt.timedelta(days=371))  # a Wednesday, too
    set_mail(posted, port)
    assert [mail.state for mail in send(posted).mails] == ["sent"]


def test_one_bad_address_keeps_no_other_from_it_and_is_told_to_pmc(folder, office):
    set_mail(folder, office.port)
    write_staff(folder)
    office.refuse = {QIAN: "550 5.1.1 no such user"}
    desk.queue_mail(folder.opened, letter("三人", ((LI, "李雯"), (QIAN, "钱丽"), (SUN, "孙浩"))), "digest", "three")
    result = send(folder)
    assert office.received[0][1] == (LI, SUN)
    (problem,) = result.problems
    assert (problem.code, problem.place.file) == ("mail-refused", "master/staff.xlsx")
    assert [mail.state for mail in result.mails] == ["sent"]
    send(folder, later(minutes=5))
    told = parse(office.received[1][2])
    assert office.received[1][1] == (SUN,)
    assert QIAN in told.get_content()
    assert "550 5.1.1 no such user" in told.get_content()
    send(folder, later(days=1))
    assert len(office.received) == 2


def test_who_is_asked_to_wait_gets_it_later_and_the_others_no_second_copy(folder, office):
    set_mail(folder, office.port)
    office.refuse = {QIAN: "450 4.2.0 greylisted"}
    desk.queue_mail(folder.opened, letter("两人", ((LI, "李雯"), (QIAN, "钱丽"))), "digest", "two")
    assert codes(send(folder)) == ["mail-delayed"]
    office.refuse = {}
    assert send(folder, later(minutes=1)).mails == ()
    assert [mail.state for mail in send(folder, later(minutes=5)).mails] == ["sent"]
    assert [to for _, to, _ in office.received] == [(LI,), (QIAN,)]
    assert office.received[0][2] == office.received[1][2]


def test_a_mail_is_given_up_after_some_working_days_and_told(folder, office):
    set_mail(folder, office.port, give_up_after=2)
    write_staff(folder)
    office.refuse = {LI: "450 4.2.2 mailbox full"}
    desk.queue_mail(folder.opened, letter(), "digest", "one")
    ends = [codes(send(folder, later(days=days))) for days in range(4)]
    assert ends == [["mail-delayed"], ["mail-delayed"], ["mail-given-up"], []]
    assert "given-up" in states(folder)
    assert len(eml_files(folder)) == 1


def test_a_mail_at_which_the_server_breaks_keeps_no_other_from_going(folder, office):
    set_mail(folder, office.port)
    for key in ("一", "二", "三"):
        desk.queue_mail(folder.opened, letter(key), "digest", key)
    office.drop, office.drops = "mid-data", 1

    def step(words):
        if words == "send its end" and not office.received:
            assert office.hung_up.wait(60)

    result = send(folder, step=step)
    assert sorted(mail.state for mail in result.mails) == ["delayed", "sent", "sent"]
    send(folder, later(minutes=5))
    assert sorted(parse(content)["Subject"] for _, _, content in office.received) == ["一", "三", "二"]


def test_outside_the_hours_and_on_holidays_mails_wait(posted, office):
    (posted.path / "rules" / "calendar.yaml").write_text("country: CN\n", "utf-8")
    evening, saturday = NOW.replace(hour=18), NOW.replace(day=11)
    assert send(posted, evening).opens.isoformat() == "2026-04-09T08:00:00+08:00"
    assert send(posted, saturday).opens.isoformat() == "2026-04-13T08:00:00+08:00"
    before_labour_day = dt.datetime(2026, 4, 30, 19, tzinfo=NOW.tzinfo)
    assert send(posted, before_labour_day).opens.date() == dt.date(2026, 5, 6)  # 1 to 5 May are off
    assert office.received == []
    make_up_saturday = dt.datetime(2026, 5, 9, 9, tzinfo=NOW.tzinfo)
    assert len(send(posted, make_up_saturday).sent) == 1


def test_a_desk_may_send_on_every_day_at_any_hour(posted, office):
    set_mail(posted, office.port, hours='"00:00-24:00"', send_on="every-day")
    assert len(send(posted, NOW.replace(day=11, hour=23, minute=59)).sent) == 1


def test_in_a_rehearsal_all_goes_to_one_address_and_says_so(posted, office):
    set_mail(posted, office.port, rehearsal="{to: it@factory.example}")
    assert [mail.state for mail in send(posted).mails] == ["sent"]
    (_, to, content) = office.received[0]
    message = parse(content)
    assert to == ("it@factory.example",)
    assert message["Subject"] == "[Rehearsal] 测试"
    assert message["To"].addresses[0].addr_spec == "it@factory.example"
    assert message["X-Rehearsal-For"] == LI
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "逾期日报-2026-04-08.xlsx"
    assert b"filename*=utf-8''" in content


def test_in_a_rehearsal_to_nobody_mails_become_files(posted, office):
    set_mail(posted, office.port, rehearsal='{to: ""}')
    assert [mail.state for mail in send(posted).mails] == ["filed"]
    (file,) = eml_files(posted)
    assert parse(file.read_bytes())["Subject"] == "[Rehearsal] 测试"
    assert office.received == []


def test_without_a_server_what_waits_becomes_files(posted):
    set_mail(posted)
    assert [mail.state for mail in send(posted).mails] == ["filed"]
    assert parse(eml_files(posted)[0].read_bytes())["To"].addresses[0].addr_spec == LI


def test_of_a_series_only_the_newest_that_waits_is_sent(folder, office):
    set_mail(folder, office.port)
    opened = folder.opened
    for day in (6, 7, 8):
        mail = letter(f"{day} 日", day=dt.date(2026, 4, day))
        for action in plan_mail(opened, mail, "digest", "pmc", series="digest pmc").actions:
            write_durably(folder.path / action.path, action.content)
    result = send(folder)
    assert [parse(content)["Subject"] for _, _, content in office.received] == ["8 日"]
    assert sorted(mail.state for mail in result.mails) == ["sent", "superseded", "superseded"]


def test_a_damaged_state_is_set_aside_and_told(posted, office):
    (state,) = (posted.path / ".desk" / "mail" / "queue").glob("*.json")
    state.write_text("{", "utf-8")
    assert codes(send(posted)) == ["mail-queue-damaged"]
    assert codes(send(posted, later(minutes=5))) == []
    assert office.received == []


def test_a_mail_whose_content_changed_is_not_sent(posted, office):
    (content,) = (posted.path / ".desk" / "mail" / "queue").glob("*.eml")
    content.write_bytes(content.read_bytes().replace(b"li.wen", b"mallory"))
    assert codes(send(posted)) == ["mail-queue-damaged"]
    assert office.received == []


def test_while_another_process_sends_nothing_is_done(posted, office):
    asked = []

    def step(words):
        if words == "connect":
            asked.append(send(posted))

    send(posted, step=step)
    assert [one.is_busy for one in asked] == [True]
    assert len(office.received) == 1


def test_a_sender_that_the_server_refuses_is_told_once_and_the_mails_wait(posted, office):
    desk.queue_mail(posted.opened, letter("二"), "digest", "two")
    office.sender_answer = "553 5.7.1 not yours"
    result = send(posted)
    assert (codes(result), result.waiting) == (["mail-sender-refused"], 2)


def test_no_password_no_mail_and_it_waits(posted, office):
    set_mail(posted, office.port, "security: starttls, user: a@b.example")
    result = send(posted, XLTOOLS_MAIL_PASSWORD="")
    assert (codes(result), result.waiting) == (["mail-password-missing"], 1)


def test_the_password_stands_in_no_file_log_or_repr(posted, tmp_path, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    certificate = make_certificate(tmp_path)
    with open_office(security="starttls", login=True, certificate=certificate) as guarded:
        set_mail(posted, guarded.port, f"security: starttls, user: {USER}, ca_file: {certificate.file}")
        refused = send(posted, XLTOOLS_MAIL_PASSWORD=WRONG)
        result = send(posted, later(minutes=5))
        assert set(guarded.logins) == {(USER, WRONG), (USER, PASSWORD)}
    assert [mail.state for mail in result.mails] == ["sent"]
    seen = [caplog.text, *capsys.readouterr(), repr(result), repr(refused), repr(posted.opened.rules.settings)]
    seen.append(repr(desk.Postman(environment={"XLTOOLS_MAIL_PASSWORD": PASSWORD})))
    writer = desk.ProblemWriter(desk.load_messages(), "en")
    seen += [str(writer.write_all(refused.problems)), str(desk.mail_json(result, writer))]
    assert not [text for text in seen if PASSWORD in text or WRONG in text]
    for path in posted.path.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
            assert WRONG.encode() not in path.read_bytes()


def test_the_keyring_is_asked_where_desk_yaml_says_so(posted, tmp_path, monkeypatch):
    asked = []

    class Keyring:
        @staticmethod
        def get_password(service, user):
            asked.append((service, user))
            return PASSWORD

    certificate = make_certificate(tmp_path)
    monkeypatch.setitem(sys.modules, "keyring", Keyring)
    with open_office(security="ssl", login=True, certificate=certificate) as guarded:
        said = f"security: ssl, user: {USER}, login_from: keyring, ca_file: {certificate.file}"
        set_mail(posted, guarded.port, said)
        assert len(send(posted, XLTOOLS_MAIL_PASSWORD="").sent) == 1
    assert asked == [("127.0.0.1", USER)]


def test_a_notice_is_one_a_day_for_a_key(folder, office):
    set_mail(folder, office.port, notices="[it@factory.example]")
    for _ in range(3):
        desk.queue_notice(folder.opened, "file-in-use", NOW)
    send(folder)
    assert [to for _, to, _ in office.received] == [("it@factory.example",)]


def test_a_mail_that_is_written_already_can_be_posted_too(folder, office):
    set_mail(folder, office.port)
    assert desk.queue_content(folder.opened, write_mail(letter("通知")), "notice", "k").is_new
    assert not desk.queue_content(folder.opened, write_mail(letter("通知")), "notice", "k").is_new
    send(folder)
    (_, to, content) = office.received[0]
    assert (to, parse(content)["Subject"]) == ((LI,), "通知")
    assert not content.startswith(b"X-Unsent")
