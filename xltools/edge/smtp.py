"""Handing mails to a mail server (SMTP), encrypted, and telling exactly how far each one came."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning

Security = Literal["starttls", "ssl", "none"]
Step = Callable[[str], None]
# What is said to a server as one's own name. A computer's may be Chinese, or tell more than others need to know.
_OWN_NAME = "[127.0.0.1]"
_LONGEST_ANSWER = 300


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. `ca_file` is a certificate that is trusted beside the system's own."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one mail fared: who has it, and who is refused for good, or for now, with the server's answer.

    `is_unsure`: it was sent whole to those `taken`, and the connection broke before the answer. `is_over`: the
    connection takes no more mails. `sender_refused` is the answer to whom the mail comes from: nobody was asked for.
    """

    taken: tuple[str, ...] = ()
    answer: str = ""
    refused: tuple[tuple[str, str], ...] = ()
    delayed: tuple[tuple[str, str], ...] = ()
    is_unsure: bool = False
    is_over: bool = False
    sender_refused: str = ""


class MailLine:
    """A connection to a mail server, logged in."""

    def __init__(self, smtp: smtplib.SMTP, server: MailServer, step: Step) -> None:
        self._smtp, self._server, self._step = smtp, server, step
        self._is_in_mail = False  # what is said now is part of a mail

    def deliver(
        self, sender: str, recipients: Sequence[str], content: bytes, about_to: Callable[[tuple[str, ...]], None]
    ) -> Delivery:
        """Hands in one mail; each recipient is taken, refused or delayed on its own.

        `about_to` is called with those whom the server takes, before it is given the mail: from then on, and until the
        answer, whoever is stopped can't know whether it went out.
        """
        taken: list[str] = []
        refused: list[tuple[str, str]] = []
        delayed: list[tuple[str, str]] = []
        try:
            self._step("say whom it comes from")
            code, answer = self._ask("mail", f"FROM:<{sender}>")
            if code != 250:
                self._reset()
                return Delivery(sender_refused=answer, is_over=code == 421)
            for address in recipients:
                self._step(f"ask for {address}")
                code, answer = self._ask("rcpt", f"TO:<{address}>")
                if code in {250, 251}:
                    taken.append(address)
                elif code == 421:
                    raise smtplib.SMTPServerDisconnected(answer)
                else:
                    (refused if code >= 500 else delayed).append((address, answer))
            if not taken:
                self._reset()
                return Delivery((), "", tuple(refused), tuple(delayed))
            about_to(tuple(taken))
            code, answer = self._ask("data", "")
            if code == 354:
                code, answer = self._send_content(content)
        except _UnsureError as broken:
            return Delivery(tuple(taken), str(broken), tuple(refused), tuple(delayed), is_unsure=True, is_over=True)
        except (OSError, smtplib.SMTPException) as broken:
            told = {address for address, _ in refused}
            left = ((one, self._clean(str(broken))) for one in recipients if one not in told)
            return Delivery((), "", tuple(refused), tuple(left), is_over=True)
        if code == 250:
            return Delivery(tuple(taken), answer, tuple(refused), tuple(delayed))
        (refused if code >= 500 else delayed).extend((one, answer) for one in taken)
        self._reset()
        return Delivery((), answer, tuple(refused), tuple(delayed), is_over=code == 421)

    def close(self) -> None:
        """Says goodbye; in the middle of a mail it hangs up."""
        if self._is_in_mail:
            self._smtp.close()
            return
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()

    def _send_content(self, content: bytes) -> tuple[int, str]:
        """The mail, and what is answered; _UnsureError where the connection breaks after its end and before that.

        A server that leaves in the middle is found out before the end is sent: then it can't have taken it.
        """
        self._is_in_mail = True
        body = re.sub(rb"(?m)^\.", b"..", content)
        self._step("send it")
        self._smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        self._step("send its end")
        if self._has_left():
            raise smtplib.SMTPServerDisconnected("the server left before the mail's end")
        try:
            self._smtp.send(b".\r\n")
        except smtplib.SMTPServerDisconnected as broken:
            if isinstance(broken.__context__, ConnectionError):  # not even the first byte of the end went out
                raise
            raise _UnsureError(self._clean(str(broken))) from None
        self._step("await the answer")
        try:
            code, answer = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as broken:
            raise _UnsureError(self._clean(str(broken))) from None
        self._is_in_mail = False
        return code, self._clean(f"{code} {answer.decode('utf-8', 'replace')}")

    def _has_left(self) -> bool:
        """True where the server closed the connection, or has something to say while it should listen."""
        sock = self._smtp.sock
        if sock is None:
            return True
        sock.settimeout(0)
        try:
            sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            sock.settimeout(self._server.timeout)
        return True

    def _ask(self, command: str, words: str) -> tuple[int, str]:
        code, answer = self._smtp.docmd(command, words)
        return code, self._clean(f"{code} {answer.decode('utf-8', 'replace')}")

    def _reset(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._smtp.rset()

    def _clean(self, answer: str) -> str:
        return clean_answer(answer, self._server.password)


class _UnsureError(Exception):
    """The mail's end went out, and no answer came."""


def clean_answer(answer: str, password: str) -> str:
    """What a server said as one short line; a password that it repeats is cut out."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in answer).split())
    if password:
        line = line.replace(password, "***")
    return line[:_LONGEST_ANSWER]


@contextmanager
def open_line(
    server: MailServer, place: Place, step: Step = lambda _: None, context: ssl.SSLContext | None = None
) -> Iterator[MailLine | Problem]:
    """A connection for the length of a with block, or the problem, at `place`, that keeps it from being one.

    Warnings, as the next attempt may do better: mail-server-unreachable. Errors: mail-not-encrypted where the server
    offers no STARTTLS (then nothing is said in clear), mail-certificate-wrong, mail-login-refused. `context` takes the
    place of the system's certificates and `ca_file`.
    """
    found = _connect(server, place, step, context)
    if isinstance(found, Problem):
        yield found
        return
    line = MailLine(found, server, step)
    try:
        yield line
    finally:
        line.close()


def _connect(server: MailServer, place: Place, step: Step, context: ssl.SSLContext | None) -> smtplib.SMTP | Problem:
    smtp: smtplib.SMTP | None = None
    try:
        trust = None if server.security == "none" else context or _trust(server)
        step("connect")
        if server.security == "ssl":
            smtp = smtplib.SMTP_SSL(server.host, server.port, _OWN_NAME, timeout=server.timeout, context=trust)
        else:
            smtp = smtplib.SMTP(server.host, server.port, _OWN_NAME, timeout=server.timeout)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            step("encrypt")
            if not smtp.has_extn("starttls"):
                smtp.close()
                return error("mail-not-encrypted", place, host=server.host)
            smtp.starttls(context=trust)
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            step("log in")
            return _log_in(smtp, server, place)
    except ssl.SSLCertVerificationError as trouble:
        _hang_up(smtp)
        return error("mail-certificate-wrong", place, host=server.host, reason=trouble.verify_message)
    except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
        _hang_up(smtp)
        reason = clean_answer(str(trouble), server.password) or type(trouble).__name__
        return warning("mail-server-unreachable", place, host=server.host, port=server.port, reason=reason)
    return smtp


def _log_in(smtp: smtplib.SMTP, server: MailServer, place: Place) -> smtplib.SMTP | Problem:
    """Kept apart: of what is raised here only the answer is told, never what was said."""
    try:
        smtp.login(server.user, server.password)
    except UnicodeError:
        answer = "-"  # user or password with other letters than ASCII: no server's common ground
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as trouble:
        answer = clean_answer(_answer_of(trouble), server.password)
    else:
        return smtp
    _hang_up(smtp)
    return error("mail-login-refused", place, host=server.host, user=server.user, answer=answer)


def _answer_of(trouble: smtplib.SMTPException) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        return f"{trouble.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(trouble)


def _trust(server: MailServer) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if server.ca_file:
        trust.load_verify_locations(server.ca_file)
    return trust


def _hang_up(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()
