"""What happens in a fault folder: either one sheet is read, or a small story is played on a desk.

`sheet.txt` alone is a workbook that comes in on 2026-03-02 (tests/builders.py says how it is written). Master data may
stand beside it, such as `customers.txt`, and changed rules in `rules/`. Otherwise `story.yaml` lists steps on a fresh
desk; each is one verb of STEPS below with what it takes. The problems told are those of the last step that tells any.
"""

import datetime as dt
import errno
import functools
import hashlib
import io
import os
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import damaged_books
import openpyxl
import pytest
import yaml
from bad_reading import READINGS
from builders import RECEIVED, no_tables, workbook, xlsx
from by_hand import act_on
from docx import Document as WordDocument
from mail_fault import send_one_mail

from xltools import desk
from xltools.core.patch import OpenBookError
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import Edit
from xltools.core.sheet import Workbook
from xltools.core.text import Language
from xltools.desk import button_book, documents, installation_check, reading, scheduled
from xltools.desk import run as desk_run
from xltools.desk.prefill import make_shipping_list
from xltools.desk.schedule import install_schedule, plan_schedule
from xltools.desk.session import package_layer
from xltools.edge import opening, pdf
from xltools.edge.folders import archive_path
from xltools.edge.installation import InterpreterFacts, MachineFacts
from xltools.edge.scheduler import Finished
from xltools.edge.workers import Limits, Workers
from xltools.forms.load import load_rules
from xltools.forms.rules import Rules
from xltools.intake.document import Reading, read_document, read_table
from xltools.ledger.decide import decide_edits

FAULTS = Path(__file__).parent
package_rules = functools.cache(desk.package_rules)
STORY, SHEET, RULES_FOLDER = "story.yaml", "sheet.txt", "rules"
PYTHON = "C:\\Python312\\pythonw.exe"
EXCEL = r"Software\Microsoft\Office\16.0\Excel"
Given = Any


def tell_problems(folder: Path, fresh: desk.Desk, scratch: Path, language: Language) -> tuple[Problem, ...]:
    """The problems that a fault folder comes to, told to somebody who reads `language`."""
    if (folder / STORY).is_file():
        return play_story(folder, fresh, scratch, language)
    return read_sheet(folder)


def read_sheet(folder: Path) -> tuple[Problem, ...]:
    """The problems of the folder's sheet, and of the master data beside it."""
    rules = folder_rules(folder)
    tables, problems = no_tables(), ()
    for path in sorted(folder.glob("*.txt")):
        if path.stem in rules.forms:
            book = workbook(path.read_text("utf-8"), f"master/{path.stem}.xlsx")
            tables[path.stem], found = read_table(book, rules, path.stem, RECEIVED)
            problems += found
    if (folder / SHEET).is_file():
        book = workbook((folder / SHEET).read_text("utf-8"))
        problems += read_document(book, rules, tables, RECEIVED).problems
    return problems


@functools.cache
def folder_rules(folder: Path) -> Rules:
    """The package's rules with those of the folder laid over them."""
    if not (folder / RULES_FOLDER).is_dir():
        return package_rules()
    overlay = {
        path.relative_to(folder / RULES_FOLDER).as_posix(): path.read_text("utf-8")
        for path in (folder / RULES_FOLDER).rglob("*.yaml")
    }
    rules, problems = load_rules([package_layer(), overlay])
    assert rules, problems
    return rules


def play_story(folder: Path, fresh: desk.Desk, scratch: Path, language: Language) -> tuple[Problem, ...]:
    """The problems of the story's last step that tells any."""
    shutil.copytree(fresh.path, scratch / "desk")
    if (folder / RULES_FOLDER).is_dir():
        shutil.copytree(folder / RULES_FOLDER, scratch / "desk" / "rules", dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        stage = Stage(folder, scratch, fresh, language, patch)
        for step in yaml.safe_load((folder / STORY).read_text("utf-8")):
            stage.play(step)
    return stage.told


class Stage:
    """A desk on which a story is played; each verb is a method, `open-elsewhere` the method `open_elsewhere`."""

    def __init__(
        self, folder: Path, scratch: Path, fresh: desk.Desk, language: Language, patch: pytest.MonkeyPatch
    ) -> None:
        self.folder, self.scratch, self.fresh, self.language, self.patch = folder, scratch, fresh, language, patch
        self.rewritten = False  # the desk's settings, so that they must be read anew
        self.desk = scratch / "desk"
        self.told: tuple[Problem, ...] = ()
        self.today = RECEIVED

    def play(self, step: Mapping[str, Given]) -> None:
        """One step: its first key is the verb, further keys say more."""
        (verb, given), *more = step.items()
        act = getattr(self, verb.replace("-", "_"))
        told = act(given, **{key.replace("-", "_"): value for key, value in more})
        self.told = told if told is not None else self.told

    @property
    def opened(self) -> desk.Desk:
        """The desk as the next verb of the program opens it."""
        changed = (self.desk / "desk.yaml").is_file() and not (self.folder / RULES_FOLDER).is_dir()
        as_fresh = changed and not self.rewritten
        return replace(self.fresh, path=self.desk, language=self.language) if as_fresh else self._open()

    def _open(self) -> desk.Desk:
        return desk.open_desk_at(self.desk, self.language)

    # What people and machines do to a desk.

    def drop(self, name: str, into: str = "inbox/order.xlsx") -> None:
        """A workbook of the folder, such as `order.txt`, in the inbox or elsewhere in the desk."""
        self._write(into, xlsx(workbook((self.folder / name).read_text("utf-8"))))

    def write(self, files: Mapping[str, str]) -> None:
        """Text into files of the desk, over what stood there."""
        for name, text in files.items():
            for path in self._find(name):
                self._write(path, text.encode())

    def settings(self, text: str) -> None:
        """The desk's settings anew; `{desk}` stands for its folder."""
        self.rewritten = True
        self._write("desk.yaml", text.replace("{desk}", self.desk.as_posix()).encode())

    def write_gbk(self, files: Mapping[str, str]) -> None:
        """The same in the code page of a Chinese Windows."""
        self.rewritten = True
        for name, text in files.items():
            self._write(name, text.encode("gbk"))

    def append(self, files: Mapping[str, str]) -> None:
        """Text to the end of files."""
        for name, text in files.items():
            for path in self._find(name):
                self._write(path, (self.desk / path).read_bytes() + text.encode())

    def swap(self, name: str, old: str, new: str) -> None:
        """A text in a file for another."""
        for path in self._find(name):
            text = (self.desk / path).read_text("utf-8")
            assert old in text
            self._write(path, text.replace(old, new).encode())

    def make(self, files: Mapping[str, str]) -> None:
        """Files that no text can show, each by its recipe in RECIPES."""
        for name, recipe in files.items():
            self._write(name, RECIPES[recipe]())

    def by_hand(
        self, acts: Iterable[Mapping[str, Given]], meanwhile: Iterable[Given] = (), name: str = "order-tracker.xlsx"
    ) -> None:
        """What a person does in a shared workbook (by_hand.py); `meanwhile` are steps while they have it open."""
        book = openpyxl.load_workbook(self.desk / name)
        self._play_all(meanwhile)
        for act in acts:
            act_on(book, act)
        book.save(self.desk / name)

    def mend(self, name: str, cells: Mapping[str, Given]) -> None:
        """Values into cells of a marked copy, `*` in its name, which goes back into the inbox."""
        (copy,) = self._find(name)
        book = openpyxl.load_workbook(self.desk / copy)
        for cell, value in cells.items():
            book.worksheets[-1][cell].value = value  # behind the list of problems
        book.save(self.desk / "inbox" / "mended.xlsx")

    def sign(self, name: str) -> None:
        """A digital signature into a workbook, as far as it shows."""
        with zipfile.ZipFile(self.desk / name, "a") as archive:
            archive.writestr("_xmlsignatures/origin.sigs", "")

    def delete(self, name: str) -> None:
        """Files away; `*` stands for any name."""
        for path in self._find(name):
            (self.desk / path).unlink()

    def move_desk(self, name: str) -> None:
        """The whole desk to another place."""
        self.desk = self.desk.rename(self.scratch / name)

    def link(self, name: str, to: str) -> None:
        """A folder of the desk is a link to one beside the desk."""
        (self.scratch / to).mkdir()
        if (self.desk / name).exists():
            shutil.rmtree(self.desk / name)
        (self.desk / name).symlink_to(self.scratch / to)
        self.rewritten = True

    def take_away(self, name: str) -> None:
        """A folder with all that lies in it."""
        shutil.rmtree(self.desk / name)

    def misname(self, name: str) -> None:
        """A name in the bytes of GBK, as an old zip unpacked on Linux leaves it."""
        path = self.desk / name
        os.rename(path, os.path.join(os.fsencode(path.parent), "订单.xlsx".encode("gbk")))  # noqa: PTH104, PTH118

    def squat(self, name: str) -> None:
        """Another file where the original of this one will be archived."""
        sha256 = hashlib.sha256((self.desk / name).read_bytes()).hexdigest()
        self._write(archive_path(self.fresh.folders, self.today, Path(name).name, sha256), b"something else")

    def tamper(self, statement: str) -> None:
        """Straight into the ledger's database, past its guards."""
        with sqlite3.connect(self.desk / ".desk/ledger.db") as connection:
            for trigger in ("events_no_update", "events_no_delete", "events_no_replace"):
                connection.execute(f"DROP TRIGGER {trigger}")
            connection.execute(statement)
        connection.close()

    def keep_open(self, name: str) -> None:
        """A file can't be replaced or moved, as Windows has it while Excel holds it; `*` stands for any name."""
        held, replace_path = (self.desk / name).as_posix(), Path.replace

        def refuse(path: Path, target: Path) -> Path:
            if fnmatchcase(Path(target).as_posix(), held):
                raise PermissionError
            return replace_path(path, target)

        self.patch.setattr(Path, "replace", refuse)

    def drive(self, answers: str, at: str) -> None:
        """The drive answers ENOSPC, say, to whoever puts this file there."""
        trouble, place, replace_path = getattr(errno, answers), self.desk / at, Path.replace

        def refuse(path: Path, target: Path) -> Path:
            if Path(target) == place:
                raise OSError(trouble, os.strerror(trouble), str(path), None, str(target))
            return replace_path(path, target)

        self.patch.setattr(Path, "replace", refuse)

    def fail_on(self, name: str) -> None:
        """Reading this workbook hits a bug of ours."""
        read = documents.read_document

        def read_document(workbook: Workbook, *rest: Given) -> Reading:
            if workbook.file == name:
                raise ZeroDivisionError("division by zero")
            return read(workbook, *rest)

        self.patch.setattr(documents, "read_document", read_document)

    def reading(self, ending: str) -> None:
        """Reading a workbook of the inbox ends as bad_reading.py has it."""
        self.patch.setattr(reading, "read_workbook", READINGS[ending])
        self.patch.setattr(desk_run, "open_workers", lambda: Workers(limits=Limits(seconds=0.5)))

    def film(self, path: str) -> None:
        """A file of two gigabytes, which takes no room on the disk."""
        with (self.desk / path).open("wb") as file:
            file.truncate(2_000_000_000)

    def uninstall(self, program: str) -> None:
        """A library or program is not there."""
        if program == "LibreOffice":
            self.patch.setattr(pdf, "find_soffice", lambda: None)
        else:
            self.patch.setitem(sys.modules, program, None)

    def install(self, program: str, script: str) -> None:
        """A shell script that stands in for LibreOffice."""
        assert program == "LibreOffice"
        path = self.scratch / "soffice"
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)
        self.patch.setattr(pdf, "find_soffice", lambda: path)

    # What the program is asked.

    def run(self, as_of: dt.date, pause: Iterable[Given] = (), meanwhile: Iterable[Given] = ()) -> tuple[Problem, ...]:
        """A run; `pause` are steps while it waits for fresh files, `meanwhile` while it plans."""
        self.today = as_of
        options = desk.RunOptions(
            pause=lambda: self._play_all(pause), watch=lambda items: self._watch(items, meanwhile)
        )
        return self._answer(lambda: desk.run_desk_at(self.opened, as_of, options))

    def run_from_excel(self, as_of: dt.date, opened: str, refuses: str) -> tuple[Problem, ...]:
        """A run asked for by an Excel in which a shared workbook is open, and which refuses to change it."""

        class Refusing:
            def copy(self) -> bytes:
                return (folder / opened).read_bytes()

            def change(self, _patch: Given) -> bytes:
                raise OpenBookError(refuses)

        folder = self.desk
        options = desk.RunOptions(pause=lambda: None, open_books={opened: Refusing()})
        return self._answer(lambda: desk.run_desk_at(self.opened, as_of, options))

    def check(self, name: str) -> tuple[Problem, ...]:
        """The problems of one file, which stays where it is."""
        return self._answer(lambda: desk.check_file(self.desk / name, self.fresh.rules, {}, self.today))

    def submit(self, name: str) -> tuple[Problem, ...]:
        """A workbook of the desk, handed in."""
        return self._answer(lambda: desk.submit_workbook(self.opened, self.desk / name, self.today).check)

    def buttons(self, to: str | None, python: str = PYTHON, version: str = "2.0") -> tuple[Problem, ...]:
        """The workbook with the buttons, made by some version for some Python, into the desk or another folder."""
        self.patch.setattr(button_book, "__version__", version)
        folder = self.desk / to if to else None
        return self._answer(
            lambda: desk.install_buttons(self.opened, self.today, folder=folder, interpreter=Path(python))
        )

    def remove_buttons(self, _: object) -> tuple[Problem, ...]:
        """All that was installed, taken away."""
        return self._answer(lambda: desk.remove_buttons(self.opened))

    def check_buttons(
        self, facts: Mapping[str, Given] | None, said: Mapping[str, Given] | None = None, python: str = ""
    ) -> tuple[Problem, ...]:
        """The installation on a machine of which these are the `facts`, where the interpreter `said` this of itself."""
        self.patch.setattr(installation_check, "__version__", "2.0")
        registry = {rf"HKLM\{EXCEL}\InstallRoot\Path": r"C:\Office"}
        machine = MachineFacts(**{"platform": "win32", "registry": registry, **(facts or {})})
        answers = {"is_there": True, "version": (3, 12), "package": "2.0", **(said or {})}
        checks = desk.check_installation(
            self.opened, None, Path(python) if python else None, facts=machine,
            probe=lambda path, _: InterpreterFacts(path, **{**answers, "version": tuple(answers["version"])}),
        )  # fmt: skip
        return self._shorten(problem for one in checks for problem in one.problems)

    def open_paper(self, name: str) -> tuple[Problem, ...]:
        """A paper, opened for the person who asked for it."""
        self.patch.setattr(opening.shutil, "which", lambda _: None)
        return self._answer(lambda: desk.open_paper(self.opened, desk.PaperResult((name,), ())))

    def check_rules(self, _: object) -> tuple[Problem, ...]:
        """The desk's rules, tried on their own examples."""
        return self._answer(lambda: tuple(desk.check_examples(self.opened.rules, self.today)))

    def verify(self, _: object) -> tuple[Problem, ...]:
        """The audit."""
        return self._answer(lambda: desk.verify_desk_at(self.opened))

    def schedule(self, every: str, refusal: str = "") -> tuple[Problem, ...]:
        """The desk into a crontab, on a machine where that program refuses, or is not there."""

        def run(_command: Sequence[str], _given: bytes) -> Finished:
            if not refusal:
                raise FileNotFoundError
            return Finished(1, err=refusal.encode())

        return self._answer(lambda: install_schedule(plan_schedule(self.opened, every, self.today), "cron", run))

    def scheduled_run(self, moment: str, breaks: str = "") -> tuple[Problem, ...]:
        """A run as a scheduler starts it; it may hit a bug of ours that says this."""
        if breaks:

            def fail(*_: Given) -> Given:
                raise ZeroDivisionError(breaks)

            self.patch.setattr(scheduled, "run_desk_at", fail)
        now = dt.datetime.fromisoformat(moment)
        return self._answer(lambda: desk.run_scheduled(self.desk, lambda: now, local=self.scratch / "cache"))

    def verify_runs(self, max_age: str, now: str) -> tuple[Problem, ...]:
        """What monitoring is told of the scheduled runs."""
        allowed = desk.read_age(max_age)
        assert allowed
        return tuple(desk.check_heartbeat(self.desk, allowed, dt.datetime.fromisoformat(now)))

    def restore(self, name: str, force: bool = False) -> tuple[Problem, ...]:
        """A backup of the desk's own put back; `*` stands for any name."""
        (file,) = self._find(name)
        return self._answer(lambda: desk.restore_desk_at(self.desk, self.desk / file, self.language, force=force))

    def rebuild(self, into: str) -> tuple[Problem, ...]:
        """The replay into a new folder."""
        return self._answer(lambda: desk.rebuild_desk_at(self.opened, self.scratch / into)[1])

    def paper(self, order: str, with_pdf: bool = False, kind: str = "contract") -> tuple[Problem, ...]:
        """A paper of an order."""
        return self._answer(lambda: desk.make_paper(self.opened, order, self.today, with_pdf, kind=kind))

    def shipping_list(self, order: str) -> tuple[Problem, ...]:
        """The shipping list that is handed out for an order."""
        return self._answer(lambda: make_shipping_list(self.opened, order, self.today))

    def status(self, order: str) -> tuple[Problem, ...]:
        """Where an order stands."""
        return self._answer(lambda: desk.tell_status(self.opened, order, self.today))

    def digest(self, as_of: dt.date, send: bool = False, owner: str = "") -> tuple[Problem, ...]:
        """The late-order mails; with an owner, theirs as text."""
        if owner:
            return self._answer(lambda: desk.tell_digest(self.opened, as_of, owner))
        return self._answer(lambda: desk.write_digests(self.opened, as_of, send=send))

    def mail(self, plan: Mapping[str, Given] | None, **how: Given) -> tuple[Problem, ...]:
        """A mail that is sent to a server which does what `plan` says; see mail_fault.py."""
        return self._answer(lambda: send_one_mail(self.desk, self.language, plan=plan, **how))

    def why(self, order: str, field: str, line: str = "") -> tuple[Problem, ...]:
        """Where a value came from."""
        opened = self.opened
        return self._answer(lambda: desk.explain(opened, order, field, line, self.today, opened.say))

    def export(self, name: str) -> tuple[Problem, ...]:
        """The order lines into a file."""
        lines = desk.export_lines(self.opened, self.today)
        return self._answer(lambda: desk.write_export(lines, self.desk / name, self.today))

    def close_year(self, year: int, as_of: dt.date) -> tuple[Problem, ...]:
        """The close of a year."""
        return self._answer(lambda: desk.close_year_at(self.opened, year, as_of))

    def adopt(self, file: str, **asked: Given) -> tuple[Problem, ...]:
        """A layout proposed for a workbook of the desk."""
        opened = self.opened
        request = desk.AdoptRequest(**{"form": "order-intake", **asked})
        return self._answer(lambda: desk.adopt_workbook(self.desk / file, opened, request, opened.say))

    def init(self, name: str) -> tuple[Problem, ...]:
        """A new desk."""
        return self._answer(lambda: desk.create_desk(self.desk / name, "en"))

    def edit(self, field: str, order: str, line: str = "1", value: str = "新值") -> tuple[Problem, ...]:
        """An edit as a shared workbook may bring it, where the tracker's own reader lets none through."""
        opened = self.opened
        edits = [Edit(order, line, field, value, Place("order-tracker.xlsx", "Tracker", "N4"))]
        return decide_edits(edits, opened.replay_ledger(), opened.rules, self.today).problems

    def _answer(self, ask: Callable[[], Given]) -> tuple[Problem, ...]:
        try:
            answer = ask()
        except desk.DeskError as failure:
            return self._shorten(failure.problems)
        documents = getattr(answer, "documents", ())
        problems = answer if isinstance(answer, tuple) else getattr(answer, "problems", ())
        return self._shorten((*(one for document in documents for one in document.problems), *problems))

    def _shorten(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Without the folder that the test happens to run in."""
        return tuple(
            replace(
                one,
                place=one.place._replace(file=self._relative(one.place.file)),
                values=tuple((name, self._relative(value)) for name, value in one.values),
            )
            for one in problems
        )

    def _relative(self, text: str) -> str:
        return text.replace(f"{self.scratch}{os.sep}", "").replace(f"{self.scratch.as_posix()}/", "")

    def _play_all(self, steps: Iterable[Given]) -> None:
        for step in steps:
            self.play(step)

    def _watch(self, items: Iterable[Given], steps: Iterable[Given]) -> Iterable[Given]:
        self._play_all(steps)
        return items

    def _find(self, name: str) -> list[str]:
        """The desk's files of a name with `*` in it, or the name itself."""
        if "*" not in name:
            return [name]
        found = [path.relative_to(self.desk).as_posix() for path in self.desk.glob(name) if path.is_file()]
        assert found, name
        return found

    def _write(self, name: str, content: bytes) -> None:
        path = self.desk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def misspelt_template() -> bytes:
    """A contract that asks for something we don't have."""
    document = WordDocument()
    document.add_paragraph("需方：{{ custmer.name }}")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def owner_file() -> bytes:
    """What Excel lays beside a workbook that 李雯 has open."""
    name = "李雯"
    return bytes([len(name)]) + name.encode("gbk").ljust(54, b"\0") + bytes([len(name), 0]) + name.encode("utf-16-le")


RECIPES: Mapping[str, Callable[[], bytes]] = {
    **damaged_books.RECIPES,
    "misspelt-template": misspelt_template,
    "owner-file": owner_file,
}
