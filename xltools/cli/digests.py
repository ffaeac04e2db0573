"""The verb that writes the late-order mails."""

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
    now,
    open_desk,
    quiet_option,
    say,
    tell,
    tell_json,
)


@click.command()
@desk_argument
@as_of_option
@click.option("--send", is_flag=True, help="Send them; without a mail server they are only written.")
@click.option("--text", is_flag=True, help="Print PMC's digest to paste into a chat, and write nothing.")
@click.option("--owner", default="", metavar="NAME", help="With --text: this owner's or department's digest.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@json_option
@quiet_option
def digest(
    desk_path: Path,
    as_of: dt.datetime | None,
    send: bool,
    text: bool,
    owner: str,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """The late-order mails: one per owner and department concerned, one for PMC."""
    if owner and not text:
        raise click.UsageError(say("ui-digest-owner-text"))
    opened = open_desk(desk_path)
    today = day(as_of, opened)
    if text:
        tell(desk.tell_digest(opened, today, owner))
        return
    result = desk.write_digests(opened, today, send=send, dry_run=dry_run)
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE, opened.rules)
    mailed = desk.send_due_mail(opened, now()) if send and not dry_run else None
    if as_json:
        states = {mail.id: mail.state for mail in mailed.mails} if mailed else None
        told = desk.digest_json(result, writer, states)
        tell_json(told | {"mail": desk.mail_json(mailed, writer)} if mailed else told)
    else:
        if not quiet:
            files = (mail for mail in result.mails if mail.file)
            tell(result.planned or (say("ui-digest-written", file=mail.file, count=mail.items) for mail in files))
            tell([] if result.mails or result.problems else [say("ui-late-none")])
            tell(desk.tell_mail(mailed, opened.rules.settings.time_zone, say) if mailed else ())
        tell(desk.tell_problems((*result.problems, *(mailed.problems if mailed else ())), writer), err=True)
    raise SystemExit(desk.worst_code((result.exit_code, mailed.exit_code if mailed else desk.DONE)))
