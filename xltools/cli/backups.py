"""The verbs that make a backup and put one back."""

import datetime as dt
from pathlib import Path

import click

from xltools import desk
from xltools.cli.speaking import (
    CATALOGUE,
    LANGUAGE,
    as_of_option,
    day,
    desk_argument,
    json_option,
    open_desk,
    progress,
    quiet_option,
    say,
    tell,
    tell_json,
)


@click.command()
@desk_argument
@click.option("--to", metavar="FOLDER", type=click.Path(path_type=Path), help="Where to; the desk's own by default.")
@as_of_option
@json_option
@quiet_option
def backup(desk_path: Path, to: Path | None, as_of: dt.datetime | None, as_json: bool, quiet: bool) -> None:
    """Back up ledger, shared workbooks, settings and rules."""
    opened = open_desk(desk_path)
    result = desk.backup_desk_at(opened, day(as_of, opened), to)
    if as_json:
        tell_json({"file": result.file.as_posix(), "events": result.events})
    elif not quiet:
        tell([say("ui-backup-done", file=result.file, events=result.events)])


@click.command()
@desk_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Although the desk's ledger is further than the backup's.")
@click.option("--replace", is_flag=True, help="Settings and workbooks too that are there and whole.")
@json_option
@quiet_option
def restore(desk_path: Path, file: Path, force: bool, replace: bool, as_json: bool, quiet: bool) -> None:
    """Put a backup's ledger back, and what came after it from archive/."""
    watch = progress("ui-progress-rebuild", quiet or as_json)
    result = desk.restore_desk_at(desk_path, file, LANGUAGE, force=force, replace=replace, watch=watch)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, result.desk.rules)
    if as_json:
        tell_json(desk.restore_json(result, writer))
    else:
        tell(desk.tell_problems(result.problems, writer), err=True)
        if not quiet:
            tell([say("ui-restore-done", events=result.events, caught_up=result.caught_up)])
            tell(say("ui-restore-file", file=name) for name in result.files)
            tell(say("ui-restore-kept", file=name) for name in result.kept)
    raise SystemExit(desk.DONE if result.is_ok else desk.LEDGER_BROKEN)
