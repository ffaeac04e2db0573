"""A desk that is open: its rules, words, ledger and master data."""

import datetime as dt
import gc
import locale
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Record, Table
from xltools.core.text import Language
from xltools.desk.drive import expect_trouble
from xltools.desk.failure import BusyError, LedgerError, RulesError, UsageError
from xltools.desk.manifest import list_manifests, read_manifest
from xltools.desk.reading import open_workers, read_own_workbooks
from xltools.edge.folders import DeskFolders
from xltools.edge.links import find_links_out
from xltools.edge.own_cache import recall
from xltools.edge.workers import Workers
from xltools.forms.messages import Catalogue, Say, Words, load_catalogue
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.forms.settings import Folders
from xltools.intake.document import read_table
from xltools.resources import resource_root

if TYPE_CHECKING:
    from xltools.desk.assessing import Assessment
    from xltools.edge.store import Store, UnreadableLedgerError
    from xltools.ledger.replay import Ledger

SETTINGS_FILE = "desk.yaml"
STATE_FOLDER = ".desk"

Layers = tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class MasterWorkbook:
    """A workbook of master data: its form, desk-relative path, and bytes (none where there is no such file)."""

    form: str
    file: str
    content: bytes | None


@dataclass(frozen=True)
class Desk:
    """A desk folder with its rules; the language is that of messages, the desk's own where nothing else is said."""

    path: Path
    rules: Rules
    layers: Layers
    catalogue: Catalogue
    language: Language

    @property
    def folders(self) -> Folders:
        """What the desk's folders are called."""
        return self.rules.settings.folders

    @cached_property
    def paths(self) -> DeskFolders:
        """Where the desk's folders lie."""
        return DeskFolders(self.path, self.folders)

    @cached_property
    def store(self) -> "Store":
        """The ledger's store."""
        # Not every verb looks into the ledger, and SQLAlchemy takes as long to load as a check to make.
        from xltools.edge.store import Store, UnreadableLedgerError  # noqa: PLC0415

        state = self.path / STATE_FOLDER
        state.mkdir(exist_ok=True)
        try:
            return Store(self.rules.settings.ledger.url or f"sqlite:///{state / 'ledger.db'}")
        except UnreadableLedgerError as trouble:
            raise LedgerError([_unreadable(trouble)]) from trouble

    @property
    def say(self) -> Say:
        """The words of the desk's own language, for what it writes."""
        return self.catalogue.speaker(self.rules.settings.language)

    def replay_ledger(self) -> "Ledger":
        """The ledger's state; LedgerError where its chain is broken, or it lacks events that archive/ knows of."""
        from xltools.edge.store import UnreadableLedgerError  # noqa: PLC0415
        from xltools.ledger.replay import replay  # noqa: PLC0415

        # Before the events: a run that writes meanwhile writes its events first, and its manifest after them.
        with expect_trouble(self.path):
            manifests = list_manifests(self.path / self.folders.archive)
            try:
                problems = self.store.check()
                if problems:
                    raise LedgerError(problems)
                with _collector_paused():
                    ledger = replay(self.store.events())
            except UnreadableLedgerError as trouble:
                raise LedgerError([_unreadable(trouble)]) from trouble
        if manifests:
            self._check_archive(ledger, manifests[-1])
        return ledger

    def _check_archive(self, ledger: "Ledger", manifest: Path) -> None:
        """LedgerError where archive/ knows of later events: a ledger deleted, or put back from an old backup."""
        try:
            last = read_manifest(manifest.read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return  # `verify` tells what is wrong with it
        if last.last_event > ledger.number or (last.last_event == ledger.number and last.head != ledger.head):
            place = Place(manifest.relative_to(self.path).as_posix())
            raise LedgerError([error("ledger-behind-archive", place, archived=last.last_event, found=ledger.number)])

    def master_workbooks(self) -> tuple[MasterWorkbook, ...]:
        """The master data as it lies in the desk.

        BusyError where one can't be read just now: without it every customer would seem unknown.
        """
        found = []
        for form in self.rules.forms.values():
            if form.purpose == "master":
                file = master_path(form, self.rules)
                path = self.path / file
                try:
                    content = path.read_bytes() if path.is_file() else None
                except OSError as trouble:
                    raise BusyError([error("workbook-not-accessible", Place(file))]) from trouble
                found.append(MasterWorkbook(form.name, file, content))
        return tuple(found)

    def read_staff(self, as_of: dt.date) -> Table | None:
        """The staff list; None where it can't be read just now: then departments go without names."""
        try:
            masters = tuple(one for one in self.master_workbooks() if one.form == "staff")
        except BusyError:
            return None
        with open_workers() as workers:
            tables, _ = read_master(masters, self.rules, as_of, workers)
        return tables.get("staff")

    def assess(self, ledger: "Ledger", as_of: dt.date) -> "Assessment":
        """Where every order and line stands on the as-of date."""
        from xltools.desk.assessing import assess  # noqa: PLC0415 - what only opens or checks needs none of it

        return assess(ledger, self.rules, as_of)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A ledger of years is millions of objects and no cycle: to look for some again and again takes half a replay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _unreadable(trouble: "UnreadableLedgerError") -> Problem:
    return error("ledger-unreadable", Place(f"{STATE_FOLDER}/ledger.db"), reason=trouble)


def open_desk_at(path: Path, language: Language | None = None, *, quickly: bool = False) -> Desk:
    """The desk in a folder; UsageError where there is none, RulesError where its rules are wrong.

    `quickly`: rules that were read on this computer before are taken from there.
    """
    with expect_trouble(path):
        if not (path / SETTINGS_FILE).is_file():
            raise UsageError([error("desk-not-found", Place(str(path)), path=path)])
        _check_links(path, (SETTINGS_FILE, "rules", "templates", STATE_FOLDER))
        layers = (package_layer(), desk_layer(path))
    texts = [text for layer in layers for pair in layer.items() for text in pair]
    rules = recall(Rules, texts, lambda: _read_desk_rules(layers)) if quickly else _read_desk_rules(layers)
    folders = rules.settings.folders
    # What is written into the last four is looked at by itself: they hold too much to be gone through each time.
    _check_links(path, (folders.master, folders.review, folders.tracker, folders.prices))
    _check_links(path, (folders.inbox, folders.archive, folders.papers, folders.returned, folders.outbox), inside=False)
    return Desk(path, rules, layers, load_messages(quickly=quickly), language or rules.settings.language)


def _read_desk_rules(layers: Layers) -> Rules:
    # Whoever has read them before needs neither YAML nor what checks it.
    from xltools.forms.load import load_rules  # noqa: PLC0415

    rules, problems = load_rules(layers, ({}, {"settings.yaml": SETTINGS_FILE}))
    if rules is None:
        raise RulesError(problems)
    return rules


def _check_links(path: Path, names: Sequence[str], *, inside: bool = True) -> None:
    """RulesError where one of these is, or holds, a link out of the desk: what it leads to is not the desk's to use."""
    astray = tuple(find_links_out(path, [path / name for name in names], inside=inside))
    if astray:
        raise RulesError(
            error("link-leaves-desk", Place(link.relative_to(path).as_posix()), target=os.path.realpath(link))
            for link in astray
        )


def package_rules() -> Rules:
    """The package's own rules, without any desk's; RulesError where they are wrong."""
    from xltools.forms.load import load_rules  # noqa: PLC0415

    rules, problems = load_rules((package_layer(),))
    if rules is None:
        raise RulesError(problems)
    return rules


def package_layer() -> dict[str, str]:
    """The package's own rules, by their path under rules/."""
    return _read_rules(resource_root() / "rules")


def desk_layer(path: Path) -> dict[str, str]:
    """A desk's own rules, by their path under rules/, and its desk.yaml as settings.yaml."""
    return _read_rules(path / "rules") | {"settings.yaml": _read_text(path / SETTINGS_FILE, SETTINGS_FILE)}


def _read_rules(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): _read_text(path, f"rules/{path.relative_to(folder).as_posix()}")
        for path in sorted(folder.rglob("*.yaml"))
        if path.relative_to(folder).parts[0] != "messages" and path.is_file()
    }


def _read_text(path: Path, file: str) -> str:
    """A rules file's text; RulesError where Notepad saved it in the code page of its country."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as trouble:
        raise RulesError([error("file-not-utf8", Place(file))]) from trouble


@cache
def load_messages(*, quickly: bool = False) -> Catalogue:
    """The program's words; `quickly`: as they were read on this computer before."""
    folder = resource_root() / "rules" / "messages"
    zh, en = ((folder / f"{language}.yaml").read_text("utf-8") for language in ("zh", "en"))
    return load_catalogue(zh, en, _recall_words if quickly else _read_words)


def _recall_words(text: str, file: str) -> Mapping[str, Words]:
    return recall(dict, (file, text), lambda: _read_words(text, file))


def _read_words(text: str, file: str) -> dict[str, Words]:
    from xltools.forms.message_text import read_words  # noqa: PLC0415 - as in _read_desk_rules

    return read_words(text, file)


def local_today(rules: Rules, now: dt.datetime) -> dt.date:
    """The date in the desk's time zone at a moment."""
    return now.astimezone(ZoneInfo(rules.settings.time_zone)).date()


def terminal_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the terminal's locale, by the variables POSIX names in that order; XLTOOLS_LANG goes before.

    Windows sets none of them; its own locale is called `Chinese (Simplified)_China`.
    """
    names = ("XLTOOLS_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((value for name in names if (value := environment.get(name))), None) or locale.getlocale()[0] or ""
    return "zh" if said.lower().startswith(("zh", "chinese")) else "en"


def master_path(form: Form, rules: Rules) -> str:
    """Where a master form's records lie in the desk: the settings name the files of the package's own forms."""
    folders = rules.settings.folders
    named = getattr(folders, form.name, None)
    return f"{folders.master}/{named if isinstance(named, str) else f'{form.name}.xlsx'}"


def read_master(
    masters: tuple[MasterWorkbook, ...], rules: Rules, received: dt.date, workers: Workers
) -> tuple[dict[str, Table], tuple[Problem, ...]]:
    """Master data as tables by form name, and what is wrong with it."""
    tables = {master.form: Table(master.form, ()) for master in masters}
    filled = [(master, master.content) for master in masters if master.content is not None]
    workbooks = read_own_workbooks([(master.file, content) for master, content in filled], workers)
    problems: tuple[Problem, ...] = ()
    for (master, _), workbook in zip(filled, workbooks, strict=True):
        if isinstance(workbook, Problem):
            problems += (workbook,)
            continue
        tables[master.form], found = read_table(workbook, rules, master.form, received)
        problems += found
    return tables, problems


def find_customer(tables: Mapping[str, Table], name: str) -> Record | None:
    """The customer's master data."""
    return tables["customers"].find(("name", "customer_code"), name) if "customers" in tables else None
