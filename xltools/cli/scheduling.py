"""The verb that has the desk run by the machine's own scheduler."""

from pathlib import Path

import click

from xltools import desk
from xltools.cli.speaking import CATALOGUE, LANGUAGE, desk_argument, json_option, now, open_desk, say, tell, tell_json


@click.command()
@desk_argument
@click.option("--every", default="15m", show_default=True, metavar="TIME", help="How often: 5m to 24h.")
@click.option("--install", "act", flag_value="install", help="Tell the scheduler.")
@click.option("--print", "act", flag_value="print", default=True, help="Print what it would be told (the default).")
@click.option("--remove", "act", flag_value="remove", help="Take away what was installed.")
@click.option("--system", type=click.Choice(["windows", "systemd", "cron"]), help="Which; else this machine's.")
@click.option(
    "--python", "interpreter", metavar="PATH", type=click.Path(path_type=Path), help="The Python that it starts."
)
@json_option
def schedule(
    desk_path: Path, every: str, act: str, system: str | None, interpreter: Path | None, as_json: bool
) -> None:
    """Have the desk run every so often by Task Scheduler, systemd or cron."""
    chosen = desk.choose_system(system)
    if act == "remove":
        result = desk.remove_schedule(desk_path, chosen)
    else:
        opened = open_desk(desk_path)
        plan = desk.plan_schedule(opened, every, desk.local_today(opened.rules, now()), interpreter=interpreter)
        carry = desk.install_schedule if act == "install" else desk.print_schedule
        result = carry(plan, chosen)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE)
    if as_json:
        tell_json(desk.schedule_json(result, writer))
    elif act == "print":
        for name, text in result.texts.items():
            tell([f"# {name}"] if len(result.texts) > 1 else [], err=True)
            tell([text.rstrip("\n")])
    elif not result.problems:
        done = "ui-schedule-installed" if act == "install" else "ui-schedule-removed"
        tell([say(done if result.changed else "ui-schedule-none", name=result.name, every=every)])
        tell([say("ui-schedule-linger")] if act == "install" and chosen == "systemd" else [])
    tell(desk.tell_problems(result.problems, writer), err=True)
    raise SystemExit(result.exit_code)
