"""The verbs that make a desk, carry it on, and look over what it did."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from xltools import desk
from xltools.cli.speaking import (
    CATALOGUE,
    LANGUAGE,
    as_of_option,
    day,
    desk_argument,
    json_option,
    now,
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
@click.option("--wait", type=click.FloatRange(0, 3600), metavar="SECONDS", help="For another run to end.")
@click.option("--mail", is_flag=True, help="Write and send what is due; `mail: send: on-run` does so each time.")
@click.option("--scheduled", is_flag=True, help="Print nothing: keep a log and a heartbeat, tell of failures once.")
# How a scheduler writes a path with letters that it would put something else for.
@click.option("--masked", is_flag=True, hidden=True)
@json_option
@quiet_option
def run(
    desk_path: Path,
    as_of: dt.datetime | None,
    dry_run: bool,
    wait: float | None,
    mail: bool,
    scheduled: bool,
    masked: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """The main job: take in the inbox; bring tracker and papers up to date."""
    if masked:
        desk_path = Path(desk.unmask_path(str(desk_path)))
    if scheduled:
        if dry_run or as_json:
            raise click.UsageError("--scheduled / --dry-run / --json")
        raise SystemExit(desk.run_scheduled(desk_path, now, as_of=as_of.date() if as_of else None).exit_code)
    opened = open_desk(desk_path)
    options = desk.RunOptions(
        dry_run=dry_run,
        watch=progress("ui-progress-run", quiet or as_json),
        wait_seconds=opened.rules.settings.runs.wait_seconds if wait is None else wait,
    )
    result = desk.run_desk_at(opened, day(as_of, opened), options)
    mailed = None
    if (mail or opened.rules.settings.mail.send == "on-run") and not dry_run:
        result, mailed = desk.mail_after_run(opened, result, now())
    show_run(opened, result, as_json, quiet)
    if mailed and not (as_json or quiet):
        tell(desk.tell_mail(mailed, opened.rules.settings.time_zone, say))
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
@click.option(
    "--max-age", metavar="TIME", help="The last scheduled run, too: no older than 90m, 1h, 2d, and no failure."
)
@json_option
@quiet_option
def verify(desk_path: Path, max_age: str | None, as_json: bool, quiet: bool) -> None:
    """The audit: ledger, archive and papers are as they were written."""
    allowed = desk.read_age(max_age) if max_age else None
    if max_age and allowed is None:
        raise click.BadParameter("90m, 1h, 2d", param_hint="--max-age")
    opened = open_desk(desk_path)
    local = now().astimezone(ZoneInfo(opened.rules.settings.time_zone))
    runs = tuple(desk.check_heartbeat(desk_path, allowed, local)) if allowed else ()
    found = desk.verify_desk_at(opened)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        problems = writer.write_all((*found.problems, *runs))
        tell_json({"ok": found.is_ok and not runs, "events": found.events, "problems": problems})
    else:
        tell(desk.tell_problems((*found.problems, *runs), writer))
        if not quiet:
            tell([say("ui-verify-ok" if found.is_ok else "ui-verify-broken", events=found.events)])
    # Runs that don't come are no damage: whoever restores a backup at 5 must not do so for these.
    raise SystemExit(desk.LEDGER_BROKEN if not found.is_ok else desk.RETURNED if runs else desk.DONE)


@click.command()
@desk_argument
@click.option("--into", required=True, metavar="NEW", type=click.Path(path_type=Path))
@json_option
@quiet_option
def rebuild(desk_path: Path, into: Path, as_json: bool, quiet: bool) -> None:
    """A new desk from archive/ alone; DESK may be a folder with nothing but a copy of it."""
    opened = desk.open_desk_or_archive(desk_path, LANGUAGE)
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
