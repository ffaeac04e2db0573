"""Handing in mails to a real server on loopback that takes, refuses, drops and delays."""

import datetime as dt
import smtplib
import ssl

import pytest
from post_office import HOST, PASSWORD, USER, make_certificate, open_office

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.edge.mail import Mail, Mailbox, write_mail
from xltools.edge.smtp import MailServer, clean_answer, open_line

PLACE = Place("desk.yaml")
WRONG, CHINESE = "wrong-pa55", "密码"
SENDER, LI, SUN = "order-desk@factory.example", "li.wen@factory.example", "sun.hao@factory.example"
CONTENT = write_mail(
    Mail(
        Mailbox(SENDER, "宁波澜桥精密制造有限公司"),
        (Mailbox(LI, "李雯"),),
        "逾期日报",
        ".一行\n..两行\n",
        "<p>.</p>",
        dt.datetime(2026, 3, 10, 8, tzinfo=dt.UTC),
    ),
    is_unsent=False,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def server(office, **said):
    return MailServer(HOST, office.port, **{"security": "none", "timeout": 10, **said})


def deliver(office, recipients=(LI,), step=lambda _: None, content=CONTENT, **said):
    intents = []
    with open_line(server(office, **said), PLACE, step) as line:
        if isinstance(line, Problem):
            return line, intents
        return line.deliver(SENDER, recipients, content, intents.append), intents


def test_a_mail_arrives_as_it_was_written_to_all_recipients():
    with open_office() as office:
        delivery, intents = deliver(office, (LI, SUN))
    assert office.received == [(SENDER, (LI, SUN), CONTENT)]
    assert (delivery.taken, delivery.answer) == ((LI, SUN), "250 2.0.0 taken as 7F3A")
    assert intents == [(LI, SUN)]
    assert not delivery.is_unsure
    assert not delivery.is_over


def test_lines_that_begin_with_a_dot_keep_it():
    with open_office() as office:
        deliver(office, content=b"Subject: x\r\n\r\n.\r\n..a\r\n.b")
    assert office.received[0][2] == b"Subject: x\r\n\r\n.\r\n..a\r\n.b\r\n"


def test_one_bad_address_keeps_no_other_from_it():
    with open_office(refuse={SUN: "550 5.1.1 no such user", "x@y.example": "451 4.7.1 try later"}) as office:
        delivery, intents = deliver(office, (SUN, LI, "x@y.example"))
    assert delivery.taken == (LI,)
    assert delivery.refused == ((SUN, "550 5.1.1 no such user"),)
    assert delivery.delayed == (("x@y.example", "451 4.7.1 try later"),)
    assert intents == [(LI,)]
    assert office.received[0][1] == (LI,)


def test_where_all_are_refused_nothing_is_sent_and_the_line_goes_on():
    with open_office(refuse={SUN: "550 no"}) as office, open_line(server(office), PLACE) as line:
        assert line.deliver(SENDER, (SUN,), CONTENT, pytest.fail).taken == ()
        assert line.deliver(SENDER, (LI,), CONTENT, lambda _: None).taken == (LI,)


@pytest.mark.parametrize(("answer", "kind"), [("552 5.3.4 too large", "refused"), ("452 4.3.1 disk full", "delayed")])
def test_what_is_answered_to_the_whole_mail_holds_for_all(answer, kind):
    with open_office(data_answer=answer) as office:
        delivery, _ = deliver(office, (LI, SUN))
    assert delivery.taken == ()
    assert getattr(delivery, kind) == ((LI, answer), (SUN, answer))


def test_a_sender_that_is_refused_is_told_apart():
    with open_office(sender_answer="553 5.7.1 not yours") as office:
        delivery, intents = deliver(office)
    assert (delivery.sender_refused, intents) == ("553 5.7.1 not yours", [])


def test_a_server_that_leaves_in_the_middle_surely_has_not_taken_it():
    def step(words):
        if words == "send its end":
            assert office.hung_up.wait(60)

    with open_office(drop="mid-data") as office:
        delivery, intents = deliver(office, step=step, content=b"Subject: x\r\n\r\ny")
    assert intents == [(LI,)]
    assert not delivery.is_unsure
    assert delivery.is_over
    assert [address for address, _ in delivery.delayed] == [LI]


def test_a_server_that_leaves_before_its_answer_may_have_taken_it():
    with open_office(drop="answer") as office:
        delivery, _ = deliver(office)
    assert delivery.is_unsure
    assert delivery.taken == (LI,)
    assert len(office.received) == 1


def test_a_server_that_takes_too_long_may_have_taken_it_too():
    with open_office() as office:
        office.release.clear()
        delivery, _ = deliver(office, timeout=0.3)
    assert delivery.is_unsure


def test_no_server_is_a_warning_that_names_it():
    with open_office() as office:
        gone = server(office)
    with open_line(gone, PLACE) as found:
        assert isinstance(found, Problem)
        assert (found.code, found.place, found.is_error) == ("mail-server-unreachable", PLACE, False)


def test_a_server_that_hangs_up_at_once_is_none():
    with open_office(drop="greeting") as office:
        found, _ = deliver(office)
    assert found.code == "mail-server-unreachable"


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_it_logs_in_encrypted(security, certificate):
    with open_office(security=security, login=True, certificate=certificate) as office:
        delivery, _ = deliver(office, security=security, user=USER, password=PASSWORD, ca_file=str(certificate.file))
    assert office.logins == [(USER, PASSWORD)]
    assert delivery.taken == (LI,)


def test_a_wrong_password_is_told_without_it(certificate):
    with open_office(security="starttls", login=True, certificate=certificate) as office:
        found, _ = deliver(office, security="starttls", user=USER, password=WRONG, ca_file=str(certificate.file))
    assert found.code == "mail-login-refused"
    assert "535" in dict(found.values)["answer"]
    assert WRONG not in repr(found)


def test_a_password_with_other_letters_is_told_without_it(certificate):
    with open_office(security="starttls", login=True, certificate=certificate) as office:
        found, _ = deliver(office, security="starttls", user=USER, password=CHINESE, ca_file=str(certificate.file))
    assert found.code == "mail-login-refused"
    assert CHINESE not in repr(found)


def test_without_starttls_nothing_is_said_in_clear():
    with open_office(login=False) as office:
        found, _ = deliver(office, security="starttls", user=USER, password=PASSWORD)
    assert (found.code, found.is_error) == ("mail-not-encrypted", True)
    assert office.logins == []
    assert office.received == []


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_login(security, certificate):
    with open_office(security=security, login=True, certificate=certificate) as office:
        found, _ = deliver(office, security=security, user=USER, password=PASSWORD)
    assert found.code == "mail-certificate-wrong"
    assert office.logins == []


def test_a_certificate_of_another_host_is_refused(tmp_path):
    other = make_certificate(tmp_path, "mail.other.example")
    with open_office(security="starttls", login=True, certificate=other) as office:
        found, _ = deliver(office, security="starttls", user=USER, password=PASSWORD, ca_file=str(other.file))
    assert found.code == "mail-certificate-wrong"
    assert "127.0.0.1" in dict(found.values)["reason"]


def test_a_context_of_ones_own_is_trusted(certificate):
    trust = ssl.create_default_context(cafile=str(certificate.file))
    with open_office(security="ssl", certificate=certificate) as office:
        here = server(office, security="ssl")
        with open_line(here, PLACE, context=trust) as line:
            assert line.deliver(SENDER, (LI,), CONTENT, lambda _: None).taken == (LI,)


def test_a_password_stands_in_no_repr_and_no_answer():
    assert WRONG not in repr(MailServer("h", 1, password=WRONG))
    assert clean_answer("535 geheim\r\n is wrong", "geheim") == "535 *** is wrong"
    assert not smtplib.SMTP.debuglevel
