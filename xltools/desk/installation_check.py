"""`buttons DESK --check`: what is wrong with an installation of the buttons, and what to do about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xltools import __version__
from xltools.books.named_cells import read_named_cells
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.desk.excel_settings import ExcelSettings, find_excel, read_settings
from xltools.desk.installation import InstallationPlace, find_place, read_button_version
from xltools.desk.result import ProblemWriter
from xltools.desk.session import Desk
from xltools.edge.installation import (
    InterpreterFacts,
    MachineFacts,
    find_trouble_writing,
    gather_facts,
    probe_interpreter,
)
from xltools.forms.messages import Say
from xltools.reports.button_names import DESK_FOLDER, INTERPRETER

_OLDEST_PYTHON = (3, 11)
_INTERNET_ZONE = 3
_MODULES = ("xltools", "xltools.desk")
_EXCEL_MODULES = {"win32": ("xlwings", "win32com.client", "pythoncom"), "darwin": ("xlwings",)}

Probe = Callable[[str, Sequence[str]], InterpreterFacts]


@dataclass(frozen=True)
class InstallationCheck:
    """One thing that was looked at: its kebab-case name, what was found there, and what is wrong with it."""

    name: str
    found: str
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """True where nothing keeps the buttons from working; there may be a warning."""
        return not any(problem.is_error for problem in self.problems)


def check_installation(
    desk: Desk,
    folder: Path | None = None,
    interpreter: Path | None = None,
    *,
    facts: MachineFacts | None = None,
    probe: Probe = probe_interpreter,
) -> tuple[InstallationCheck, ...]:
    """What the buttons need, each with what was found: the workbook, its Python, the desk, Excel and its settings.

    `interpreter` is the Python that the workbook is to name, where that is to be held against it. `facts` are those of
    this machine where they are not given.
    """
    place = find_place(desk, folder)
    facts = gather_facts(place.workbook) if facts is None else facts
    version = read_button_version(place.workbook)
    cells = read_named_cells(place.workbook.read_bytes()) if version is not None else {}
    named = str(cells.get(INTERPRETER) or "")
    checks = [
        _check("workbook", version or "", _judge_workbook(place, version)),
        _check("desk", str(place.desk), _judge_desk(desk, place, str(cells.get(DESK_FOLDER) or ""), version)),
    ]
    if version is not None:
        if facts.substitute and not Path(named).is_file():
            named = facts.substitute
        said = probe(named, (*_MODULES, *_EXCEL_MODULES.get(facts.platform, ())))
        found = ".".join(map(str, said.version))
        checks.append(_check("interpreter", f"{named} {found}".strip(), _judge_interpreter(said, interpreter, place)))
    return (*checks, *_check_excel(place, facts))


def installation_json(checks: Sequence[InstallationCheck], writer: ProblemWriter) -> dict[str, Any]:
    """The JSON shape of `buttons --check`."""
    return {
        "ok": not has_errors(checks),
        "checks": [
            {"name": one.name, "ok": one.is_ok, "found": one.found, "problems": writer.write_all(one.problems)}
            for one in checks
        ],
    }


def has_errors(checks: Sequence[InstallationCheck]) -> bool:
    """True where something keeps the buttons from working; a warning does not."""
    return not all(one.is_ok for one in checks)


def tell_installation(checks: Sequence[InstallationCheck], writer: ProblemWriter, say: Say) -> Iterator[str]:
    """Each thing that was looked at in a line, what is wrong with it and what to do under it."""
    for one in checks:
        mark = "bad" if not one.is_ok else "note" if one.problems else "ok"
        yield f"{say(f'ui-installation-{mark}')}  {say(f'ui-installation-{one.name}')}  {one.found}".rstrip()
        for problem in one.problems:
            written = writer.write(problem)
            yield f"      {written['message']}"
            yield f"      → {written['hint']}"


def _check(name: str, found: str, problems: Iterator[Problem]) -> InstallationCheck:
    return InstallationCheck(name, found, tuple(problems))


def _judge_workbook(place: InstallationPlace, version: str | None) -> Iterator[Problem]:
    spot = Place(place.show(place.workbook))
    if not place.workbook.is_file():
        yield error("buttons-missing", spot, desk=place.desk)
    elif version is None:
        yield error("buttons-name-taken", spot)
    elif version != __version__:
        yield error("buttons-stale", spot, found=version or "?", expected=__version__, desk=place.desk)


def _judge_desk(desk: Desk, place: InstallationPlace, named: str, version: str | None) -> Iterator[Problem]:
    if version is not None and not _is_same_folder(named, place.desk):
        spot = Place(place.show(place.workbook))
        yield error("buttons-of-another-desk", spot, found=named or "—", expected=place.desk)
    inbox = desk.folders.inbox
    if reason := find_trouble_writing(desk.path / inbox):
        yield error("inbox-not-writable", Place(inbox), reason=reason)


def _judge_interpreter(said: InterpreterFacts, wanted: Path | None, place: InstallationPlace) -> Iterator[Problem]:
    spot = Place(place.show(place.workbook))
    if wanted is not None and str(wanted) != said.path:
        yield error("interpreter-differs", spot, found=said.path or "—", expected=wanted, desk=place.desk)
    if not said.is_there:
        yield error("interpreter-missing", spot, path=said.path or "—", desk=place.desk)
    elif said.trouble:
        yield error("interpreter-not-running", spot, path=said.path, reason=said.trouble)
    elif said.version < _OLDEST_PYTHON:
        found, oldest = (".".join(map(str, one)) for one in (said.version, _OLDEST_PYTHON))
        yield error("interpreter-too-old", spot, path=said.path, found=found, oldest=oldest)
    elif said.missing:
        yield error("interpreter-lacks-library", spot, path=said.path, reason="; ".join(said.missing))
    elif said.package != __version__:
        yield error("interpreter-version-differs", spot, path=said.path, found=said.package or "?", ours=__version__)


def _check_excel(place: InstallationPlace, facts: MachineFacts) -> Iterator[InstallationCheck]:
    """What concerns Excel. Where there is none nothing is wrong: the launchers beside the workbook do the same."""
    excel = find_excel(facts.registry)
    launchers = place.show(place.launchers)
    if facts.platform != "win32":
        yield _check("excel", "", iter([warning("excel-not-here", Place(""), folder=launchers)]))
        return
    if excel is None:
        code = "wps-without-excel" if any("\\Kingsoft\\" in key for key in facts.registry) else "excel-missing"
        problem = warning(code, Place(""), folder=launchers)
        yield _check("excel", "", iter([problem]))
        return
    settings = read_settings(facts.registry, excel, place.workbook, facts.is_network)
    yield _check("excel", str(excel), _judge_excel(settings, place, facts))
    yield _check("macros", settings.macros, _judge_macros(settings, place, facts))


def _judge_excel(settings: ExcelSettings, place: InstallationPlace, facts: MachineFacts) -> Iterator[Problem]:
    for item in settings.disabled:
        if place.workbook.name.casefold() in item.casefold() or "xlwings" in item.casefold():
            yield error("excel-disabled-it", Place(place.show(place.workbook)), item=item)
    if facts.addin:
        yield warning("xlwings-add-in-differs", Place(facts.addin))


def _judge_macros(settings: ExcelSettings, place: InstallationPlace, facts: MachineFacts) -> Iterator[Problem]:
    spot, folder = Place(place.show(place.workbook)), place.workbook.parent
    # A trusted location helps against any setting but VBA switched off as a whole.
    if settings.disabled_by and (settings.is_vba_off or not settings.is_trusted):
        code = "macros-disabled-by-policy" if settings.is_policy else "macros-disabled"
        yield error(code, spot, setting=settings.disabled_by, folder=folder)
    if settings.is_trusted:
        return
    if facts.zone is not None and facts.zone >= _INTERNET_ZONE:
        yield error("workbook-from-internet", spot, folder=folder)
    if facts.is_network:
        code = "network-location-blocked" if settings.is_internet_blocked else "network-location-untrusted"
        tell = error if settings.is_internet_blocked else warning
        yield tell(code, spot, folder=folder)


def _is_same_folder(named: str, desk: Path) -> bool:
    """True where both lead to the same folder, by a drive letter or by the share's name."""
    try:
        return Path(named).samefile(desk)
    except (OSError, ValueError):
        return False
