"""The command line: what is asked goes to the desk; data to stdout, all else to stderr; exit codes as promised."""

import datetime as dt
import json
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click

from xltools import __version__, desk

LANGUAGE = desk.terminal_language()
CATALOGUE = desk.load_messages()
say = CATALOGUE.speaker(LANGUAGE)

FIRST_YEAR, LAST_YEAR = 1980, 2100  # as for dates in workbooks

desk_argument = click.argument("desk_path", metavar="DESK", type=click.Path(path_type=Path))
order_argument = click.argument("order", metavar="ORDER")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors; for scheduled runs.")
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day to judge by; today in the desk's time zone.",
)


class Verbs(click.Group):
    """Turns what stops the desk into a message and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a verb."""
        try:
            return super().invoke(ctx)
        except desk.DeskError as failure:
            writer = desk.ProblemWriter(CATALOGUE, LANGUAGE)
            tell(desk.tell_problems(failure.problems, writer), err=True)
            ctx.exit(failure.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception:
            # Ours: the details are for the bug report.
            traceback.print_exc(file=sys.stderr)
            tell([say("ui-our-error")], err=True)
            ctx.exit(desk.OUR_ERROR)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="xltools")
def main() -> None:
    """An order desk that lives in the spreadsheets a make-to-order factory already uses."""


@main.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("demo-desk"))
@json_option
def demo(folder: Path, as_json: bool) -> None:
    """Make a sample desk, run once; 0 when it came out as expected."""
    opened, result = desk.create_demo(folder, watch=progress("ui-progress-run"))
    show_run(opened, result, as_json, quiet=False)
    if not as_json:
        tell(desk.tell_demo(opened, result, say))
    raise SystemExit(0 if desk.is_demo_as_expected(result) else 1)


@main.command()
@desk_argument
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="The desk's language."
)
def init(desk_path: Path, language: desk.Language) -> None:
    """Make a new desk."""
    desk.create_desk(desk_path, language)
    tell([say("ui-init-done", path=desk_path)])


@main.command()
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


@main.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--desk", "desk_path", metavar="DESK", type=click.Path(path_type=Path), help="Use this desk's rules.")
@click.option("--form", metavar="FORM", help="The form they must be.")
@json_option
@quiet_option
def check(files: tuple[Path, ...], desk_path: Path | None, form: str | None, as_json: bool, quiet: bool) -> None:
    """Problems of workbooks, and of all in a folder; moves nothing."""
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


@main.command()
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


@main.command()
@desk_argument
@as_of_option
@json_option
def late(desk_path: Path, as_of: dt.datetime | None, as_json: bool) -> None:
    """Late and at risk, the most late first."""
    opened = open_desk(desk_path)
    rows = [desk.late_json(row) for row in desk.list_late_lines(opened, day(as_of, opened), say)]
    if as_json:
        tell_json(rows)
    elif rows:
        desk.print_table("", *desk.late_table(rows, say))
    else:
        tell([say("ui-late-none")])


@main.command()
@desk_argument
@order_argument
@as_of_option
@click.option("--text", is_flag=True, help="Plain text to paste into a chat.")
@json_option
def status(desk_path: Path, order: str, as_of: dt.datetime | None, text: bool, as_json: bool) -> None:
    """Where an order stands, what it waits for, its history."""
    del text  # what is printed is plain text in any case
    opened = open_desk(desk_path)
    report = desk.tell_status(opened, order, day(as_of, opened))
    if as_json:
        tell_json(desk.status_json(report, opened.rules, LANGUAGE, say))
    else:
        tell(desk.status_lines(report, opened.rules, LANGUAGE, say))


@main.command()
@desk_argument
@order_argument
@click.argument("field", metavar="FIELD")
@click.option("--line", default="", metavar="N", help="The order line.")
@as_of_option
@json_option
def why(desk_path: Path, order: str, field: str, line: str, as_of: dt.datetime | None, as_json: bool) -> None:
    """The workbook, sheet and cell that a value came from."""
    opened = open_desk(desk_path)
    found = desk.explain(opened, order, field, line, day(as_of, opened), say)
    if as_json:
        tell_json(desk.explanation_json(found))
    else:
        tell(desk.tell_explanation(found, say))


@main.command()
@desk_argument
@click.argument("kind", type=click.Choice(desk.PAPER_KINDS))
@order_argument
@click.option("--pdf", is_flag=True, help="A PDF too, made by LibreOffice.")
@as_of_option
@json_option
def paper(desk_path: Path, kind: str, order: str, pdf: bool, as_of: dt.datetime | None, as_json: bool) -> None:
    """A paper for an order; today the sales contract."""
    if kind != "contract":
        not_yet(f"paper {kind}")
    opened = open_desk(desk_path)
    made = desk.make_paper(opened, order, day(as_of, opened), pdf)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        tell_json({"files": list(made.files), "problems": writer.write_all(made.problems)})
    else:
        tell(made.files)
        tell(desk.tell_problems(made.problems, writer), err=True)
    raise SystemExit(desk.RETURNED if any(problem.is_error for problem in made.problems) else desk.DONE)


@main.command()
@desk_argument
@click.option("--to", "target", required=True, metavar="FILE", type=click.Path(path_type=Path))
@as_of_option
def export(desk_path: Path, target: Path, as_of: dt.datetime | None) -> None:
    """One row per order line, as .csv, .xlsx or .parquet."""
    opened = open_desk(desk_path)
    today = day(as_of, opened)
    rows = desk.export_lines(opened, today)
    problems = desk.write_export(rows, target, today)
    if problems:
        raise desk.UsageError(problems)
    tell([say("ui-export-done", count=len(rows), file=target)], err=True)


@main.group()
def templates() -> None:
    """The workbooks made from the forms."""


@templates.command("build")
@click.option("--into", metavar="DIR", type=click.Path(path_type=Path), help="Another folder than the program's own.")
@click.option(
    "--desk", "desk_path", metavar="DESK", type=click.Path(path_type=Path), help="From this desk's rules, into it."
)
@click.option("--check", "check_only", is_flag=True, help="Only say which are not current; exit code 3 if any.")
def templates_build(into: Path | None, desk_path: Path | None, check_only: bool) -> None:
    """Make the templates from the rules."""
    opened = open_desk(desk_path) if desk_path else None
    rules = opened.rules if opened else desk.package_rules()
    folder = into or (desk_path / "templates" if desk_path else desk.template_folder())
    if check_only:
        stale = desk.stale_templates(rules, folder)
        tell(say("ui-template-stale", file=folder / name) for name in stale)
        raise SystemExit(desk.RULES_WRONG if stale else desk.DONE)
    write = desk.write_desk_templates if desk_path else desk.write_templates
    tell(say("ui-template-written", file=folder / name) for name in write(rules, folder))


@main.group("rules")
def rules_group() -> None:
    """Forms, layouts, workflow and settings."""


@rules_group.command("check")
@click.argument("desk_path", metavar="[DESK]", required=False, type=click.Path(path_type=Path))
@json_option
def rules_check(desk_path: Path | None, as_json: bool) -> None:
    """Everything that is wrong with the rules, tried on their own examples; exit code 3 if anything is."""
    try:
        rules = open_desk(desk_path).rules if desk_path else desk.package_rules()
        problems = tuple(desk.check_examples(rules, desk.DEMO_AS_OF))
    except desk.RulesError as failure:
        problems = failure.problems
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE)
    if as_json:
        tell_json(writer.write_all(problems))
    elif problems:
        tell(desk.tell_problems(problems, writer))
    else:
        tell([say("ui-rules-right", forms=len(rules.forms), layouts=len(rules.layouts))])
    raise SystemExit(desk.RULES_WRONG if problems else desk.DONE)


@main.command()
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


@main.command()
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


@main.command("close-year")
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


def show_run(opened: desk.Desk, result: desk.RunResult, as_json: bool, quiet: bool) -> None:
    """A run's result: JSON, or words; with `quiet` only what needs a person."""
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        tell_json(desk.run_json(result, writer))
    elif not quiet:
        tell(desk.tell_run(result, writer, say))
    elif result.exit_code:
        tell(desk.tell_run(result, writer, say), err=True)


def not_yet(verb: str) -> None:
    """Says that a verb of the design is not there yet."""
    raise click.UsageError(say("ui-not-yet", verb=verb))


def add_coming_verb(name: str, help_text: str) -> None:
    """A verb of the design that is not there yet: it takes anything, and says so."""

    @main.command(name, help=help_text, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def coming(arguments: tuple[str, ...]) -> None:
        del arguments
        not_yet(name)


for _name, _help in {
    "digest": "The late-order mails. (not there yet)",
    "backup": "Back the desk up. (not there yet)",
    "restore": "Restore a backup. (not there yet)",
    "schedule": "Run every so often. (not there yet)",
    "buttons": "The workbook with the buttons. (not there yet)",
}.items():
    add_coming_verb(_name, _help)


def open_desk(path: Path) -> desk.Desk:
    """The desk, speaking the terminal's language."""
    return desk.open_desk_at(path, LANGUAGE)


def now() -> dt.datetime:
    """The clock, read here and nowhere else."""
    return dt.datetime.now(dt.UTC)


def day(as_of: dt.datetime | None, opened: desk.Desk) -> dt.date:
    """The as-of date: the one given, else today at the desk."""
    if as_of and not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise click.BadParameter(f"{FIRST_YEAR}-01-01 … {LAST_YEAR}-12-31", param_hint="--as-of")
    return as_of.date() if as_of else desk.local_today(opened.rules, now())


def progress(code: str, quiet: bool = False) -> Callable[[Any], Iterable[Any]]:
    """A progress bar's way through things, for a person who watches."""
    return partial(desk.watch_progress, words=say(code), quiet=quiet)


def tell(lines: Iterable[str], err: bool = False) -> None:
    """Lines of text, to stdout or stderr."""
    for line in lines:
        click.echo(line, err=err)


def tell_json(value: object) -> None:
    """JSON to stdout, in UTF-8 whatever the console's code page."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode())
