"""What a desk says of its mails: the server, whom they come from, when they go out; never a password."""

import datetime as dt
import re
from typing import Any, Literal

from pydantic import Field as PydanticField

from xltools.core.send_hours import SendHours
from xltools.forms.model import RuleModel

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d *[-–] *(([01]\d|2[0-3]):[0-5]\d|24:00)")
_PORTS = {"starttls": 587, "ssl": 465, "none": 25}


class MailServerSettings(RuleModel):
    """The mail server; without a `host` there is none, and mails are files in the outbox.

    Its password stands in an environment variable, `login_variable`, or in the system's keyring, under the host as
    service and the user: there only. `password` is a key so that it can be refused in words of its own.
    """

    host: str = ""
    port: int | None = PydanticField(default=None, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: str = ""
    login_from: Literal["environment", "keyring"] = "environment"
    login_variable: str = "XLTOOLS_MAIL_PASSWORD"
    ca_file: str = ""
    timeout: int = PydanticField(default=30, ge=1, le=600)
    password: Any = PydanticField(default=None, repr=False, exclude=True)

    @property
    def usual_port(self) -> int:
        """The port given, else the one that goes with the security."""
        return self.port or _PORTS[self.security]


class Rehearsal(RuleModel):
    """All mails go to one address, or become files in the outbox where it is empty."""

    to: str = ""


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
    give_up_after: int = PydanticField(default=3, ge=1, le=30)
    unsure: Literal["hold", "send-again"] = "hold"
    reminder_gap: int = PydanticField(default=120, ge=0)
    share: str = ""
    password: Any = PydanticField(default=None, repr=False, exclude=True)

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
