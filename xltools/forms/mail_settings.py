"""What a desk says of its mails: the server, whom they come from, when they go out; never a password."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from xltools.core.send_hours import SendHours
from xltools.forms.limits import REFUSED, Limits, RuleModel

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d *[-–] *(([01]\d|2[0-3]):[0-5]\d|24:00)")
_PORTS = {"starttls": 587, "ssl": 465, "none": 25}


@dataclass(frozen=True, kw_only=True)
class MailServerSettings(RuleModel):
    """The mail server; without a `host` there is none, and mails are files in the outbox.

    Its password stands in an environment variable, `login_variable`, or in the system's keyring, under the host as
    service and the user: there only. `password` is a key so that it can be refused in words of its own.
    """

    host: str = ""
    port: Annotated[int, Limits(ge=1, le=65535)] | None = None
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: str = ""
    login_from: Literal["environment", "keyring"] = "environment"
    login_variable: str = "XLTOOLS_MAIL_PASSWORD"
    ca_file: str = ""
    timeout: Annotated[int, Limits(ge=1, le=600)] = 30
    password: Any = field(default=None, repr=False, metadata=REFUSED)

    @property
    def usual_port(self) -> int:
        """The port given, else the one that goes with the security."""
        return self.port or _PORTS[self.security]


@dataclass(frozen=True, kw_only=True)
class Rehearsal(RuleModel):
    """All mails go to one address, or become files in the outbox where it is empty."""

    to: str = ""


@dataclass(frozen=True, kw_only=True)
class MailSettings(RuleModel):
    """Whom mails come from, who gets which, when they go out, and what is done about one that fails.

    PMC's are the production department's people where `pmc` names no address, and of failures `notices` are told, else
    PMC. `send: on-run` makes each run send what is due. `hours` are those of the desk's time zone. `give_up_after` are
    working days after the first try; `reminder_gap` minutes between two reminders of a department. `unsure` says what
    becomes of a mail of which nobody knows whether the server took it. `share` is what staff call the desk's folder.
    """

    sender: str = "order-desk@localhost"
    pmc: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    server: MailServerSettings = MailServerSettings()
    send: Literal["by-hand", "on-run"] = "by-hand"
    hours: str = "08:00-18:00"
    send_on: Literal["workdays", "every-day"] = "workdays"
    rehearsal: Rehearsal | None = None
    give_up_after: Annotated[int, Limits(ge=1, le=30)] = 3
    unsure: Literal["hold", "send-again"] = "hold"
    reminder_gap: Annotated[int, Limits(ge=0)] = 120
    share: str = ""
    password: Any = field(default=None, repr=False, metadata=REFUSED)

    @property
    def send_hours(self) -> SendHours:
        """When mails go out; `hours` is checked before."""
        opens, closes = read_hours(self.hours) or (dt.time(0), dt.time.max)
        return SendHours(opens, closes, self.send_on == "workdays")


def read_hours(text: str) -> tuple[dt.time, dt.time] | None:
    """`08:00-18:00` as two times; `24:00` is the end of the day. None where it is no such text, or ends too early."""
    if not _HOURS.fullmatch(text):
        return None
    begin, end = (part.strip() for part in re.split("[-–]", text))
    opens, closes = dt.time.fromisoformat(begin), dt.time.max if end == "24:00" else dt.time.fromisoformat(end)
    return (opens, closes) if opens < closes else None
