"""How the command line speaks: data to stdout, all else to stderr, in the terminal's language; its common options."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click

from xltools import desk

LANGUAGE = desk.terminal_language()
CATALOGUE = desk.load_messages()
say = CATALOGUE.speaker(LANGUAGE)

FIRST_YEAR, LAST_YEAR = 1980, 2100  # as for dates in workbooks

desk_argument = click.argument("desk_path", metavar="DESK", type=click.Path(path_type=Path))
order_argument = click.argument("order", metavar="ORDER")
asked_order_argument = click.argument("order", metavar="ORDER", required=False)  # see `ask_order`
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors; for scheduled runs.")
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day to judge by; today in the desk's time zone.",
)


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


def ask_order(order: str | None) -> str:
    """The order number: the one given, else what a person at the terminal types."""
    if order:
        return order
    if not sys.stdin.isatty():
        raise click.MissingParameter(param_hint="'ORDER'", param_type="argument")
    # Asked here and not by the shell: what is typed can't become a command.
    return str(click.prompt(say("ui-ask-order"), err=True)).strip()


def progress(code: str, quiet: bool = False) -> Callable[[Any], Iterable[Any]]:
    """A progress bar's way through things, for a person who watches."""
    return partial(desk.watch_progress, words=say(code), quiet=quiet)


def show_run(opened: desk.Desk, result: desk.RunResult, as_json: bool, quiet: bool) -> None:
    """A run's result: JSON, or words; with `quiet` only what needs a person."""
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        tell_json(desk.run_json(result, writer))
    elif not quiet:
        tell(desk.tell_run(result, writer, say))
    elif result.exit_code:
        tell(desk.tell_run(result, writer, say), err=True)


def tell(lines: Iterable[str], err: bool = False) -> None:
    """Lines of text, to stdout or stderr."""
    for line in lines:
        click.echo(desk.visible_text(line), err=err)


def tell_json(value: object) -> None:
    """JSON to stdout, in UTF-8 whatever the console's code page."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode())
