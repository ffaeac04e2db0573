"""`schedule DESK`: the desk is run every so often by the machine's own scheduler, or not any more."""

import datetime as dt
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from xltools import __version__
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.desk.failure import DONE, RETURNED, UsageError
from xltools.desk.installation import default_interpreter
from xltools.desk.result import ProblemWriter
from xltools.desk.session import Desk
from xltools.edge.scheduler import (
    Runner,
    SchedulerError,
    find_scheduler,
    install_task,
    install_units,
    read_crontab,
    remove_task,
    remove_units,
    run_program,
    task_user,
    units_folder,
    write_crontab,
)
from xltools.reports.schedule import (
    INTERVALS,
    SYSTEMS,
    SchedulePlan,
    System,
    interval_text,
    put_into_crontab,
    read_interval,
    schedule_name,
    schedule_texts,
    shown_texts,
    take_from_crontab,
)


@dataclass(frozen=True)
class ScheduleResult:
    """What a scheduler was told: its `texts` by name; `changed` where it took them, or had something to take away."""

    system: System
    name: str
    texts: Mapping[str, str]
    changed: bool
    problems: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 done, 1 where the scheduler is not there or refused."""
        return RETURNED if self.problems else DONE


def choose_system(named: str | None) -> System:
    """The scheduler that was named, else this machine's."""
    wanted = named or find_scheduler()
    return next(system for system in SYSTEMS if system == wanted)


def plan_schedule(
    desk: Desk,
    every: str,
    as_of: dt.date,
    *,
    interpreter: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> SchedulePlan:
    """What is to be run how often; UsageError for an interval that not every scheduler can keep."""
    minutes = read_interval(every)
    if minutes is None:
        known = ", ".join(map(interval_text, INTERVALS))
        raise UsageError([error("schedule-interval-unknown", Place(""), value=every, known=known)])
    python = interpreter or default_interpreter()
    whole = python if PureWindowsPath(str(python)).is_absolute() else python.absolute()
    return SchedulePlan(_where(desk.path), minutes, str(whole), as_of, __version__, task_user(environment))


def print_schedule(plan: SchedulePlan, system: System) -> ScheduleResult:
    """The texts only; no scheduler hears of them."""
    return _result(plan, system, changed=False)


def install_schedule(plan: SchedulePlan, system: System, run: Runner = run_program) -> ScheduleResult:
    """Tells the scheduler; done again, it replaces what was there. Problems: schedule-program-missing, -refused."""
    texts = schedule_texts(plan, system)
    name = schedule_name(plan.desk, system)
    try:
        match system:
            case "windows":
                install_task(name, next(iter(texts.values())), run)
            case "systemd":
                install_units(units_folder(), texts, f"{name}.timer", run)
            case "cron":
                crontab = read_crontab(run)
                write_crontab(put_into_crontab(crontab, texts[name], plan.desk), run)
    except SchedulerError as trouble:
        return _result(plan, system, changed=False, trouble=trouble)
    return _result(plan, system, changed=True)


def remove_schedule(path: Path, system: System, run: Runner = run_program) -> ScheduleResult:
    """Takes away what `install_schedule` put there, and nothing else; the desk itself may be gone by now."""
    desk = _where(path)
    name = schedule_name(desk, system)
    try:
        match system:
            case "windows":
                changed = remove_task(name, run)
            case "systemd":
                changed = remove_units(units_folder(), (f"{name}.timer", f"{name}.service"), f"{name}.timer", run)
            case "cron":
                crontab = read_crontab(run)
                rest = take_from_crontab(crontab, desk)
                changed = rest != crontab
                if changed:
                    write_crontab(rest, run)
    except SchedulerError as trouble:
        return ScheduleResult(system, name, {}, changed=False, problems=(_tell(trouble, name),))
    return ScheduleResult(system, name, {}, changed)


def schedule_json(result: ScheduleResult, writer: ProblemWriter) -> dict[str, Any]:
    """The JSON shape of `schedule`."""
    return {
        "system": result.system,
        "name": result.name,
        "changed": result.changed,
        "texts": dict(result.texts),
        "problems": writer.write_all(result.problems),
    }


def _where(path: Path) -> str:
    """The desk as the scheduler is to find it; links stay links, and drive letters drive letters."""
    return str(path.absolute())


def _result(
    plan: SchedulePlan, system: System, *, changed: bool, trouble: SchedulerError | None = None
) -> ScheduleResult:
    name = schedule_name(plan.desk, system)
    problems = (_tell(trouble, name),) if trouble else ()
    return ScheduleResult(system, name, dict(shown_texts(schedule_texts(plan, system))), changed, problems)


def _tell(trouble: SchedulerError, name: str) -> Problem:
    if not trouble.reason:
        return error("schedule-program-missing", Place(""), program=trouble.program, platform=sys.platform)
    return error("schedule-refused", Place(""), program=trouble.program, name=name, reason=trouble.reason)
