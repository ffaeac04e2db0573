"""Where a ledger's orders and lines stand on a day, by the factory's own calendar."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from xltools.core.calendar import WorkCalendar
from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.edge.holidays import china_days
from xltools.forms.rules import Rules
from xltools.ledger.replay import Ledger
from xltools.ledger.standing import Standing, assess_order
from xltools.reports.lines import AssessedLine, assess_lines

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Assessment:
    """Where every order stands on a date, and each of its lines."""

    standings: Mapping[str, Standing]
    lines: tuple[AssessedLine, ...]
    calendar: WorkCalendar
    problems: tuple[Problem, ...]


def assess(ledger: Ledger, rules: Rules, as_of: dt.date) -> Assessment:
    """Where every order and line of a ledger stands on a date."""
    calendar, problems = work_calendar(rules, as_of)
    standings = {number: assess_order(order, rules, as_of) for number, order in ledger.orders.items()}
    lines = assess_lines(ledger.orders.values(), standings, rules, calendar, as_of)
    return Assessment(standings, lines, calendar, problems)


def work_calendar(rules: Rules, as_of: dt.date) -> tuple[WorkCalendar, tuple[Problem, ...]]:
    """The factory's working days around a date, and a warning where its country's holidays are not known yet."""
    calendar = rules.calendar
    holidays, workdays = set(calendar.holidays), set(calendar.workdays)
    problems: tuple[Problem, ...] = ()
    if calendar.country == "CN":
        days = china_days(range(as_of.year - 1, as_of.year + 2))
        holidays |= days.holidays
        workdays |= days.workdays
        if as_of.year in days.unknown_years:
            problems = (warning("holidays-unknown", Place("rules/calendar.yaml"), year=as_of.year),)
    weekend = frozenset(_WEEKDAYS.index(day) for day in calendar.weekend)
    return WorkCalendar(weekend, frozenset(holidays - set(calendar.workdays)), frozenset(workdays)), problems
