"""The tables of the shared workbooks as they are wanted: what each is made from, and by which report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xltools.core.text import Language
from xltools.desk.assessing import Assessment
from xltools.desk.inputs import RunInputs
from xltools.desk.shared_workbooks import SharedWorkbook
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import TRACKER_TABLE
from xltools.ledger.replay import Ledger
from xltools.ledger.review import ReviewTask
from xltools.ledger.review_lists import list_department_tasks
from xltools.ledger.standing import is_in_tracker
from xltools.reports.changes import build_changes
from xltools.reports.dashboard import build_dashboard
from xltools.reports.lines import AssessedLine
from xltools.reports.prices import PRICES_TABLE, build_prices
from xltools.reports.review_list import REVIEW_TABLE, build_review_list
from xltools.reports.table import SheetTable
from xltools.reports.to_resolve import build_to_resolve
from xltools.reports.today import build_today
from xltools.reports.tracker import build_tracker


@dataclass(frozen=True)
class WantedTables:
    """What the tables are made from; what several of them need is worked out once."""

    inputs: RunInputs
    ledger: Ledger
    assessment: Assessment
    say: Say

    @property
    def rules(self) -> Rules:
        """The desk's rules."""
        return self.inputs.rules

    @property
    def language(self) -> Language:
        """The desk's language."""
        return self.inputs.rules.settings.language

    @cached_property
    def tasks(self) -> Mapping[str, Sequence[ReviewTask]]:
        """What stands on the review lists, by department."""
        return list_department_tasks(self.ledger, self.rules)

    @cached_property
    def lines(self) -> list[AssessedLine]:
        """The lines that have a row."""
        closed = self.ledger.closed_year
        return [one for one in self.assessment.lines if is_in_tracker(one.line, closed, self.rules)]


def _build_tracker_tables(_: SharedWorkbook, wanted: WantedTables) -> tuple[SheetTable, ...]:
    rules, language, say, as_of = wanted.rules, wanted.language, wanted.say, wanted.inputs.as_of
    ledger, assessment, lines = wanted.ledger, wanted.assessment, wanted.lines
    archived = {one.sha256: one.archived for one in ledger.accepted.values()}
    return (
        build_tracker(lines, rules, as_of, language, say, archived),
        build_today(lines, rules, assessment.calendar, language, say, as_of),
        build_to_resolve(ledger, rules, language, say, as_of),
        build_changes(ledger.orders.values(), rules, language, say),
        *build_dashboard(assessment.lines, rules, as_of, language, say),
    )


def _build_price_tables(_: SharedWorkbook, wanted: WantedTables) -> tuple[SheetTable, ...]:
    return (build_prices(wanted.lines, wanted.rules, wanted.language, wanted.say),)


def _build_review_tables(book: SharedWorkbook, wanted: WantedTables) -> tuple[SheetTable, ...]:
    rules, ledger = wanted.rules, wanted.ledger
    tasks = wanted.tasks.get(book.kind.department, ())
    calendar, as_of = wanted.assessment.calendar, wanted.inputs.as_of
    return (build_review_list(tasks, ledger.orders, rules, calendar, wanted.language, wanted.say, as_of),)


def build_tables(book: SharedWorkbook, wanted: WantedTables) -> tuple[SheetTable, ...]:
    """The tables of a shared workbook, that of its rows by key first."""
    return _BUILDERS[book.main_table](book, wanted)


_BUILDERS: Mapping[str, Callable[[SharedWorkbook, WantedTables], tuple[SheetTable, ...]]] = {
    TRACKER_TABLE: _build_tracker_tables,
    PRICES_TABLE: _build_price_tables,
    REVIEW_TABLE: _build_review_tables,
}
