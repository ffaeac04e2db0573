"""Mails as .eml files, the same for the same contents: what a mail server sends, or a person opens and sends."""

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import PurePosixPath
from urllib.parse import quote

_TYPES = {
    ".xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "vnd.ms-excel.sheet.macroEnabled.12",
    ".xls": "vnd.ms-excel",
    ".ods": "vnd.oasis.opendocument.spreadsheet",
}
_WORD_BYTES = 42  # of text in one encoded word, which may be 75 letters long
_UNSENT = b"X-Unsent: 1\r\n"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address such as `li.wen@example.com`, and the name that is shown with it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its text, the same as HTML, and a file that is attached, a workbook as a rule; `when` has a time zone."""

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


def write_mail(mail: Mail, *, is_unsent: bool = True) -> bytes:
    """The mail as an .eml file (RFC 5322): plain text and HTML as alternatives, then the workbook.

    While it `is_unsent` it is marked so, and Outlook opens it ready to be sent where the desk has no mail server. Its
    Message-ID is a hash of what it says. ValueError for a sender or recipient that is no address.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _header_address(mail.sender)
    message["To"] = [_header_address(one) for one in mail.to] or "undisclosed-recipients:;"
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.when)
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange and Outlook heed this one: no out-of-office replies
    # Base64: lines of Chinese would be longer than old servers take.
    message.set_content(mail.text, charset="utf-8", cte="base64")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="base64")
    if mail.workbook:
        _attach(message, mail.workbook, _one_line(mail.workbook_name))
    mark = _fingerprint(mail)
    for at, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{mark}_{at}")  # the library's own would be another each time
    content = message.as_bytes()
    return mark_unsent(content) if is_unsent else content


def message_id(mail: Mail) -> str:
    """The same for the same mail: a second copy of one is known by it."""
    return f"<{_fingerprint(mail)}@{mail.sender.address.rpartition('@')[2]}>"


def mark_unsent(content: bytes) -> bytes:
    """A mail that Outlook opens ready to be sent."""
    return content if content.startswith(_UNSENT) else _UNSENT + content


def unmark_unsent(content: bytes) -> bytes:
    """A mail as it is sent."""
    return content.removeprefix(_UNSENT)


def redirect_mail(content: bytes, to: str, mark: str) -> bytes:
    """The mail addressed to `to` alone (empty: nobody), with a `mark` before its subject.

    Whom it was for stands in a header.
    """
    message = message_from_bytes(content, policy=SMTP)
    meant = ", ".join(one.addr_spec for one in message["To"].addresses)
    subject = f"{mark} {message['Subject']}"
    for name in ("To", "Cc", "Bcc", "Subject"):
        del message[name]
    message["To"] = [Address(addr_spec=to)] if to else "undisclosed-recipients:;"
    message["Subject"] = _one_line(subject)
    message["X-Rehearsal-For"] = meant or "-"
    for part in message.walk():  # what was parsed would be written as one name only
        if attached := part.get_filename():
            _name_part(part, part.get_content_type(), attached)
    return message.as_bytes()


class _Ready(str):
    """A header's text, folded already: the library would write a file's name in one way only."""

    __slots__ = ("name",)
    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        """As it stands."""
        return f"{self.name}: {self}{policy.linesep}"


def _attach(message: EmailMessage, content: bytes, name: str) -> None:
    subtype = _TYPES.get(PurePosixPath(name).suffix.lower(), "octet-stream")
    message.add_attachment(content, maintype="application", subtype=subtype, filename="file")
    _name_part(list(message.iter_attachments())[-1], f"application/{subtype}", name)


def _name_part(part: EmailMessage, content_type: str, name: str) -> None:
    """The file's name in all the ways that mail programs look for it.

    `filename*` (RFC 2231) is the standard; old Outlook and many Chinese webmails know only encoded words (RFC 2047)
    in `filename` and `name`, which the standard forbids and everyone reads.
    """
    if name.isascii():
        plain = name.replace("\\", "_").replace('"', "_")
        disposition, typed = f'attachment;\r\n filename="{plain}"', f'{content_type};\r\n name="{plain}"'
    else:
        words = "\r\n ".join(_encoded_words(name))
        disposition = f"attachment;\r\n filename=\"{words}\";\r\n filename*=utf-8''{quote(name, safe='')}"
        typed = f'{content_type};\r\n name="{words}"'
    for header, value in (("Content-Type", typed), ("Content-Disposition", disposition)):
        ready = _Ready(value)
        ready.name = header
        del part[header]
        part[header] = ready


def _encoded_words(text: str) -> Iterator[str]:
    """The text as encoded words, none of which ends within a character."""
    run = b""
    for letter in text:
        added = letter.encode("utf-8", "replace")
        if len(run) + len(added) > _WORD_BYTES:
            yield _encoded_word(run)
            run = b""
        run += added
    yield _encoded_word(run)


def _encoded_word(run: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(run).decode()}?="


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
