"""A real SMTP server on loopback (aiosmtpd) that takes mails, or drops, delays and refuses them as a test wishes."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "order-desk@factory.example", "p4ss-Zq9-word"
HOST = "127.0.0.1"


@dataclass
class PostOffice:
    """What the server does, and what it has taken: sender, recipients and bytes of each mail.

    `refuse` has answers by address, `data_answer` one to the whole mail, `sender_answer` one to whom it comes from.
    `drop`: where it hangs up, `mid-data` (before the end came), `answer` (it has the mail, and says nothing) or
    `greeting`; each time, or the first `drops` times. It says nothing to a mail until `release` is set; `got` is set
    when one came.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    data_answer: str = ""
    sender_answer: str = ""
    drop: str = ""
    drops: int = 1_000
    received: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    got: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def __post_init__(self) -> None:
        self.release.set()

    def drops_at(self, point: str) -> bool:
        if self.drop != point or self.drops <= 0:
            return False
        self.drops -= 1
        return True

    # aiosmtpd's hooks

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if answer := self.refuse.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        if self.data_answer:
            return self.data_answer
        self.received.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        self.got.set()
        if not self.release.is_set():
            await server.loop.run_in_executor(None, self.release.wait, 30)
        if self.drops_at("answer"):
            server.transport.abort()
            self.hung_up.set()
            return None
        return "250 2.0.0 taken as 7F3A"

    def authenticate(self, _server, _session, _envelope, _mechanism, data) -> AuthResult:
        login, password = data.login.decode(), data.password.decode()
        self.logins.append((login, password))
        return AuthResult(success=(login, password) == (USER, PASSWORD), handled=False)


class _Counter(SMTP):
    """The server of one connection."""

    async def smtp_DATA(self, arg):  # noqa: N802
        office = self.event_handler
        if office.drops_at("mid-data"):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.readline()
            self.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)  # at once, abort() only soon
            self.transport.abort()
            office.hung_up.set()
            return
        await super().smtp_DATA(arg)

    async def push(self, status):
        await super().push(status)
        self.event_handler.talk.append(status if isinstance(status, str) else status.decode())

    def connection_made(self, transport):
        super().connection_made(transport)
        if self.event_handler.drops_at("greeting"):
            transport.abort()


@contextmanager
def open_office(
    *, security: str = "none", login: bool = False, certificate: "Certificate | None" = None, **plan: object
) -> Iterator[PostOffice]:
    """The server for the length of a with block, on a free port; a thread of its own runs it."""
    office = PostOffice(**plan)
    options: dict[str, object] = {"hostname": "mail.factory.example"}
    if login:
        options |= {"authenticator": office.authenticate, "auth_required": True}
        options |= {"auth_require_tls": security != "ssl"}  # it does not know that the whole line is encrypted
    if security == "starttls":
        options |= {"tls_context": certificate.context(), "require_starttls": True}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    tls = certificate.context() if security == "ssl" else None
    opening = loop.create_server(lambda: _Counter(office, loop=loop, **options), HOST, 0, ssl=tls)
    listening = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    office.port = listening.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        office.release.set()
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True)
class Certificate:
    """A certificate that vouches for itself: what a factory's own mail server has."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def make_certificate(folder: Path, host: str = HOST) -> Certificate:
    """For an address on loopback, or another name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.factory.example")])
    known = x509.IPAddress(ipaddress.ip_address(host)) if host == HOST else x509.DNSName(host)
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Certificate(folder / "server.pem", folder / "server.key")
    found.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return found
