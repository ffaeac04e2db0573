"""The verb that puts the Excel buttons into a desk, looks what is wrong with them, and takes them out."""

from pathlib import Path

import click

from xltools import desk
from xltools.cli.speaking import CATALOGUE, LANGUAGE, desk_argument, json_option, now, open_desk, say, tell, tell_json


@click.command()
@desk_argument
@click.option("--to", "folder", metavar="FOLDER", type=click.Path(path_type=Path), help="Another folder than the desk.")
@click.option(
    "--python", "interpreter", metavar="PATH", type=click.Path(path_type=Path), help="The Python that they start."
)
@click.option(
    "--check", "check_only", is_flag=True, help="Say what is wrong with the installation, and change nothing."
)
@click.option("--remove", is_flag=True, help="Take away what was put there.")
@json_option
def buttons(
    desk_path: Path, folder: Path | None, interpreter: Path | None, check_only: bool, remove: bool, as_json: bool
) -> None:
    """Make the workbook with the buttons, and files to drop workbooks on where there is no Excel."""
    if check_only and remove:
        raise click.UsageError("--check / --remove")
    opened = open_desk(desk_path)
    if check_only:
        _check(opened, folder, interpreter, as_json)
    elif remove:
        _show(opened, desk.remove_buttons(opened, folder), "ui-buttons-removed", as_json)
    else:
        today = desk.local_today(opened.rules, now())
        made = desk.install_buttons(opened, today, folder=folder, interpreter=interpreter)
        _show(opened, made, "ui-buttons-written", as_json)


def _check(opened: desk.Desk, folder: Path | None, interpreter: Path | None, as_json: bool) -> None:
    checks = desk.check_installation(opened, folder, interpreter)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    is_wrong = desk.has_installation_errors(checks)
    if as_json:
        tell_json(desk.installation_json(checks, writer))
    else:
        tell(desk.tell_installation(checks, writer, say))
        tell([] if is_wrong else [say("ui-installation-right")])
    raise SystemExit(desk.RETURNED if is_wrong else desk.DONE)


def _show(opened: desk.Desk, result: desk.InstallationResult, code: str, as_json: bool) -> None:
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    if as_json:
        tell_json({"files": list(result.files), "problems": writer.write_all(result.problems)})
    else:
        tell(say(code, file=file) for file in result.files)
        tell([] if result.files or result.problems else [say("ui-buttons-none")])
        tell(desk.tell_problems(result.problems, writer), err=True)
    raise SystemExit(desk.RETURNED if result.has_errors else desk.DONE)
