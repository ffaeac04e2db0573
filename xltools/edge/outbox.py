"""Mails that are to be sent, as files: none is lost when the mail server is dead, none goes out twice.

`queue/<id>.eml` is a mail, `queue/<id>.json` how far it is: queued → sending → one of the endings. The .json is written
after the .eml and decides; one that has ended moves to `sent/<yyyy-mm>/`, without the mail itself.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from xltools.core.codec import canonical_json
from xltools.edge.journal import write_durably

Step = Callable[[str], None]
# sent: to all who could be reached · refused: nobody took it · unsure: perhaps · filed: a file in the outbox ·
# superseded: a newer one of its series went instead
Ending = Literal["sent", "refused", "given-up", "unsure", "filed", "superseded"]
State = Literal["queued", "sending"] | Ending
ENDINGS: tuple[Ending, ...] = ("sent", "refused", "given-up", "unsure", "filed", "superseded")
_STATES: tuple[State, ...] = ("queued", "sending", *ENDINGS)


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail and how far it is.

    `id` begins with the day that it was written for. Of a `series` only the newest that waits, by day and `rank`,
    is sent. `taken`,
    `refused` and `delayed` are the server's answers by address; while it is `sending` the mail is with those in
    `asked`. `failures` counts attempts that got nowhere; it rests until `not_before`. Times are ISO text in UTC.
    """

    id: str
    kind: str
    series: str
    rank: str
    sender: str
    to: tuple[str, ...]
    subject: str
    message_id: str
    sha256: str
    state: State = "queued"
    asked: tuple[str, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    delayed: Mapping[str, str] = field(default_factory=dict)
    failures: int = 0
    first_tried: str = ""
    not_before: str = ""
    changed: str = ""
    filed: str = ""

    @property
    def left(self) -> tuple[str, ...]:
        """The addresses that still wait for it."""
        return tuple(one for one in self.to if one not in self.taken and one not in self.refused)

    @property
    def is_over(self) -> bool:
        """True where nothing more is done about it."""
        return self.state in ENDINGS


def mail_id(day: dt.date, kind: str, key: str) -> str:
    """The id of a mail: there is one of a `key` on a day."""
    return f"{day.isoformat()}-{kind}-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:12]}"


class Outbox:
    """The folder of mails; `step` is called with a few words before each file operation."""

    def __init__(self, folder: Path, step: Step = lambda _: None) -> None:
        self.folder, self._step = folder, step

    def knows(self, id_: str) -> bool:
        """True where a mail of this id waits, or has had its end."""
        return self._state_path(id_).exists() or self._ended_path(id_).exists()

    def list_waiting(self) -> tuple[tuple[QueuedMail, ...], tuple[str, ...]]:
        """The mails of the queue by day and kind, ended ones not yet tidied away too; and the files that are broken."""
        found, broken = [], []
        for path in sorted(self._queue.glob("*.json")):
            try:
                found.append(read_state(path.read_bytes()))
            except FileNotFoundError:  # tidied away meanwhile
                continue
            except (OSError, ValueError, TypeError, KeyError):
                broken.append(path.name)
        return tuple(found), tuple(broken)

    def read_content(self, mail: QueuedMail) -> bytes | None:
        """The mail itself; None where it is gone, or not what was queued."""
        try:
            content = self.content_path(mail.id).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == mail.sha256 else None

    def note(self, mail: QueuedMail) -> None:
        """Keeps how far a mail is: from here on it is true, whoever pulls the plug."""
        self._step(f"note {mail.state} {mail.id}")
        write_durably(self._state_path(mail.id), write_state(mail))

    def tidy(self, mail: QueuedMail) -> None:
        """Moves a mail that has had its end out of the queue."""
        self._step(f"keep {mail.id}")
        write_durably(self._ended_path(mail.id), write_state(mail))
        self._step(f"take away {mail.id}.eml")
        self.content_path(mail.id).unlink(missing_ok=True)
        self._step(f"take away {mail.id}.json")
        self._state_path(mail.id).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """A state that can't be read out of the way, as `….broken`: its mail is not sent."""
        self._step(f"set aside {name}")
        (self._queue / name).replace(self._queue / f"{name}.broken")

    def list_ended(self, month: str) -> Iterator[QueuedMail]:
        """The mails of a month, `2026-04`, that have had their end."""
        for path in sorted((self.folder / "sent" / month).glob("*.json")):
            try:
                yield read_state(path.read_bytes())
            except (OSError, ValueError, TypeError, KeyError):
                continue

    def content_path(self, id_: str) -> Path:
        """Where the mail itself lies while it waits."""
        return self._queue / f"{id_}.eml"

    @property
    def _queue(self) -> Path:
        return self.folder / "queue"

    def _state_path(self, id_: str) -> Path:
        return self._queue / f"{id_}.json"

    def _ended_path(self, id_: str) -> Path:
        return self.folder / "sent" / id_[:7] / f"{id_}.json"


def write_state(mail: QueuedMail) -> bytes:
    """The .json of a mail."""
    return canonical_json({name: _plain(value) for name, value in asdict(mail).items()}).encode("utf-8", "replace")


def read_state(content: bytes) -> QueuedMail:
    """The mail of a .json; ValueError, TypeError or KeyError where it is none."""
    written: dict[str, Any] = json.loads(content)
    if written["state"] not in _STATES:
        raise ValueError(written["state"])
    return QueuedMail(**{**written, "to": tuple(written["to"]), "asked": tuple(written["asked"])})


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
