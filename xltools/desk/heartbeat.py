"""The heartbeat of scheduled runs, `.desk/heartbeat.json`: monitoring sees there what hangs, failed or never came."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xltools.core.codec import canonical_json
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.desk.session import STATE_FOLDER
from xltools.edge.journal import write_durably

HEARTBEAT_FILE = f"{STATE_FOLDER}/heartbeat.json"
_AGE = re.compile(r"([1-9][0-9]{0,5}) *(m|min|h|d)", re.IGNORECASE)
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Heartbeat:
    """A scheduled run as it stands: while it is at work, `ended` and `exit_code` are None.

    `documents` counts them by outcome; `problems` are the codes of what was wrong. `failing` says that a person has to
    see to it. `previous` is how the run before ended.
    """

    started: str
    host: str
    as_of: str = ""
    ended: str | None = None
    exit_code: int | None = None
    documents: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    failing: bool = False
    previous: Mapping[str, Any] | None = None


def write_heartbeat(desk: Path, heartbeat: Heartbeat) -> None:
    """Puts it into the desk, whole or not at all; OSError where that can't be."""
    write_durably(desk / HEARTBEAT_FILE, (canonical_json(asdict(heartbeat)) + "\n").encode())


def read_heartbeat(desk: Path) -> Heartbeat | None:
    """The heartbeat of the last scheduled run; None where there is none, or none that can be understood."""
    try:
        written = json.loads((desk / HEARTBEAT_FILE).read_text("utf-8"))
        found = Heartbeat(**{**written, "problems": tuple(map(str, written["problems"]))})
        for moment in (found.started, found.ended or found.started):
            if dt.datetime.fromisoformat(moment).tzinfo is None:
                return None
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found


def ending_of(heartbeat: Heartbeat | None) -> Mapping[str, Any] | None:
    """How a run ended, for the heartbeat of the next one to keep while it is at work."""
    if heartbeat is None:
        return None
    if heartbeat.ended is None:  # it never did: the one before it is the last that did
        return heartbeat.previous
    return {
        "ended": heartbeat.ended,
        "exit_code": heartbeat.exit_code,
        "failing": heartbeat.failing,
        "problems": list(heartbeat.problems),
    }


def read_age(text: str) -> dt.timedelta | None:
    """The time of `90m`, `1h` or `2d`; None for anything else."""
    found = _AGE.fullmatch(text.strip())
    return dt.timedelta(**{_UNITS[found[2].lower()]: int(found[1])}) if found else None


def check_heartbeat(desk: Path, allowed: dt.timedelta, now: dt.datetime) -> Iterator[Problem]:
    """What monitoring is to know of the scheduled runs: heartbeat-missing, heartbeat-old, last-run-failed."""
    place = Place(HEARTBEAT_FILE)
    heartbeat = read_heartbeat(desk)
    if heartbeat is None:
        yield error("heartbeat-missing", place)
        return
    last = dt.datetime.fromisoformat(heartbeat.ended or heartbeat.started)
    # One from the future is as bad: after a clock that was wrong for a day nothing would be missed for years.
    if abs(now - last) > allowed:
        when = last.astimezone(now.tzinfo).isoformat(" ", "minutes")
        code = "heartbeat-old" if heartbeat.ended else "run-without-end"
        yield error(code, place, when=when, allowed=_age_text(allowed), host=heartbeat.host)
    ending = ending_of(heartbeat) or {}
    if ending.get("failing"):
        codes = ", ".join(map(str, ending.get("problems", ()))) or "-"
        yield error("last-run-failed", place, exit_code=ending.get("exit_code"), codes=codes)


def _age_text(age: dt.timedelta) -> str:
    minutes = round(age.total_seconds() / 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
