"""Whether workflow, routes, tracker and settings agree with the forms and with each other."""

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from xltools.core.problem import Problem
from xltools.core.units import unit_key
from xltools.forms.form_checks import Shaped, check_expression, check_unique, unknown
from xltools.forms.mail_checks import check_mail
from xltools.forms.model import Form, Tracker
from xltools.forms.nearest import nearest_word
from xltools.forms.settings import NumberSeries, Settings
from xltools.forms.shape import model_keys
from xltools.forms.source import rule_error
from xltools.forms.tracker_columns import COMPUTED_COLUMNS, KEY_COLUMNS
from xltools.forms.workflow import Routes, Workflow

# What a route's condition may name beside header fields: the sum of the lines' amounts, in the order's currency.
ROUTE_FIGURES = ("total_amount", "novel")
CHANGE_FIGURES = ("kinds", "shipped_share")  # of a change beside its notice's header fields
SERIES_BLANKS = "{n}, {n:03}, {yyyy}, {yy}, {mm}, {dd}"
_BLANK = re.compile(r"\{([^{}]*)\}")
_SERIES_BLANK = re.compile(r"yyyy|yy|mm|dd|n|n:0[1-9]")

# Names in the desk itself; the others are files in master/.
TOP_NAMES = ("inbox", "review", "returned", "papers", "archive", "outbox", "master", "tracker")
_RESERVED_NAMES = {"rules", "templates", "desk.yaml", "con", "prn", "aux", "nul"}
_FOLDER_NAME = re.compile(r"[^./\\:*?\"<>|~\s\x00-\x1f][^/\\:*?\"<>|\x00-\x1f]*")


def check_workflow(workflow: Shaped[Workflow]) -> Iterator[Problem]:
    """Stages, turning points, and the names of the gates; what these ask is for gate_checks."""
    model, tree = workflow.model, workflow.tree
    stages = [stage.name for stage in model.stages]
    yield from check_unique([(name, tree.find("stages", index, "name").mark) for index, name in enumerate(stages)])
    for key in ("approved", "ready"):
        name = str(getattr(model, key))
        if name not in stages:
            yield unknown("rule-unknown-stage", tree.find(key).mark, name, stages)
    yield from check_unique(
        [
            (gate.name, tree.find("stages", index, "gates", position, "name").mark)
            for index, stage in enumerate(model.stages)
            for position, gate in enumerate(stage.gates)
        ]
    )


def check_routes(routes: Shaped[Routes], orders: Form | None) -> Iterator[Problem]:
    """Departments and conditions of the routes."""
    model, tree = routes.model, routes.tree
    departments = [department.name for department in model.departments]
    yield from check_unique(
        [(name, tree.find("departments", index, "name").mark) for index, name in enumerate(departments)]
    )
    yield from check_unique(
        [(route.name, tree.find("routes", index, "name").mark) for index, route in enumerate(model.routes)]
    )
    for index, route in enumerate(model.routes):
        node = tree.find("routes", index)
        for position, name in enumerate(route.departments):
            if name not in departments:
                mark = node.find("departments", position).mark
                yield unknown("rule-unknown-department", mark, name, departments)
        if route.when is not None and orders:
            known = [*(field.name for field in orders.header), *ROUTE_FIGURES]
            yield from check_expression(route.when, node.find("when"), known)


def check_change_routes(routes: Shaped[Routes], forms: Mapping[str, Shaped[Form]]) -> Iterator[Problem]:
    """Departments and conditions of the routes that changes take, which speak of the change notice's header."""
    departments = [department.name for department in routes.model.departments]
    notice = next((form.model for form in forms.values() if form.model.effect == "change"), None)
    names = [route.name for route in routes.model.changes]
    marks = [routes.tree.find("changes", index, "name").mark for index in range(len(names))]
    yield from check_unique(list(zip(names, marks, strict=True)))
    for index, route in enumerate(routes.model.changes):
        node = routes.tree.find("changes", index)
        for position, name in enumerate(route.departments):
            if name not in departments:
                yield unknown("rule-unknown-department", node.find("departments", position).mark, name, departments)
        if route.when is not None and notice:
            known = [*(field.name for field in notice.header), *CHANGE_FIGURES]
            yield from check_expression(route.when, node.find("when"), known)


def check_staff(staff: Shaped[Form], routes: Routes) -> Iterator[Problem]:
    """The departments that staff can be put into are those of the routes."""
    field = staff.model.field("department")
    departments = [department.name for department in routes.departments]
    if field is None:
        return
    index = staff.model.header.index(field)
    for position, choice in enumerate(field.choices):
        if choice.value not in departments:
            mark = staff.tree.find("header", index, "choices", position, "value").mark
            yield unknown("rule-unknown-department", mark, choice.value, departments)


def check_tracker(tracker: Shaped[Tracker], orders: Form | None) -> Iterator[Problem]:
    """Columns that are fields of an order or that the desk computes, each once, and the key among them."""
    model, tree = tracker.model, tracker.tree
    names = [column.column for column in model.columns]
    yield from check_unique([(name, tree.find("columns", index, "column").mark) for index, name in enumerate(names)])
    fields = [field.name for field in orders.fields()] if orders else []
    for index, column in enumerate(model.columns):
        node = tree.find("columns", index)
        if orders and column.column not in fields and column.column not in COMPUTED_COLUMNS:
            known = [*COMPUTED_COLUMNS, *(name for name in fields if name not in COMPUTED_COLUMNS)]
            yield unknown("rule-unknown-field", node.find("column").mark, column.column, known)
        elif orders and column.label is None and column.column not in fields:
            yield rule_error("rule-missing-key", node.find("column").mark, key="label")
    for key in KEY_COLUMNS:
        if key not in names:
            yield rule_error("rule-tracker-key-missing", tree.key_mark("columns"), column_name=key)


def _check_folders(settings: Shaped[Settings]) -> Iterator[Problem]:
    """Folders lie side by side in the desk: relative, each under its own name, none of ours."""
    folders = asdict(settings.model.folders)
    tops = [str(folders[name]).casefold() for name in TOP_NAMES]
    for name, value in folders.items():
        text = str(value)
        twice = name in TOP_NAMES and tops.count(text.casefold()) > 1
        if twice or text.casefold() in _RESERVED_NAMES or not _FOLDER_NAME.fullmatch(text) or text.endswith("."):
            mark = settings.tree.find("folders", name).mark
            yield rule_error("rule-bad-folder", mark, got=text, key=name)


def _check_units(settings: Shaped[Settings]) -> Iterator[Problem]:
    """A word stands for one unit, and units are counted in one that is counted in no other."""
    model, tree = settings.model, settings.tree
    bases = [unit.name for unit in model.units if unit.base is None]
    owners: dict[str, str] = {}
    for index, unit in enumerate(model.units):
        node = tree.find("units", index)
        marks = [node.find("name").mark, *(node.find("aliases", at).mark for at in range(len(unit.aliases)))]
        for word, mark in zip((unit.name, *unit.aliases), marks, strict=True):
            if owners.setdefault(unit_key(word), unit.name) != unit.name:
                yield rule_error("rule-duplicate-name", mark, name=word)
        if unit.base is not None and unit.base not in bases:
            expected, nearest = ", ".join(bases), nearest_word(unit.base, bases)
            mark = node.find("base").mark
            yield rule_error("rule-unknown-value", mark, key="base", got=unit.base, expected=expected, nearest=nearest)


def check_settings(settings: Shaped[Settings]) -> Iterator[Problem]:
    """Folder names, time zone, units and the desk's own numbers."""
    model, tree = settings.model, settings.tree
    yield from _check_folders(settings)
    try:
        zoneinfo.ZoneInfo(model.time_zone)
    except (OSError, ValueError, KeyError):  # "Asia" is a folder, "../x" not a key
        zones = sorted(zoneinfo.available_timezones())
        near = unknown("rule-unknown-time-zone", tree.find("time_zone").mark, model.time_zone, zones)
        yield rule_error(
            near.code, tree.find("time_zone").mark, got=model.time_zone, nearest=dict(near.values)["nearest"]
        )
    yield from _check_units(settings)
    yield from check_mail(settings)
    for series in model_keys(NumberSeries):
        pattern = str(getattr(model.number_series, series))
        blanks = _BLANK.findall(pattern)
        counters = [blank for blank in blanks if blank.startswith("n")]
        known = all(_SERIES_BLANK.fullmatch(blank) for blank in blanks)
        if not known or len(counters) != 1 or set(_BLANK.sub("", pattern)) & set("{}"):
            mark = tree.find("number_series", series).mark
            yield rule_error("rule-bad-series", mark, got=pattern, expected=SERIES_BLANKS)
