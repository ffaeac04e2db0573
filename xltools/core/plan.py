"""What a verb will do, computed whole before any of it is done."""

from dataclasses import dataclass, field

from xltools.core.event import ChainedEvent


@dataclass(frozen=True, slots=True)
class Provided:
    """A condition: the file at a desk-relative path is this one by now."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Put these bytes at a desk-relative path.

    `expected` is the sha256 of what may be replaced: empty when nothing may stand there, None when whatever stands
    there may go. A file that is neither that nor already right is left alone. `read_only`: people may look at it, but
    what they typed there would be lost. It is written only where `provided` holds: what says that another file was
    written must not be there where that file was in use. Later acts count on one that is `required`: none of them is
    done before it is written.
    """

    path: str
    content: bytes
    expected: str | None = ""
    read_only: bool = False
    provided: Provided | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Take away a file of ours that can be made again; one whose sha256 is not `expected` (None: any) is left alone.

    It is left alone, too, where `provided` does not hold.
    """

    path: str
    expected: str | None
    provided: Provided | None = None


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


Action = WriteFile | RemoveFile | ArchiveFile | AppendEvents


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in the order they are carried out; each may be carried out twice without harm."""

    actions: tuple[Action, ...] = field(default=())
