"""The marks on the cells that problems name, in a returned copy and in a workbook that is open."""

from collections.abc import Mapping, Sequence
from typing import Any

from xltools.core.patch import Mark
from xltools.core.place import cell_position
from xltools.core.sheet import Range
from xltools.forms.messages import Say


def gather_marks(
    problems: Sequence[Mapping[str, Any]], say: Say, merges: Mapping[str, Sequence[Range]] | None = None
) -> dict[str, list[Mark]]:
    """A mark, by sheet, for each cell that a problem in its JSON shape names; several problems of a cell share one.

    With the `merges` of the sheets, what is said of a cell under a merge is said of the first cell of that.
    """
    cells: dict[tuple[str, tuple[int, int]], list[Mapping[str, Any]]] = {}
    for problem in problems:
        if problem["sheet"] and problem["cell"]:
            cell = cell_position(problem["cell"])
            blocks = (one for one in (merges or {}).get(problem["sheet"], ()) if one.holds(*cell))
            first = next(((one.top, one.left) for one in blocks), cell)
            cells.setdefault((problem["sheet"], first), []).append(problem)
    marks: dict[str, list[Mark]] = {}
    for (sheet, cell), found in cells.items():
        note = "\n\n".join(say("ui-mark-note", message=one["message"], hint=one["hint"]).strip() for one in found)
        is_error = any(one["severity"] == "error" for one in found)
        marks.setdefault(sheet, []).append(Mark(*cell, note, is_error))
    return marks
