"""`buttons DESK`: the workbook with the buttons and the launchers beside it are put into a desk, or taken out."""

import datetime as dt
import errno
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from xltools import __version__
from xltools.books.properties import read_custom_properties
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.text import Language
from xltools.desk.button_book import BUTTONS_PROPERTY, build_button_book
from xltools.desk.session import STATE_FOLDER, Desk
from xltools.edge.button_log import list_logs
from xltools.edge.folders import find_opener
from xltools.edge.journal import READ_ONLY, make_writable, write_durably
from xltools.forms.messages import Say
from xltools.reports.launchers import LauncherPlan, batch_files, desktop_entries, is_as_made

_RUNNABLE = 0o755


@dataclass(frozen=True)
class InstallationResult:
    """The files that were written or taken away, and what was left alone and why."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        """True when the workbook itself could not be dealt with."""
        return any(problem.is_error for problem in self.problems)


@dataclass(frozen=True)
class InstallationPlace:
    """Where the buttons of a desk lie: the workbook, and the folder with the launchers."""

    desk: Path
    workbook: Path
    launchers: Path

    def show(self, path: Path) -> str:
        """A path as it is told: within the desk relative to it."""
        return (path.relative_to(self.desk) if path.is_relative_to(self.desk) else path).as_posix()


def find_place(desk: Desk, folder: Path | None = None) -> InstallationPlace:
    """Where the buttons lie, or would: in the desk, or in another folder."""
    home = desk.path.absolute()
    within = folder.absolute() if folder else home
    return InstallationPlace(home, within / desk.folders.buttons, within / desk.say("ui-launcher-folder"))


def default_interpreter(executable: Path = Path(sys.executable), platform: str = sys.platform) -> Path:
    """The Python that the buttons start: on Windows the one without a window, where it is there."""
    windowless = executable.with_name("pythonw.exe")
    return windowless if platform == "win32" and windowless.is_file() else executable


def install_buttons(
    desk: Desk,
    as_of: dt.date,
    *,
    folder: Path | None = None,
    interpreter: Path | None = None,
    platform: str = sys.platform,
) -> InstallationResult:
    """Writes the workbook with the buttons and, into a folder beside it, the files to drop workbooks on.

    The interpreter is the one that runs this where none is named. Problems: buttons-open, buttons-name-taken,
    buttons-not-written; launcher-changed (warning) for one that somebody made their own, which is left alone.
    """
    place = find_place(desk, folder)
    chosen = _whole(interpreter or default_interpreter(platform=platform))
    if problem := _find_obstacle(place):
        return InstallationResult((), (problem,))
    files = dict(_write_launchers(desk, place, chosen, platform))
    problems = [_tell_changed(place, path) for path in files if _is_changed(path)]
    written = []
    try:
        write_durably(place.workbook, build_button_book(desk, chosen, as_of))
        # Several people open it on a shared drive, and nobody changes it: Excel then asks nobody who may.
        place.workbook.chmod(READ_ONLY)
        written.append(place.workbook)
        for path, content in files.items():
            if not _is_changed(path):
                write_durably(path, content)
                written.append(path)
                if path.suffix == ".desktop":
                    path.chmod(_RUNNABLE)
    except OSError as trouble:
        problems.append(_tell_unwritten(place, trouble))
    return InstallationResult(tuple(map(place.show, written)), tuple(problems))


def remove_buttons(desk: Desk, folder: Path | None = None) -> InstallationResult:
    """Takes the workbook, the launchers and the buttons' logs away; what a person changed or put there stays.

    Problems: buttons-open, buttons-not-written; buttons-name-taken and launcher-changed for what stays.
    """
    place = find_place(desk, folder)
    problem = _find_obstacle(place)
    problems = [problem] if problem else []
    ours = [place.workbook] if problem is None and place.workbook.is_file() else []
    if place.launchers.is_dir():
        for path in sorted(place.launchers.iterdir()):
            if path.is_file() and is_as_made(path.read_bytes()):
                ours.append(path)
            else:
                problems.append(_tell_changed(place, path))
    state = place.desk / STATE_FOLDER
    ours += list_logs(place.desk)
    removed = []
    for path in ours:
        try:
            path.unlink()
        except OSError as trouble:
            problems.append(_tell_unwritten(place, trouble, path))
        else:
            removed.append(path)
    for left in (place.launchers, state / "log", state):
        with suppress(OSError):  # not there, or not empty
            left.rmdir()
    return InstallationResult(tuple(map(place.show, removed)), tuple(problems))


def read_button_version(workbook: Path) -> str | None:
    """The version of xltools that made a workbook with buttons; None where it is no such workbook, or not readable."""
    try:
        with zipfile.ZipFile(workbook) as archive:
            return read_custom_properties(archive).get(BUTTONS_PROPERTY)
    except (OSError, zipfile.BadZipFile):
        return None


def _find_obstacle(place: InstallationPlace) -> Problem | None:
    """What keeps the workbook from being written or taken away."""
    file = place.show(place.workbook)
    if not place.workbook.parent.is_dir():
        return error("buttons-not-written", Place(file), reason=os.strerror(errno.ENOENT))
    opener = find_opener(place.workbook)
    if opener is not None:
        return error("buttons-open", Place(file), who=opener or "?")
    if place.workbook.exists():
        if read_button_version(place.workbook) is None:
            return error("buttons-name-taken", Place(file))
        try:
            make_writable(place.workbook)
            with place.workbook.open("r+b"):  # which Windows refuses while Excel has it open
                pass
        except OSError as trouble:
            return _tell_unwritten(place, trouble)
    return None


def _write_launchers(
    desk: Desk, place: InstallationPlace, interpreter: Path, platform: str
) -> Iterator[tuple[Path, bytes]]:
    """The launchers' paths and contents; .bat files elsewhere, too, for those with Windows who share the desk."""
    language = desk.rules.settings.language
    plan = LauncherPlan(str(place.desk), str(interpreter), __version__, language)
    files = batch_files(plan, desk.say)
    if platform != "win32":
        says: Mapping[Language, Say] = {"zh": desk.catalogue.speaker("zh"), "en": desk.catalogue.speaker("en")}
        files |= desktop_entries(plan, says)
    yield from ((place.launchers / name, content) for name, content in files.items())


def _whole(interpreter: Path) -> Path:
    """An absolute path, as it was given: a link in a virtual environment leads out of it."""
    return interpreter if PureWindowsPath(str(interpreter)).is_absolute() else interpreter.absolute()


def _is_changed(path: Path) -> bool:
    try:
        return not is_as_made(path.read_bytes())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _tell_changed(place: InstallationPlace, path: Path) -> Problem:
    return warning("launcher-changed", Place(place.show(path)))


def _tell_unwritten(place: InstallationPlace, trouble: OSError, path: Path | None = None) -> Problem:
    file = place.show(path or place.workbook)
    if isinstance(trouble, PermissionError) and (path or place.workbook).is_file():
        return error("buttons-open", Place(file), who="?")
    return error("buttons-not-written", Place(file), reason=trouble.strerror or type(trouble).__name__)
