"""What schedulers are told so that a desk runs every so often: a task of Windows, units of systemd, lines for cron.

Whatever stands in a path stays a path: each of the three reads quotes, percent signs and dollars in its own way.
"""

import datetime as dt
import hashlib
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

System = Literal["windows", "systemd", "cron"]
SYSTEMS: tuple[System, ...] = ("windows", "systemd", "cron")

# Each divides an hour or a day, so that every scheduler can tell when to start without counting.
INTERVALS = (5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
_INTERVAL = re.compile(r"0*([1-9][0-9]{0,4}) *(m|min|h)", re.IGNORECASE)
_FIRST_HOUR = 7  # a daily run comes before people do; others in hours are counted from there

# As the launchers have it: neither variables meant for another Python nor a file in some folder may take part.
_FLAGS = ("-E", "-P", "-X", "utf8", "-m", "xltools.cli")
_LONGEST_RUN = "PT1H"  # then it hangs: the next one is to have its turn
_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
# What a scheduler would put something else for, and has no way of writing that is certain to be taken as it stands.
_MASKED: dict[System, str] = {"windows": r"[=%$]", "systemd": r"[=\x00-\x1f\x7f]", "cron": r"[=\\\x00-\x1f\x7f]"}
_CRON_LINE = b" -m xltools.cli run "
_MASK = re.compile(r"=([0-9A-F]{2})")


@dataclass(frozen=True)
class SchedulePlan:
    """Which desk is to run how often (in minutes), by which Python; `user` is whose task it is on Windows."""

    desk: str
    minutes: int
    interpreter: str
    as_of: dt.date
    version: str
    user: str = ""


def read_interval(text: str) -> int | None:
    """The minutes of `15m` or `2h`; None for what is no interval, or one that does not divide an hour or a day."""
    found = _INTERVAL.fullmatch(text.strip())
    if not found:
        return None
    minutes = int(found[1]) * (60 if found[2].lower() == "h" else 1)
    return minutes if minutes in INTERVALS else None


def interval_text(minutes: int) -> str:
    """The interval as it is given: `15m`, `2h`."""
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def schedule_name(desk: str, system: System) -> str:
    """What the task, the units or the lines of a desk are called; two desks of one name are told apart."""
    mark = hashlib.sha256(desk.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    if system != "windows":
        return f"xltools-{mark}"
    folder = re.split(r"[\\/]", desk.rstrip("\\/"))[-1] or "desk"
    shown = re.sub(r"[^-\w ]", "-", folder)[:80]
    return f"xltools {shown} {mark}"


def schedule_texts(plan: SchedulePlan, system: System) -> dict[str, bytes]:
    """The files, by name, that a scheduler wants: one XML file, two units, or the lines of a crontab."""
    name = schedule_name(plan.desk, system)
    if system == "windows":
        return {f"{name}.xml": _write_task(plan).encode("utf-16")}  # little-endian with its mark, as schtasks wants
    if system == "systemd":
        return {f"{name}.service": _encode(_write_service(plan)), f"{name}.timer": _encode(_write_timer(plan))}
    return {name: cron_block(plan)}


def unmask_path(text: str) -> str:
    """The path that `--masked` was given with."""
    return _MASK.sub(lambda found: chr(int(found[1], 16)), text)


def _command(plan: SchedulePlan, system: System) -> tuple[str, ...]:
    """The program and its arguments."""
    unsafe = _MASKED[system]
    if not re.search(unsafe.replace("=", "", 1), plan.desk):
        return (plan.interpreter, *_FLAGS, "run", plan.desk, "--scheduled")
    masked = re.sub(unsafe, lambda found: f"={ord(found[0]):02X}", plan.desk)
    return (plan.interpreter, *_FLAGS, "run", masked, "--scheduled", "--masked")


def _hours(minutes: int) -> str:
    """The hours of a day at which an interval of hours begins: `01,07,13,19`."""
    every = minutes // 60
    return ",".join(f"{hour:02}" for hour in range(24) if (hour - _FIRST_HOUR) % every == 0)


# Windows


def _write_task(plan: SchedulePlan) -> str:
    """A task for the Task Scheduler, its elements in the order of [MS-TSCH] 2.5."""
    interpreter, *arguments = _command(plan, "windows")
    start = dt.time() if plan.minutes < 60 else dt.time(_FIRST_HOUR)
    user = f"\n      <UserId>{escape(plan.user)}</UserId>" if plan.user else ""
    # InteractiveToken: S4U, which also runs while nobody is logged on, may not use the network, and so no share.
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="{_NAMESPACE}">
  <RegistrationInfo>
    <Source>xltools {escape(plan.version)}</Source>
    <Date>{plan.as_of.isoformat()}T00:00:00</Date>
    <Description>xltools run {escape(plan.desk)}</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>{plan.as_of.isoformat()}T{start.isoformat()}</StartBoundary>
      <Repetition>
        <Interval>PT{interval_text(plan.minutes).upper()}</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">{user}
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>{_flag(_is_on_network(plan.desk))}</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>{_LONGEST_RUN}</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(interpreter)}</Command>
      <Arguments>{escape(quote_windows(arguments))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _is_on_network(desk: str) -> bool:
    r"""True for `\\server\share`: a desk on a drive of its own also runs while the network is down."""
    return re.match(r"[\\/]{2}(?![?.][\\/](?!UNC))", desk) is not None


def quote_windows(arguments: Iterable[str]) -> str:
    r"""A command line that CommandLineToArgvW takes to pieces again: backslashes count only in front of a quote."""
    return " ".join(_quote_windows(one) for one in arguments)


def _quote_windows(argument: str) -> str:
    if argument and not re.search(r'[\s"]', argument):
        return argument
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', argument)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'


# systemd


def _write_service(plan: SchedulePlan) -> str:
    interpreter, *arguments = _command(plan, "systemd")
    # The program's own path is never looked through for variables, so a dollar stands there once.
    command = " ".join([_quote_unit(interpreter), *(_quote_unit(one).replace("$", "$$") for one in arguments)])
    return f"""[Unit]
Description=xltools run {_unit_words(plan.desk)}

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec=1h
# 1: a workbook was returned; 4: one is open, or another run is at work. Neither is a failure of the machine's.
SuccessExitStatus=1 4
Nice=10
"""


def _write_timer(plan: SchedulePlan) -> str:
    when = f"*-*-* *:00/{plan.minutes}:00" if plan.minutes < 60 else f"*-*-* {_hours(plan.minutes)}:00:00"
    return f"""[Unit]
Description=xltools run {_unit_words(plan.desk)}, every {interval_text(plan.minutes)}

[Timer]
OnCalendar={when}
# What was missed while the machine was off is made up for, once.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _quote_unit(argument: str) -> str:
    """An argument of ExecStart (systemd.service, "Command lines"): specifiers doubled, C escapes within quotes."""
    if re.fullmatch(r"[A-Za-z0-9_./=-]+", argument):
        return argument
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _unit_words(text: str) -> str:
    """A path in a description: in one line, and its percent signs are no specifiers."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text).replace("%", "%%")
    return f"{line[:-1]}?" if line.endswith("\\") else line  # which would join the next line to this one


# cron


def cron_marks(desk: str) -> tuple[bytes, bytes]:
    """The comments before and after the line of a desk."""
    shown = re.sub(_MASKED["cron"], lambda found: f"={ord(found[0]):02X}", desk)
    name = schedule_name(desk, "cron")
    return _encode(f"# {name} begin: {shown}\n"), _encode(f"# {name} end: {shown}\n")


def cron_block(plan: SchedulePlan) -> bytes:
    """The line of a desk for a crontab, between its marks."""
    begin, end = cron_marks(plan.desk)
    when = f"*/{plan.minutes} * * * *" if plan.minutes < 60 else f"0 {_cron_hours(plan.minutes)} * * *"
    # cron itself takes a percent sign for the end of the line, even within quotes.
    command = shlex.join(_command(plan, "cron")).replace("%", "\\%")
    return begin + _encode(f"{when} {command}\n") + end


def put_into_crontab(crontab: bytes, block: bytes, desk: str) -> bytes:
    """A crontab with a desk's lines; everything else stands as it stood."""
    rest = take_from_crontab(crontab, desk)
    return rest + (b"" if not rest or rest.endswith(b"\n") else b"\n") + block


def take_from_crontab(crontab: bytes, desk: str) -> bytes:
    """A crontab without a desk's marks and the line of ours behind the first; people's own lines stay wherever."""
    begin, end = (mark.rstrip() for mark in cron_marks(desk))
    kept: list[bytes] = []
    previous = b""
    for line in crontab.splitlines(keepends=True):
        mark, is_ours = line.rstrip(), previous == begin and _CRON_LINE in line
        if mark not in {begin, end} and not is_ours:
            kept.append(line)
        previous = mark
    return b"".join(kept)


def _cron_hours(minutes: int) -> str:
    return ",".join(str(int(hour)) for hour in _hours(minutes).split(","))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def shown_texts(texts: dict[str, bytes]) -> Sequence[tuple[str, str]]:
    """The files as text, to print."""
    marks = (b"\xff\xfe", b"\xfe\xff")
    return tuple(
        (name, content.decode("utf-16" if content.startswith(marks) else "utf-8", "replace"))
        for name, content in texts.items()
    )
