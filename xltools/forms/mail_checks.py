"""What a desk says of its mails must make sense: addresses, hours, a login that is not overheard, no password."""

import re
from collections.abc import Iterator

from xltools.core.problem import Problem
from xltools.forms.form_checks import Shaped
from xltools.forms.mail_settings import read_hours
from xltools.forms.settings import Settings
from xltools.forms.source import Node, rule_error

_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+")
_REFUSED = "password"


def check_mail(settings: Shaped[Settings]) -> Iterator[Problem]:
    """Addresses that a mail server takes, hours of a day, encryption where there is a login, and no password."""
    mail, node = settings.model.mail, settings.tree.find("mail")
    given = [(mail.sender, node.find("sender").mark)]
    given += [(address, node.find("pmc", at).mark) for at, address in enumerate(mail.pmc)]
    given += [(address, node.find("notices", at).mark) for at, address in enumerate(mail.notices)]
    if mail.rehearsal and mail.rehearsal.to:
        given.append((mail.rehearsal.to, node.find("rehearsal", "to").mark))
    for address, mark in given:
        if not _MAIL_ADDRESS.fullmatch(address):
            yield rule_error("rule-not-mail-address", mark, got=address)
    if read_hours(mail.hours) is None:
        yield rule_error("rule-bad-hours", node.find("hours").mark, got=mail.hours)
    if mail.server.user and mail.server.security == "none":
        yield rule_error("rule-login-in-clear", node.find("server", "security").mark)
    for holder in (node, node.find("server")):
        yield from _check_no_password(holder, mail.server.login_variable)


def _check_no_password(holder: Node, variable: str) -> Iterator[Problem]:
    """Settings are copied, mailed and archived: a password in them is no secret any more."""
    if _REFUSED in holder.entries:
        yield rule_error("rule-password-in-file", holder.entries[_REFUSED].key_mark, variable=variable)
