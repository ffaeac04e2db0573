"""The status of an order on one screen, or in few words for a chat."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from xltools.core.codec import plain_decimal
from xltools.core.order import Change, HistoryEntry
from xltools.core.text import Language, Text
from xltools.forms.drawing import display_width
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import displaced_by
from xltools.reports.history import HistoryWriter, change_words, paper_label
from xltools.reports.lines import AssessedLine
from xltools.reports.overdue import Overdue, find_overdue
from xltools.reports.people import awaited_text
from xltools.reports.screen import cut_to_width, normalize_line, pad_to_width, wrap_to_width
from xltools.reports.status import NoteShipped, StatusReport
from xltools.reports.wording import labels_text, plain_text, stage_text

WIDTH, HEIGHT = 100, 40  # columns and lines of a screen
_LABEL = 11  # columns
_LEAST_HISTORY = 5
_MARKS = {
    "done": "√",
    "here": "→",
    "ahead": "○",
    "not-asked": "-",
}  # all of them are in the code page of a Chinese Windows
_DOCUMENT_WAITING = "document-waiting"


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading, its lines, and how many of them a screen has room for."""

    label: str
    lines: Sequence[str]
    most: int


def status_lines(
    report: StatusReport, rules: Rules, language: Language, say: Say, all_lines: bool = False
) -> Iterator[str]:
    """The status as text, at most 40 lines of 100 columns; with `all_lines` nothing is left out, however long.

    A long history is cut in the middle: how the order began, and what happened last.
    """
    writer = _StatusWriter(report, rules, language, say)
    sections = tuple(writer.sections())
    told = [
        line
        for section in (sections if all_lines else _fit_sections(sections))
        for line in _draw(section, say, all_lines)
    ]
    yield cut_to_width(writer.title(), WIDTH)
    yield from told
    history = [writer.history_line(entry) for entry in report.order.history]
    room = max(HEIGHT - 1 - len(told), _LEAST_HISTORY)
    if not all_lines and len(history) > room:
        first = max(room // 3, 1)
        last = room - first - 1
        left_out = say("ui-status-left-out", count=len(history) - first - last)
        history = [*history[:first], left_out, *history[len(history) - last :]]
    yield from _draw(_Section(say("ui-status-history"), history, len(history)), say, all_lines)


def status_chat(report: StatusReport, rules: Rules, language: Language, say: Say) -> Iterator[str]:
    """The status in few short lines for a chat: the stage, what is awaited, changes, lines, what happened last."""
    writer = _StatusWriter(report, rules, language, say)
    order = report.order
    yield normalize_line(writer.title())
    yield normalize_line(say("ui-status-stage", stage=stage_text(report.standing.stage, rules, language)))
    for section in (writer.state(), writer.awaited(), writer.changes(), writer.documents()):
        yield from (f"{section.label}{_colon(language)}{normalize_line(line)}" for line in section.lines)
    yield from (normalize_line(line) for line in writer.lines().lines)
    for entry in order.history[-3:]:
        yield normalize_line(f"{entry.when:%m-%d} {writer.writer.write(entry)}")


def _fit_sections(sections: Sequence[_Section]) -> Sequence[_Section]:
    """The sections with as few lines as leave room for some history: the longest give way first."""
    shown = [min(len(one.lines), one.most) for one in sections]
    while sum(shown) > HEIGHT - 1 - _LEAST_HISTORY:
        longest = shown.index(max(shown))
        shown[longest] -= 1
    return [replace(one, most=most) for one, most in zip(sections, shown, strict=True)]


def _colon(language: Language) -> str:
    return "：" if language == "zh" else ": "


def _draw(section: _Section, say: Say, all_lines: bool) -> Iterator[str]:
    """A section with its label beside its first line."""
    shown = list(section.lines)
    if not all_lines and len(shown) > section.most:
        left_out = say("ui-status-left-out", count=len(shown) - section.most + 1)
        shown = [*shown[: section.most - 1], left_out]
    for label, line in zip_longest([section.label][: len(shown)], shown, fillvalue=""):
        beside = (
            f"{pad_to_width(label, _LABEL)}{normalize_line(line) if all_lines else cut_to_width(line, WIDTH - _LABEL)}"
        )
        yield beside.rstrip()


@dataclass(frozen=True, slots=True)
class _StatusWriter:
    """What every part of the screen is written with."""

    report: StatusReport
    rules: Rules
    language: Language
    say: Say

    @property
    def writer(self) -> HistoryWriter:
        """Puts events into words."""
        return HistoryWriter(self.report.order, self.rules, self.language, self.say)

    def title(self) -> str:
        """Number, revision, customer, PO, owner, and the day."""
        order = self.report.order
        return self.say(
            "ui-status-title",
            order=order.number,
            revision=order.revision,
            customer=order.text("customer"),
            po=order.text("customer_po") or "-",
            owner=order.text("owner") or self.say("ui-unassigned"),
            as_of=self.report.as_of.isoformat(),
        )

    def sections(self) -> Iterator[_Section]:
        """All sections that have something to say, the history aside."""
        parts = (
            self.stages(),
            self.state(),
            self.awaited(),
            self.missing(),
            self.changes(),
            self.documents(),
            self.overrides(),
            self.lines(),
            self.shipped(),
            self.payments(),
            self.papers(),
            self.untracked(),
        )
        return (part for part in parts if part.lines)

    def stages(self) -> _Section:
        """The way of the order: what it has passed and when, where it is, what lies ahead."""
        separator = "  "
        lines = [""]
        for one in self.report.stages:
            when = f" {one.when:%m-%d}" if one.when else ""
            piece = f"{_MARKS[one.mark]}{stage_text(one.name, self.rules, self.language)}{when}"
            if lines[-1] and display_width(lines[-1] + separator + piece) > WIDTH - _LABEL:
                lines.append("")
            lines[-1] += f"{separator}{piece}" if lines[-1] else piece
        return _Section(self.say("ui-status-stages"), lines if self.report.stages else [], 5)

    def state(self) -> _Section:
        """That the order is held, declined or cancelled, and why; the rush orders that go before it."""
        standing = self.report.standing
        words = self.say(f"ui-state-{standing.state}") if standing.state else ""
        if words and standing.reason:
            words = self.say("ui-state-reason", state=words, reason=standing.reason)
        rush = dict.fromkeys(by for by, _ in displaced_by(self.report.order))
        displaced = self.say("ui-displaced", orders=self.say("ui-name-separator").join(rush)) if rush else ""
        return _Section(self.say("ui-status-state"), [line for line in (words, displaced) if line], 2)

    def awaited(self) -> _Section:
        """Who owes what, the overdue first: what is said of a gate by an overdue task is not said twice."""
        overdue = self.report.overdue
        waiting = [*self.report.standing.waiting, *self.report.pending]
        lines = [self._overdue_line(tasks) for tasks in _same_tasks(overdue)]
        gates: dict[tuple[Text, dt.date], list[str]] = {}
        for gate in waiting:
            if not find_overdue(gate, overdue):
                gates.setdefault((gate.what, gate.since), []).append(self._whom(gate.whom))
        lines += [self._waiting_line(whom, what, since) for (what, since), whom in gates.items()]
        wrapped = [part for line in lines for part in wrap_to_width(line, WIDTH - _LABEL)]
        return _Section(self.say("ui-status-waiting"), wrapped, 7)

    def _overdue_line(self, tasks: Sequence[Overdue]) -> str:
        first = tasks[0]
        numbers = dict.fromkeys(task.line for task in tasks if task.line)
        lines = f" {self._lines_words(numbers)}" if numbers and len(numbers) < len(self.report.lines) else ""
        whom = dict.fromkeys(self._whom(task.whom, task.name) for task in tasks)
        words = self._waiting_line(tuple(whom), first.what, first.since, lines)
        return self.say("ui-status-overdue", waiting=words, days=first.days)

    def _waiting_line(self, whom: Sequence[str], what: Text, since: dt.date, lines: str = "") -> str:
        separator = self.say("ui-name-separator")
        words = f"{what.in_language(self.language)}{lines}"
        return self.say("ui-waiting", whom=separator.join(whom), since=since.isoformat(), what=words)

    def _lines_words(self, numbers: Iterable[str]) -> str:
        return self.say("ui-history-line", line=self.say("ui-name-separator").join(numbers))

    def _whom(self, whom: str, name: str = "") -> str:
        report = self.report
        return awaited_text(whom, report.order, self.rules, report.people, self.language, self.say, name)

    def missing(self) -> _Section:
        """The fields that the next stage needs, the order's own and each line's."""
        of_lines: dict[tuple[str, ...], list[str]] = {}
        for number, names in self.report.standing.missing.items():
            of_lines.setdefault(names, []).append(number)
        lines = []
        for names, numbers in of_lines.items():
            labels = labels_text(names, self.rules, self.language)
            lines.append(f"{self._lines_words(numbers)} {labels}" if numbers[0] else labels)
        return _Section(self.say("ui-status-missing-label"), lines, 3)

    def untracked(self) -> _Section:
        """The gates that no installed form can open."""
        words = {
            gate.name: gate.what.text.in_language(self.language)
            for one in self.rules.workflow.stages
            for gate in one.gates
        }
        names = [words.get(gate, gate) for gate in self.report.standing.untracked]
        line = self.say("ui-list-separator").join(names)
        return _Section(self.say("ui-status-untracked"), list(wrap_to_width(line, WIDTH - _LABEL)) if names else [], 2)

    def changes(self) -> _Section:
        """The change notices that are open."""
        lines = [self._change_line(change) for change in self.report.order.open_changes]
        wrapped = [part for line in lines for part in wrap_to_width(line, WIDTH - _LABEL)]
        return _Section(self.say("ui-status-changes"), wrapped, 4)

    def _change_line(self, change: Change) -> str:
        words = self.say("ui-list-separator").join(change_words(change, self.rules, self.language, self.say))
        return self.say(
            "ui-status-change",
            change=change.number,
            state=self.say(f"ui-change-{change.state}"),
            since=change.since.isoformat(),
            words=words,
        )

    def documents(self) -> _Section:
        """Documents that wait for a gate, and questions that nobody has answered."""
        lines = []
        for item in self.report.items:
            waits = item.kind == _DOCUMENT_WAITING
            words = item.kept if waits else self.say(f"ui-item-{item.kind}")
            lines.append(self.say("ui-status-document", item=item.id, typed=item.typed or "-", words=words))
        return _Section(self.say("ui-status-documents"), lines, 3)

    def overrides(self) -> _Section:
        """What let the order pass shut gates: who, why, until when."""
        gates = {gate.name: gate for stage in self.rules.workflow.stages for gate in stage.gates}
        lines = []
        for name, said in self.report.standing.overrides:
            what = gates[name].what.text.in_language(self.language) if name in gates else name
            until = plain_text(said.get("valid_until")) or "-"
            lines.append(
                self.say("ui-status-override", what=what, name=said.by or "-", reason=said.text("reason"), until=until)
            )
        return _Section(self.say("ui-status-overrides"), lines, 2)

    def lines(self) -> _Section:
        """The order lines: ordered, shipped, open, due."""
        return _Section(self.say("ui-status-lines"), [self._order_line(one) for one in self.report.lines], 8)

    def _order_line(self, assessed: AssessedLine) -> str:
        line, status = assessed.line, assessed.status
        due = status.due.isoformat() if status.due else self.say("ui-warning-no-date")
        return self.say(
            "ui-status-line",
            line=line.number,
            product=cut_to_width(
                f"{line.text('product') or line.text('product_code')} {line.text('specification')}", 32
            ),
            quantity=plain_decimal(line.quantity),
            shipped=plain_decimal(line.shipped),
            open=plain_decimal(status.open_quantity),
            unit=line.text("unit"),
            due=due,
            words=self._due_words(assessed),
        )

    def _due_words(self, assessed: AssessedLine) -> str:
        status = assessed.status
        if assessed.line.cancelled:
            return self.say("ui-state-cancelled")
        if not status.is_open:
            return self.say("ui-warning-done")
        if status.late:
            return self.say("ui-warning-late", days=status.days_late)
        if status.at_risk:
            return self.say("ui-warning-at-risk")
        return self.say("ui-status-promised" if status.promised else "ui-status-unpromised")

    def shipped(self) -> _Section:
        """What left on which delivery note, and who signed for it."""
        return _Section(self.say("ui-status-shipped"), [self._shipped_line(one) for one in self.report.shipped], 5)

    def _shipped_line(self, one: NoteShipped) -> str:
        parts = [
            f"{self.say('ui-history-line', line=line)} {plain_decimal(quantity)}"
            for line, quantity in one.quantities.items()
        ]
        words = f"{one.date.isoformat()}  {one.delivery_note or '-'}  {self.say('ui-list-separator').join(parts)}"
        for receipt in one.receipts:
            received = plain_text(receipt.get("received_quantity"))
            counted = f" {received}" if received else ""
            when = plain_text(receipt.get("date")) or receipt.when.isoformat()
            words += self.say(
                "ui-status-receipt", when=when, name=receipt.by or receipt.text("received_by"), counted=counted
            )
        return words

    def payments(self) -> _Section:
        """What has been paid."""
        lines = [
            f"{one.date.isoformat()}  {one.amount:,.2f} {one.currency}  {one.statement.by}"
            for one in self.report.payments
        ]
        return _Section(self.say("ui-status-payments"), lines, 4)

    def papers(self) -> _Section:
        """The papers: those in force first, then those that are void, marked."""
        lines = []
        for paper in sorted(self.report.order.papers, key=lambda paper: paper.voided is not None):
            kind = paper_label(paper.kind, self.rules, self.language, self.say)
            void = self.say("ui-status-void", when=paper.voided.isoformat()) if paper.voided else ""
            name = paper.file.rpartition("/")[2]
            lines.append(f"{paper.when.isoformat()}  {kind} {paper.number} r{paper.revision}{void}  {name}")
        return _Section(self.say("ui-status-papers"), lines, 6)

    def history_line(self, entry: HistoryEntry) -> str:
        """An event in words, who said so, and the cell that says it."""
        place = " ".join(filter(None, (entry.place.file.rpartition("/")[2], entry.place.cell)))
        return "  ".join(part for part in (entry.when.isoformat(), self.writer.write(entry), entry.by, place) if part)


def _same_tasks(overdue: Iterable[Overdue]) -> Iterator[tuple[Overdue, ...]]:
    """Tasks that differ in nothing but their line and whom they wait for, together."""
    groups: dict[tuple[object, ...], list[Overdue]] = {}
    for task in overdue:
        groups.setdefault((task.kind, task.what, task.since, task.due, task.condition), []).append(task)
    return (tuple(tasks) for tasks in groups.values())
