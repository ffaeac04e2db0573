"""What a verb will do, computed whole before any of it is done."""

from dataclasses import dataclass, field

from xltools.core.event import ChainedEvent


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Put these bytes at a desk-relative path.

    `expected` is the sha256 of what may be replaced: empty when nothing may stand there, None when whatever stands
    there may go. A file that is neither that nor already right is left alone.
    """

    path: str
    content: bytes
    expected: str | None = ""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """Copy a received file to its place in archive/, check the copy, and take the original away from `path`.

    A file whose bytes changed since they were read stays for the next run.
    """

    path: str
    sha256: str
    archived: str


@dataclass(frozen=True, slots=True)
class AppendEvents:
    """Append these events, where the ledger's head is still their first one's `previous`."""

    events: tuple[ChainedEvent, ...]


Action = WriteFile | ArchiveFile | AppendEvents


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in the order they are carried out; each may be carried out twice without harm."""

    actions: tuple[Action, ...] = field(default=())
