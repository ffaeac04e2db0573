"""The verbs about orders: what is late, where one stands, where a value came from; papers and exports."""

import datetime as dt
from pathlib import Path

import click

from xltools import desk
from xltools.cli.speaking import (
    CATALOGUE,
    LANGUAGE,
    as_of_option,
    ask_order,
    asked_order_argument,
    day,
    desk_argument,
    json_option,
    open_desk,
    order_argument,
    say,
    tell,
    tell_json,
)


@click.command()
@desk_argument
@as_of_option
@json_option
def late(desk_path: Path, as_of: dt.datetime | None, as_json: bool) -> None:
    """Late and at risk, the most late first; overdue reviews, payments, signatures, changes."""
    opened = open_desk(desk_path)
    rows = desk.list_late_lines(opened, day(as_of, opened), say)
    if as_json:
        tell_json([desk.late_json(row) for row in rows])
    elif rows:
        desk.print_table("", *desk.late_table(rows, say))
    else:
        tell([say("ui-late-none")])


@click.command()
@desk_argument
@asked_order_argument
@as_of_option
@click.option("--text", is_flag=True, help="A few short lines to paste into a chat.")
@click.option("--all", "all_lines", is_flag=True, help="The whole history, and more than one screen of all else.")
@json_option
def status(
    desk_path: Path, order: str | None, as_of: dt.datetime | None, text: bool, all_lines: bool, as_json: bool
) -> None:
    """Where an order stands, what it waits for, its history."""
    opened = open_desk(desk_path)
    report = desk.tell_status(opened, ask_order(order), day(as_of, opened))
    if as_json:
        tell_json(desk.status_json(report, opened.rules, LANGUAGE, say))
    elif text:
        tell(desk.status_chat(report, opened.rules, LANGUAGE, say))
    else:
        tell(desk.status_lines(report, opened.rules, LANGUAGE, say, all_lines))


@click.command()
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


@click.command()
@desk_argument
@click.argument("kind")
@asked_order_argument
@click.option("--pdf", is_flag=True, help="A PDF too, made by LibreOffice.")
@click.option("--list", "note", default="", metavar="NO", help="The delivery note; the latest where none is named.")
@click.option("--prices/--no-prices", "priced", default=None, help="On the delivery note; as the desk's settings say.")
@click.option("--open", "open_it", is_flag=True, help="Open what was made.")
@as_of_option
@json_option
def paper(
    desk_path: Path,
    kind: str,
    order: str | None,
    pdf: bool,
    note: str,
    priced: bool | None,
    open_it: bool,
    as_of: dt.datetime | None,
    as_json: bool,
) -> None:
    """A paper for an order: its contract, confirmation, delivery note, shipping list and others.

    The kinds are those of rules/papers.yaml, and shipping-list and change-notice: workbooks prefilled for it.
    """
    opened = open_desk(desk_path)
    made = desk.make_paper(opened, ask_order(order), day(as_of, opened), pdf, kind=kind, note=note, priced=priced)
    if open_it:
        made = desk.open_paper(opened, made)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        tell_json({"files": list(made.files), "problems": writer.write_all(made.problems)})
    else:
        tell(made.files)
        tell(desk.tell_problems(made.problems, writer), err=True)
    raise SystemExit(desk.RETURNED if any(problem.is_error for problem in made.problems) else desk.DONE)


@click.command()
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
