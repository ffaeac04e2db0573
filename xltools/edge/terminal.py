"""What a person sees in a terminal (rich): progress while they wait, tables that line up in Chinese too."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TextIO, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from xltools.core.text import visible_text

_Item = TypeVar("_Item")
Align = Literal["left", "right"]


def watch_progress(
    items: Sequence[_Item], words: str, quiet: bool = False, stream: TextIO | None = None
) -> Iterator[_Item]:
    """The items, one by one, with a progress bar on stderr that goes away at the end.

    Nothing is drawn for `quiet`, or where the stream is no terminal.
    """
    console = _console(stream or sys.stderr)
    if quiet or not console.is_terminal:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        # The words may hold a file name such as `[1].xlsx`, which rich would take for its markup.
        task = progress.add_task(visible_text(words).replace("[", r"\["), total=len(items))
        for item in items:
            yield item
            progress.advance(task)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    stream: TextIO | None = None,
    aligns: Mapping[str, Align] | None = None,
    styles: Mapping[int, str] | None = None,
) -> None:
    """A table on `stream` (stdout when None), as wide as the terminal; cells are plain text, whatever is in them.

    `aligns` are by column, `styles` by row number from 0 (`red`, `yellow`, `dim`); colours show in a terminal only.
    """
    console = _console(stream or sys.stdout)
    table = Table(
        title=Text(visible_text(title)) if title else None, title_justify="left", header_style="bold", box=None
    )
    for column in columns:
        table.add_column(Text(column), justify=(aligns or {}).get(column, "left"), overflow="fold")
    for index, row in enumerate(rows):
        table.add_row(*(Text(visible_text(cell)) for cell in row), style=(styles or {}).get(index))
    console.print(table)


def _console(stream: TextIO) -> Console:
    # A pipe or a log has no width of its own; rich would break rows at 80.
    is_terminal = stream.isatty()
    return Console(file=stream, highlight=False, emoji=False, width=None if is_terminal else 200)
