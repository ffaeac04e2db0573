"""The command line: what is asked goes to the desk; exit codes as promised. A table of contents of the verbs."""

import sys
import traceback
from typing import Any

import click

from xltools import __version__, desk
from xltools.cli import backups, buttons, digests, orders, rules, running, scheduling, workbooks
from xltools.cli.speaking import CATALOGUE, LANGUAGE, say, tell

__all__ = ["main"]

_VERBS: tuple[click.Command, ...] = (
    running.demo,
    running.init,
    running.run,
    workbooks.check,
    workbooks.submit,
    orders.late,
    orders.status,
    orders.why,
    orders.paper,
    orders.export,
    digests.digest,
    buttons.buttons,
    workbooks.adopt,
    rules.templates,
    rules.rules_group,
    running.verify,
    running.rebuild,
    running.close_year,
    backups.backup,
    backups.restore,
    scheduling.schedule,
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


for _verb in _VERBS:
    main.add_command(_verb)
