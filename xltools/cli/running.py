"""The verbs that make a desk, carry it on, and look over what it did."""

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
    show_run,
    tell,
    tell_json,
)


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("demo-desk"))
@json_option
def demo(folder: Path, as_json: bool) -> None:
    """Make a sample desk, run once; 0 when it came out as expected."""
    opened, result = desk.create_demo(folder, watch=progress("ui-progress-run"))
    show_run(opened, result, as_json, quiet=False)
    if not as_json:
        tell(desk.tell_demo(opened, result, say))
    raise SystemExit(0 if desk.is_demo_as_expected(result) else 1)


@click.command()
@desk_argument
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="The desk's language."
)
def init(desk_path: Path, language: desk.Language) -> None:
    """Make a new desk."""
    desk.create_desk(desk_path, language)
    tell([say("ui-init-done", path=desk_path)])


@click.command()
@desk_argument
@as_of_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
@quiet_option
def run(desk_path: Path, as_of: dt.datetime | None, dry_run: bool, as_json: bool, quiet: bool) -> None:
    """The main job: take in the inbox; bring tracker and papers up to date."""
    opened = open_desk(desk_path)
    options = desk.RunOptions(dry_run=dry_run, watch=progress("ui-progress-run", quiet or as_json))
    result = desk.run_desk_at(opened, day(as_of, opened), options)
    show_run(opened, result, as_json, quiet)
    raise SystemExit(result.exit_code)


@click.command("close-year")
@desk_argument
@click.argument("year", metavar="YEAR", type=click.IntRange(2000, 2200))
@as_of_option
@json_option
@quiet_option
def close_year(desk_path: Path, year: int, as_of: dt.datetime | None, as_json: bool, quiet: bool) -> None:
    """Start a fresh tracker and keep the old one whole."""
    opened = open_desk(desk_path)
    result = desk.close_year_at(opened, year, day(as_of, opened))
    show_run(opened, result, as_json, quiet)
    raise SystemExit(result.exit_code)


@click.command()
@desk_argument
@json_option
@quiet_option
def verify(desk_path: Path, as_json: bool, quiet: bool) -> None:
    """The audit: ledger, archive and papers are as they were written."""
    opened = open_desk(desk_path)
    found = desk.verify_desk_at(opened)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        tell_json({"ok": found.is_ok, "events": found.events, "problems": writer.write_all(found.problems)})
    else:
        tell(desk.tell_problems(found.problems, writer))
        if not quiet:
            tell([say("ui-verify-ok" if found.is_ok else "ui-verify-broken", events=found.events)])
    raise SystemExit(desk.DONE if found.is_ok else desk.LEDGER_BROKEN)


@click.command()
@desk_argument
@click.option("--into", required=True, metavar="NEW", type=click.Path(path_type=Path))
@json_option
@quiet_option
def rebuild(desk_path: Path, into: Path, as_json: bool, quiet: bool) -> None:
    """A new desk from archive/ alone."""
    opened = open_desk(desk_path)
    rebuilt, problems = desk.rebuild_desk_at(opened, into, progress("ui-progress-rebuild", quiet or as_json))
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, rebuilt.rules)
    events = rebuilt.store.head().number
    is_ok = not any(problem.is_error for problem in problems)
    if as_json:
        tell_json({"ok": is_ok, "events": events, "problems": writer.write_all(problems)})
    else:
        tell(desk.tell_problems(problems, writer), err=True)
        if is_ok and not quiet:
            tell([say("ui-rebuild-done", events=events, into=into)])
    raise SystemExit(desk.DONE if is_ok else desk.LEDGER_BROKEN)
