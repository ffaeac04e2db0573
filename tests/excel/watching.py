"""What tests ask of an Excel that macros can't: what it said, how often it was asked. The same for both Excels."""

import os
import sys
from collections import deque
from contextlib import contextmanager
from types import SimpleNamespace

import engine
import xlwings as xw

from xltools.edge.open_excel import OpenExcel

REAL = sys.platform == "win32" and os.environ.get("XLTOOLS_EXCEL") == "1"
ComError = __import__("pywintypes").com_error if REAL else engine.ComError
_said: dict[int, list[tuple]] = {}
_answers: dict[int, deque] = {}
_typed: dict[int, deque] = {}
_alert, _ask = xw.App.alert, OpenExcel.ask


def start() -> xw.App:
    """An Excel without books."""
    if not REAL:
        return engine.start_excel()
    app = xw.App(visible=False, add_book=False)
    _said[app.pid], _answers[app.pid], _typed[app.pid] = [], deque(), deque()
    xw.App.alert = _recorded
    OpenExcel.ask = _asked
    return app


def stop(app: xw.App) -> None:
    """End it, whatever is still open in it."""
    if not REAL:
        engine.stop_excel()
        return
    xw.App.alert = _alert
    OpenExcel.ask = _ask
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller
    for book in list(app.books):
        book.close()
    app.quit()


def _recorded(app, prompt, title=None, buttons="ok", mode=None, callback=None):  # noqa: ARG001 - xlwings' signature
    _said[app.pid].append((prompt, title or "", buttons or "ok", mode))
    return _answers[app.pid].popleft() if _answers[app.pid] else "ok"


def _asked(excel, words, title):  # noqa: ARG001 - nobody reads it here
    typed = _typed[excel.app.pid].popleft() if _typed[excel.app.pid] else False
    return typed or ""


def alerts(app) -> list[tuple]:
    """Each message box so far: (prompt, title, buttons, mode)."""
    return list(_said[app.pid] if REAL else app.impl.xl.alerts)


def answer_next(app, *answers) -> None:
    """What the person will press in the next message boxes: ok, cancel, yes or no; ok where nothing is said."""
    (_answers[app.pid] if REAL else app.impl.xl.answers).extend(answers)


def type_next(app, *typed) -> None:
    """What the person will type into the next input boxes; False presses Cancel, as they do where nothing is said."""
    (_typed[app.pid] if REAL else app.impl.xl.typed).extend(typed)


def status_bars(app) -> list | None:
    """Every value that the status bar was given; None where Excel can't tell."""
    return None if REAL else list(app.impl.xl.status_bars)


def followed(app) -> list | None:
    """The addresses that were opened with FollowHyperlink; None where Excel can't tell."""
    return None if REAL else list(app.impl.xl.followed)


@contextmanager
def count_calls(app):
    """The round trips that the block makes: .total and .by_name, both None where they can't be counted."""
    if REAL:
        yield SimpleNamespace(total=None, by_name=None)
        return
    with engine.count_calls(app) as counted:
        yield counted


def set_language(app, language: int) -> bool:
    """Let Excel speak that language (2052 Chinese, 1033 English); False where it speaks its own."""
    if not REAL:
        app.impl.xl.language = language
    return not REAL


def set_threaded_comment(cell: xw.Range, text: str) -> None:
    """A threaded comment, as people add them today."""
    if REAL:
        cell.add_comment(text)
    else:
        cell.sheet.api.threads[cell.row, cell.column] = text


def set_result(cell: xw.Range, value) -> None:
    """What a formula comes to, where the Excel for tests can't calculate it."""
    if not REAL:
        cell.sheet.api.results[cell.row, cell.column] = value
