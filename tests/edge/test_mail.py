import datetime as dt
import email
from email import policy
from zoneinfo import ZoneInfo

import pytest

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.edge.html import render_html
from xltools.edge.mail import Mail, Mailbox, is_mail_address, write_mail

WHEN = dt.datetime(2026, 3, 10, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
MAIL = Mail(
    sender=Mailbox("order-desk@factory.example", "宁波澜桥精密制造有限公司"),
    to=(Mailbox("li.wen@factory.example", "李雯"),),
    subject="逾期日报 2026-03-10：逾期 3，临期 2，评审超时 1，款项未到 4，合同未签回 5，生产超时 6",
    text="逾期 3\n" + "很长的一行" * 300,
    html="<p>逾期 3</p>",
    when=WHEN,
    workbook=b"PK\x03\x04\x00\xff",
    workbook_name="逾期日报-2026-03-10.xlsx",
)
PLACE = Place("templates/digest.html.j2")


def parse(content):
    return email.message_from_bytes(content, policy=policy.default)


def test_a_mail_reads_back_as_it_was_written():
    message = parse(write_mail(MAIL))
    assert message["Subject"] == MAIL.subject
    assert message["From"].addresses[0].display_name == MAIL.sender.name
    assert [(one.display_name, one.addr_spec) for one in message["To"].addresses] == [
        ("李雯", "li.wen@factory.example")
    ]
    assert message["Date"].datetime == WHEN
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n") == MAIL.text
    assert message.get_body(("html",)).get_content().strip() == MAIL.html
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (MAIL.workbook_name, MAIL.workbook)


def test_its_bytes_are_the_same_each_time_plain_ascii_and_short_lines():
    content = write_mail(MAIL)
    assert content == write_mail(MAIL)
    content.decode("ascii")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_another_mail_has_another_message_id():
    other = Mail(**{name: getattr(MAIL, name) for name in Mail.__slots__} | {"text": "逾期 4"})
    assert parse(write_mail(MAIL))["Message-ID"] != parse(write_mail(other))["Message-ID"]


def test_a_line_break_in_a_name_or_subject_begins_no_header():
    values = {name: getattr(MAIL, name) for name in Mail.__slots__}
    evil = Mail(**values | {"subject": "a\r\nBcc: x@y.z", "to": (Mailbox("a@b.example", "李\r\nBcc: x@y.z"),)})
    message = parse(write_mail(evil))
    assert message["Bcc"] is None
    assert message["Subject"] == "a Bcc: x@y.z"


def test_a_mail_to_nobody_can_be_opened_and_forwarded():
    values = {name: getattr(MAIL, name) for name in Mail.__slots__}
    message = parse(write_mail(Mail(**values | {"to": ()})))
    assert message["To"].addresses == ()
    assert message["X-Unsent"] == "1"


@pytest.mark.parametrize(
    "text", ["", "李雯", "a", "a@", "@b", "a@b@c", "李@b.example", "a b@c.d", "a@b.c\nBcc: d@e.f", "<a@b.c>"]
)
def test_what_no_mail_server_takes_is_no_address(text):
    assert not is_mail_address(text)


def test_an_address_is_one():
    assert is_mail_address("li.wen+desk@factory.example")


def test_text_of_orders_never_becomes_html():
    assert render_html(b"<b>{{ name }}</b>", {"name": "<script>&"}, PLACE) == "<b>&lt;script&gt;&amp;</b>"


@pytest.mark.parametrize(
    "template",
    ["{{ nowhere }}", "{% for %}", "{{ ''.__class__.__mro__ }}", "{{ 1 / 0 }}", "{% include 'x' %}", "{{ name + 1 }}"],
)
def test_a_wrong_placeholder_is_a_problem_at_the_template(template):
    found = render_html(template.encode(), {"name": "x"}, PLACE)
    assert isinstance(found, Problem)
    assert (found.code, found.place) == ("template-placeholder-wrong", PLACE)


def test_a_template_in_another_code_page_is_told():
    found = render_html("逾期".encode("gbk"), {}, PLACE)
    assert isinstance(found, Problem)
    assert found.code == "template-unreadable"
