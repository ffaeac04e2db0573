"""The folder of review sheets that meetings fill in: what lies in it, and how the sheets were written."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from xltools.desk.session import STATE_FOLDER, Desk
from xltools.edge.folders import DeskFolders, InboxScan, scan_inbox
from xltools.forms.settings import Folders

MEETING_STATE = f"{STATE_FOLDER}/meeting.json"


@dataclass(frozen=True)
class MeetingFolder:
    """The sheets that lie there by path, with their sha256 (empty: can't be read now), and the sha256 of each as made.

    A sheet that is still as it was made holds nothing of a person's.
    """

    sheets: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)


def meeting_path(folders: Folders) -> str:
    """Where the sheets for meetings lie."""
    return f"{folders.review}/{folders.meeting}"


def scan_meetings(desk: Desk, pause: Callable[[], None]) -> InboxScan:
    """The sheets as files to be taken in: those that somebody has open wait."""
    names = replace(desk.folders, inbox=meeting_path(desk.folders))
    return scan_inbox(DeskFolders(desk.path, names), pause)


def read_meeting_folder(desk: Desk) -> MeetingFolder:
    """What lies in the folder now."""
    folder = desk.path / meeting_path(desk.folders)
    files = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    sheets: dict[str, str] = {}
    for path in files:
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:  # open in a program that lets nobody else read
            sha256 = ""
        sheets[path.relative_to(desk.path).as_posix()] = sha256
    return MeetingFolder(sheets, _read_written(desk))


def _read_written(desk: Desk) -> Mapping[str, str]:
    try:
        written: dict[str, str] = json.loads((desk.path / MEETING_STATE).read_text("utf-8"))
    except (OSError, ValueError):  # then each sheet may hold something of a person's
        return {}
    return written
