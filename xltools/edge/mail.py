"""Mails as .eml files, the same for the same contents: what a mail server sends, or a person opens and sends."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address such as `li.wen@example.com`, and the name that is shown with it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its text, the same as HTML, and a workbook; `when` has a time zone."""

    sender: Mailbox
    to: tuple[Mailbox, ...]
    subject: str
    text: str
    html: str
    when: dt.datetime
    workbook: bytes = b""
    workbook_name: str = ""


def is_mail_address(text: str) -> bool:
    """True for an address that every mail server takes: ASCII, one `@`, no name or comment beside it."""
    try:
        return text.isascii() and bool(Address(addr_spec=text).domain)
    except (ValueError, IndexError, MessageError):
        return False


def write_mail(mail: Mail) -> bytes:
    """The mail as an .eml file (RFC 5322): plain text and HTML as alternatives, then the workbook.

    It is marked as not sent, so that Outlook opens it ready to be sent where the desk has no mail server. Its
    Message-ID is a hash of what it says. ValueError for a sender or recipient that is no address.
    """
    message = EmailMessage(policy=SMTP)
    mark = _fingerprint(mail)
    message["From"] = _header_address(mail.sender)
    message["To"] = [_header_address(one) for one in mail.to] or "undisclosed-recipients:;"
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.when)
    message["Message-ID"] = f"<{mark}@{mail.sender.address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Unsent"] = "1"
    # Base64: lines of Chinese would be longer than old servers take.
    message.set_content(mail.text, charset="utf-8", cte="base64")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="base64")
    if mail.workbook:
        maintype, subtype = _XLSX
        message.add_attachment(mail.workbook, maintype=maintype, subtype=subtype, filename=mail.workbook_name)
    for at, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{mark}_{at}")  # the library's own would be another each time
    return message.as_bytes()


def _header_address(mailbox: Mailbox) -> Address:
    return Address(_one_line(mailbox.name), addr_spec=mailbox.address)


def _one_line(text: str) -> str:
    """A line break in a header would begin another one."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _fingerprint(mail: Mail) -> str:
    parts: Sequence[str] = (
        mail.subject,
        mail.text,
        mail.html,
        mail.when.isoformat(),
        *(one.address for one in (mail.sender, *mail.to)),
        hashlib.sha256(mail.workbook).hexdigest(),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
