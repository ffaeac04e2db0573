"""The verbs about workbooks that people bring: what is wrong with them, which layout would read them."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from xltools import desk
from xltools.cli.speaking import (
    CATALOGUE,
    LANGUAGE,
    json_option,
    now,
    open_desk,
    progress,
    quiet_option,
    say,
    tell,
    tell_json,
)

_files_argument = click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(exists=True, path_type=Path))
# A .bat file of the buttons asks for what was dropped on it: cmd itself takes some names to pieces.
_dropped_option = click.option("--dropped", is_flag=True, hidden=True)


@click.command()
@_files_argument
@_dropped_option
@click.option("--desk", "desk_path", metavar="DESK", type=click.Path(path_type=Path), help="Use this desk's rules.")
@click.option("--form", metavar="FORM", help="The form they must be.")
@json_option
@quiet_option
def check(
    files: tuple[Path, ...], dropped: bool, desk_path: Path | None, form: str | None, as_json: bool, quiet: bool
) -> None:
    """Problems of workbooks, and of all in a folder; moves nothing."""
    files = _find_files(files, dropped)
    opened = open_desk(desk_path) if desk_path else None
    rules = opened.rules if opened else desk.package_rules()
    if form is not None and form not in rules.forms:
        raise click.BadParameter(f"{form}: {', '.join(rules.forms)}", param_hint="--form")
    today = desk.local_today(rules, now())
    tables = desk.desk_tables(opened, today) if opened else {}
    watch = progress("ui-progress-check", quiet or as_json)
    checked = desk.check_files(files, rules, tables, today, form, watch)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, rules)
    if as_json:
        tell_json([desk.check_json(one, writer) for one in checked])
    elif not quiet:
        tell(desk.tell_checks(checked, writer, say))
    raise SystemExit(desk.check_exit_code(checked))


@click.command()
@_files_argument
@_dropped_option
@click.option("--desk", "desk_path", metavar="DESK", required=True, type=click.Path(path_type=Path), help="The desk.")
@json_option
@quiet_option
def submit(files: tuple[Path, ...], dropped: bool, desk_path: Path, as_json: bool, quiet: bool) -> None:
    """Check workbooks, and put those without an error into the desk's inbox."""
    files = _find_files(files, dropped)
    opened = open_desk(desk_path)
    today = desk.local_today(opened.rules, now())
    results = desk.submit_workbooks(opened, files, today, watch=progress("ui-progress-check", quiet or as_json))
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    exit_code = desk.check_exit_code(one.check for one in results)
    if as_json:
        tell_json([desk.submit_json(one, writer) for one in results])
    elif not quiet:
        tell(desk.tell_submitted(results, writer, say))
    elif exit_code:
        tell(desk.tell_submitted(results, writer, say), err=True)
    raise SystemExit(exit_code)


def _find_files(files: tuple[Path, ...], dropped: bool) -> tuple[Path, ...]:
    """The files that were named, or dropped; a usage error where there are none."""
    if dropped:
        files = (*files, *map(Path, desk.find_dropped(os.environ)))
        if not files:
            raise click.UsageError(say("ui-launcher-drop"))
    if not files:
        raise click.MissingParameter(param_hint="'FILE...'", param_type="argument")
    return files


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--form", default="order-intake", metavar="FORM", show_default=True, help="The form it holds.")
@click.option("--desk", "home", type=click.Path(path_type=Path), metavar="DESK", help="Else the desk FILE lies in.")
@click.option("--name", default="", metavar="NAME", help="What the layout is called; else like the file.")
@click.option("--customer", default="", metavar="NAME", help="Whose workbook it is, where it does not say.")
@click.option("--force", is_flag=True, help="Write over the desk's layout of that name.")
@click.option("--dry-run", is_flag=True, help="Print the layout, and write nothing.")
@json_option
def adopt(file: Path, home: Path | None, as_json: bool, **asked: Any) -> None:
    """Propose a layout for a workbook people already use."""
    opened = open_desk(folder) if (folder := home or desk.find_desk_of(file)) else None
    found = desk.adopt_workbook(file, opened, desk.AdoptRequest(**asked), say)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules if opened else desk.package_rules())
    if as_json:
        tell_json(desk.adoption_json(found, writer))
    else:
        desk.print_table("", *desk.adoption_table(found, opened, say), stream=sys.stderr if found.answer else None)
        tell(desk.tell_adoption(found, opened, writer, say), err=bool(found.answer))
        tell([found.answer] if found.answer else [])
    raise SystemExit(found.exit_code)
