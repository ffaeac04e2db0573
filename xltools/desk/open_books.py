"""Shared workbooks that are open in the program that asks for a run: changed where they are open, cell by cell."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from xltools.core.patch import BookPatch, OpenBookError
from xltools.core.place import Place
from xltools.core.plan import Plan
from xltools.core.problem import Problem, warning
from xltools.desk.session import Desk
from xltools.desk.tracker import OpenPatch
from xltools.edge.journal import carry_out


class OpenBook(Protocol):
    """A workbook that is open in another program, which lets us look at it and change it there."""

    def copy(self) -> bytes:
        """The file that it would be saved as now; OpenBookError where the program gives none."""

    def change(self, patch: BookPatch) -> bytes:
        """Make the changes, save the workbook, and give the saved file; OpenBookError where that fails midway."""


def copy_open_books(books: Mapping[str, OpenBook]) -> dict[str, bytes]:
    """What the workbooks would be saved as now, by their file; one that can't be copied is like one open elsewhere."""
    copies = {}
    for file, book in books.items():
        with suppress(OpenBookError):
            copies[file] = book.copy()
    return copies


def change_open_books(
    desk: Desk, changes: Sequence[OpenPatch], books: Mapping[str, OpenBook], step: Callable[[str], None]
) -> tuple[Problem, ...]:
    """Makes the changes of a run in the workbooks that are open, once all else of it is done.

    One that could not be changed is told (open-workbook-not-changed): it still says which writing it is, so that the
    next run goes on from what stands in it. `step` is called before each act, as by `carry_out`.
    """
    problems: tuple[Problem, ...] = ()
    for one in changes:
        file = one.patch.file
        try:
            saved = books[file].change(one.patch)
        except OpenBookError as trouble:
            problems += (warning("open-workbook-not-changed", Place(file), reason=trouble.reason),)
            continue
        problems += carry_out(Plan(one.settle(hashlib.sha256(saved).hexdigest())), desk.path, desk.store, step)
    return problems
