"""The Excel buttons: check, clear, submit, status, refresh, contract, delivery note. Thin: the desk does the work.

The macros of the workbook with the buttons start this as `python -m xltools.buttons VERB --desk=DESK` and wait; what
the person is to know they are told in Excel, in its language. Only what kept Excel itself from being found ends with an
exit code other than 0, since then nobody could be told here.
"""

import datetime as dt
import gc
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xltools import desk
from xltools.core.patch import OpenBookError
from xltools.edge.button_log import keep_trouble
from xltools.edge.open_excel import OpenExcel, called_excel
from xltools.edge.open_workbook import OpenWorkbook

NOT_STARTED = 3  # exit code: no Excel to talk to
_MOST_REASONS = 3  # in a message; the list has them all
_MOST_STEPS = 20  # of the progress in the status bar


class _RefusedError(Exception):
    """The button can't do it now; the words say why and what to do."""


@dataclass(frozen=True)
class Press:
    """A button that was pressed: in which Excel, for which desk, when."""

    excel: OpenExcel
    folder: Path
    now: dt.datetime

    @cached_property
    def language(self) -> "desk.Language":
        """The language that the person's Excel speaks."""
        return self.excel.language

    @cached_property
    def opened(self) -> "desk.Desk":
        """The desk, which speaks that language."""
        return desk.open_desk_at(self.folder, self.language, quickly=True)

    @cached_property
    def today(self) -> dt.date:
        """The day at the desk."""
        return desk.local_today(self.opened.rules, self.now)

    @cached_property
    def writer(self) -> "desk.ProblemWriter":
        """Puts problems into words."""
        return desk.ProblemWriter(self.opened.catalogue, self.language, self.opened.rules)

    def say(self, code: str, /, **blanks: object) -> str:
        """Words of the catalogue."""
        return desk.load_messages(quickly=True).words(code, self.language, **blanks)

    def target(self) -> OpenWorkbook:
        """The workbook that is meant: the one that was in front before the buttons."""
        found = self.excel.find_target()
        if found is None:
            raise _RefusedError(
                self.say("ui-button-protected" if self.excel.has_protected_view else "ui-button-no-book")
            )
        return found

    def named_order(self) -> str:
        """The number of the order that is selected, or that the person types."""
        ledger = self.opened.replay_ledger()
        book = self.excel.find_target()
        selected = book.selected() if book else None
        order = desk.find_named_order(ledger, [selected.first, *selected.row]) if selected else None
        if order is None:
            typed = self.excel.ask(self.say("ui-button-which-order"), self.say("ui-button-title"))
            if not typed:
                raise _RefusedError("")
            order = desk.find_named_order(ledger, [typed])
            if order is None:
                raise _RefusedError(self.say("ui-button-order-unknown", order=typed))
        return order.number

    def tell(self, words: str, *, is_alarm: bool = False) -> None:
        """A message, unless there is nothing to say."""
        if words:
            self.excel.tell(words, self.say("ui-button-title"), is_alarm=is_alarm)


def check(press: Press) -> None:
    """检查: what is wrong with the workbook in front, saved or not: coloured, noted, and listed."""
    book = press.target()
    _refuse_shared(press, book)
    with press.excel.quietly():
        _mark(press, book, _check(press, book))


def clear(press: Press) -> None:
    """清除标记: takes all marks off again."""
    book = press.target()
    with press.excel.quietly():
        book.unmark(desk.RETURN_PROPERTY)
    press.excel.show_progress("")


def submit(press: Press) -> None:
    """提交: checks the workbook, and puts a copy of it into the inbox; refuses where it has errors."""
    book = press.target()
    _refuse_shared(press, book)
    with press.excel.quietly():
        book.unmark(desk.RETURN_PROPERTY)
        found = _check(press, book)
        if found.errors:
            _mark(press, book, found)
    if found.errors:
        _refuse(press, book.name, found.errors)
        return
    press.excel.show_progress("")
    with tempfile.TemporaryDirectory(prefix="xltools-submit-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "copy.xlsx"
        copy.write_bytes(found.content)
        name = book.name if book.path else f"{book.name}.xlsx"
        submitted = desk.submit_workbook(press.opened, copy, press.today, name=name)
    if not submitted.file:
        _refuse(press, book.name, press.writer.write_all(one for one in submitted.check.problems if one.is_error))
        return
    code = "ui-button-submitted" if submitted.is_new else "ui-button-submitted-again"
    press.tell(press.say(code, file=submitted.file, warnings=len(found.problems)))


def status(press: Press) -> None:
    """查询: the story of the selected order, on the sheet that is made for it."""
    number = press.named_order()
    report = desk.tell_status(press.opened, number, press.today)
    lines = desk.status_lines(report, press.opened.rules, press.language, press.say)
    with press.excel.quietly():
        names = desk.STATUS_NAMES
        title = press.say("ui-button-status-title", order=number, as_of=press.today)
        press.excel.show_list(names.block, [(line,) for line in lines], {names.title: title})


def refresh(press: Press) -> None:
    """刷新总表: a run; shared workbooks that are open in this Excel are changed where they are open."""
    opened = {
        file: book
        for file, path in desk.list_shared_files(press.opened).items()
        if (book := press.excel.find_open(path)) is not None
    }
    with press.excel.quietly():
        options = desk.RunOptions(watch=_show_progress(press), open_books=opened)
        result = desk.run_desk_at(press.opened, press.today, options)
    press.excel.show_progress("")
    words = "\n".join(desk.tell_run(result, press.writer, press.say))
    press.tell(words, is_alarm=bool(result.exit_code))


def contract(press: Press) -> None:
    """合同: the sales contract of the selected order."""
    _make_paper(press, "contract")


def deliver(press: Press) -> None:
    """送货单: the latest delivery note of the selected order."""
    _make_paper(press, "delivery-note")


VERBS: Mapping[str, Callable[[Press], None]] = {
    "check": check,
    "clear": clear,
    "submit": submit,
    "status": status,
    "refresh": refresh,
    "contract": contract,
    "delivery-note": deliver,
}


@dataclass(frozen=True)
class _Checked:
    """A check: the problems in words, the merged blocks of the sheets, the file that the workbook would be saved as."""

    problems: Sequence[dict[str, Any]]
    merges: Mapping[str, Any]
    content: bytes

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What must be mended."""
        return [problem for problem in self.problems if problem["severity"] == "error"]


def _check(press: Press, book: OpenWorkbook) -> _Checked:
    content = book.copy()
    tables = desk.desk_tables(press.opened, press.today)
    found, merges = desk.check_open_workbook(book.name, book.path, content, press.opened.rules, tables, press.today)
    return _Checked(press.writer.write_all(found.problems), merges, content)


def _mark(press: Press, book: OpenWorkbook, found: _Checked) -> None:
    """Marks anew what a check has found, and lists it; the status bar has the count."""
    written = found.problems
    book.unmark(desk.RETURN_PROPERTY)
    unmarked = book.mark(desk.gather_marks(written, press.say, found.merges))
    names, count = desk.PROBLEM_NAMES, desk.tell_check_count(written, press.say)
    if unmarked:
        count = f"{count} {press.say('ui-button-not-marked', sheets=', '.join(unmarked))}"
    rows = desk.list_problems(written, press.say)
    press.excel.show_list(names.block, rows, {names.title: count, names.book: book.name})
    press.excel.show_progress(f"{book.name}: {count}")


def _refuse(press: Press, file: str, errors: Sequence[Mapping[str, Any]]) -> None:
    reasons = [_reason(press, one) for one in errors[:_MOST_REASONS]]
    more = [press.say("ui-button-more", count=len(errors) - _MOST_REASONS)] if len(errors) > _MOST_REASONS else []
    head = press.say("ui-button-refused", file=file, count=len(errors))
    press.tell("\n\n".join([head, *reasons, *more]), is_alarm=True)


def _refuse_shared(press: Press, book: OpenWorkbook) -> None:
    """The tracker and its like are no forms: what people do there is taken by a run."""
    folders = press.opened.folders
    if book.name not in {folders.tracker, folders.prices, folders.review_list}:
        return
    for file, path in desk.list_shared_files(press.opened).items():
        if book.is_file(path):
            raise _RefusedError(press.say("ui-button-shared", file=file))


def _make_paper(press: Press, kind: str) -> None:
    made = desk.make_paper(press.opened, press.named_order(), press.today, kind=kind)
    made = desk.open_paper(press.opened, made)
    if made.problems:
        words = "\n\n".join(_reason(press, one) for one in press.writer.write_all(made.problems))
        press.tell(words, is_alarm=not made.files)


def _reason(press: Press, problem: Mapping[str, Any]) -> str:
    """A problem as a message tells it: where, what, and what to do."""
    place = " ".join(filter(None, (problem["sheet"], problem["cell"])))
    what = press.say("ui-button-reason", place=place, message=problem["message"]) if place else problem["message"]
    return f"{what}\n→ {problem['hint']}" if problem["hint"] else what


def _show_progress(press: Press) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """A way through things that shows in the status bar how far it is: a few times, each is a call to Excel."""

    def watch(items: Sequence[Any]) -> Iterable[Any]:
        step = max(len(items) // _MOST_STEPS, 1)
        for number, item in enumerate(items, start=1):
            if number % step == 0:
                press.excel.show_progress(press.say("ui-button-progress", number=number, count=len(items)))
            yield item

    return watch


def run_button(verb: str, excel: OpenExcel, folder: Path, now: dt.datetime) -> None:
    """Does what a button stands for, and tells the person what kept it from being done; never raises."""
    press = Press(excel, folder, now)
    try:
        VERBS[verb](press)
    except _RefusedError as refused:
        press.tell(str(refused))
    except desk.DeskError as failure:
        press.tell("\n".join(desk.tell_problems(failure.problems, _plain_writer(press))), is_alarm=True)
    except OpenBookError as trouble:
        keep_trouble(folder, now)
        press.tell(press.say("ui-button-excel-refused", reason=press.say(trouble.reason)), is_alarm=True)
    except OSError as trouble:
        log = keep_trouble(folder, now)
        words = press.say("ui-button-desk-away", folder=folder, reason=trouble.strerror or trouble, log=log)
        press.tell(words, is_alarm=True)
    except Exception:
        press.tell(press.say("ui-button-our-error", log=keep_trouble(folder, now)), is_alarm=True)


def _plain_writer(press: Press) -> "desk.ProblemWriter":
    """Words for problems of a desk that may not even open."""
    return desk.ProblemWriter(desk.load_messages(quickly=True), press.language)


def main(arguments: Sequence[str] | None = None) -> int:
    """A button's process: the verb, `--desk=FOLDER`, and what tells the Excel (see xlwings.Book.caller)."""
    gc.disable()  # this process does one thing and ends: to free its memory takes longer than to check a workbook
    given = sys.argv[1:] if arguments is None else arguments
    folder = next((Path(one.partition("=")[2]) for one in given if one.startswith("--desk=")), Path())
    now = dt.datetime.now(dt.UTC)
    try:
        excel = called_excel()
    except Exception:
        keep_trouble(folder, now)
        return NOT_STARTED
    run_button(given[0], excel, folder, now)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
