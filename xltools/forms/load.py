"""Rules texts, the desk's over the package's, as one checked `Rules`."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from xltools.core.codec import canonical_json
from xltools.core.problem import Problem
from xltools.forms.desk_checks import (
    check_change_routes,
    check_routes,
    check_settings,
    check_staff,
    check_tracker,
    check_workflow,
)
from xltools.forms.form_checks import (
    Shaped,
    check_entry,
    check_form,
    check_layout,
    check_templates,
    unknown,
)
from xltools.forms.gate_checks import OVERRIDE_FORM, check_gate_people, check_gates, check_overrides
from xltools.forms.header_checks import check_header_words
from xltools.forms.header_words import HeaderWords
from xltools.forms.model import ORDER_FORM, Calendar, Form, Layout, Tracker
from xltools.forms.overlay import merge_nodes
from xltools.forms.paper_checks import check_papers
from xltools.forms.papers import Papers
from xltools.forms.rules import Rules
from xltools.forms.settings import Settings
from xltools.forms.shape import ModelT, shape_model
from xltools.forms.source import Mark, Node, SourceText, parse_yaml, rule_error
from xltools.forms.workflow import Routes, Workflow

Layer = Mapping[str, str]
_Texts = tuple[tuple[str, str], ...]

SINGLE_FILES = (
    "workflow.yaml",
    "routes.yaml",
    "calendar.yaml",
    "tracker.yaml",
    "settings.yaml",
    "headers.yaml",
    "papers.yaml",
)
_FOLDERS = ("forms", "layouts")
_STAFF_FORM = "staff"


@dataclass(slots=True)
class _Desk:
    """The trees of all files by path, and what is wrong so far."""

    trees: dict[str, Node] = field(default_factory=dict)
    sources: dict[str, Mark] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # paths with a layer that can't be read
    problems: list[Problem] = field(default_factory=list)

    def shape(self, path: str, model: type[ModelT]) -> Shaped[ModelT] | None:
        """The model of one file; what keeps it from being one is added to the problems."""
        tree = self.trees.get(path) or Node({}, self.sources.get(path) or Mark(SourceText(path, ()), 1, 1))
        shaped, problems = shape_model(model, tree)
        if path in self.broken:  # what a broken layer leaves out would be reported as missing
            return None
        self.problems += problems
        return Shaped(shaped, tree) if shaped else None

    def shape_folder(self, folder: str, model: type[ModelT]) -> tuple[dict[str, Shaped[ModelT]], set[str]]:
        """The models of a folder by name, and the names of those that are none."""
        found: dict[str, Shaped[ModelT]] = {}
        unshaped = set()
        for path in sorted({*self.trees, *self.broken}):
            if not path.startswith(f"{folder}/"):
                continue
            name = path.removeprefix(f"{folder}/").removesuffix(".yaml")
            if shaped := self.shape(path, model):
                found[name] = shaped
                given = shaped.tree.find("name")
                if given.value != name:
                    self.problems.append(rule_error("rule-name-differs", given.mark, got=given.value, expected=name))
            else:
                unshaped.add(name)
        return found, unshaped


def load_rules(
    layers: Sequence[Layer], names: Sequence[Mapping[str, str]] = ()
) -> tuple[Rules | None, tuple[Problem, ...]]:
    """The rules of these layers, or everything that is wrong with them.

    A layer is texts by path relative to rules/ (`forms/order-intake.yaml`, `workflow.yaml`); the first is the package's
    own, later ones are laid over it; a desk.yaml is given as `settings.yaml`. What lies in messages/, and what is not
    .yaml, is left alone. `names` gives, for each layer, what problems call a file (`{"settings.yaml": "desk.yaml"}`);
    otherwise `rules/<path>`, and `xltools/rules/<path>` for the package's own where it is overlaid.
    """
    return _load(tuple(map(_freeze, layers)), tuple(map(_freeze, names)))


def _freeze(texts: Mapping[str, str]) -> _Texts:
    return tuple(sorted(texts.items()))


@lru_cache(maxsize=8)  # a rebuild goes through the same rules run after run, and a desk is opened again and again
def _load(layers: tuple[_Texts, ...], names: tuple[_Texts, ...]) -> tuple[Rules | None, tuple[Problem, ...]]:
    desk = _read_layers([dict(layer) for layer in layers], [dict(called) for called in names])
    forms, unshaped = desk.shape_folder("forms", Form)
    layouts, _ = desk.shape_folder("layouts", Layout)
    workflow = desk.shape("workflow.yaml", Workflow)
    routes = desk.shape("routes.yaml", Routes)
    calendar = desk.shape("calendar.yaml", Calendar)
    tracker = desk.shape("tracker.yaml", Tracker)
    settings = desk.shape("settings.yaml", Settings)
    headers = desk.shape("headers.yaml", HeaderWords)
    papers = desk.shape("papers.yaml", Papers)
    orders = forms[ORDER_FORM].model if ORDER_FORM in forms else None
    found: list[Iterator[Problem]] = [
        *(check_form(form, forms, unshaped) for form in forms.values()),
        *(check_layout(layout, forms, unshaped) for layout in layouts.values()),
        check_templates(list(layouts.values())),
    ]
    if workflow:
        found += [check_workflow(workflow), check_gates(workflow, forms, orders)]
        found += [check_overrides(forms[OVERRIDE_FORM], workflow.model)] if OVERRIDE_FORM in forms else []
        found += [check_entry(layout, workflow.model) for layout in layouts.values()]
    if routes:
        found += [check_routes(routes, orders), check_change_routes(routes, forms)]
        found += [check_gate_people(workflow, routes.model)] if workflow else []
        found += [check_staff(forms[_STAFF_FORM], routes.model)] if _STAFF_FORM in forms else []
    if tracker:
        found.append(check_tracker(tracker, orders))
    if settings:
        found.append(check_settings(settings))
    if headers:
        found.append(check_header_words(headers, forms, unshaped))
    if papers:
        found.append(check_papers(papers, orders, workflow.model if workflow else None))
    problems = sorted({*desk.problems, *chain.from_iterable(found)}, key=_problem_order)
    if problems or not (workflow and routes and calendar and tracker and settings and headers and papers):
        return None, tuple(problems)
    rules = Rules(
        forms={name: form.model for name, form in forms.items()},
        layouts={name: layout.model for name, layout in layouts.items()},
        workflow=workflow.model,
        routes=routes.model,
        calendar=calendar.model,
        tracker=tracker.model,
        settings=settings.model,
        headers=headers.model,
        papers=papers.model,
        sha256=_hash_trees(desk.trees),
    )
    return rules, ()


def _read_layers(layers: Sequence[Layer], names: Sequence[Mapping[str, str]]) -> _Desk:
    desk = _Desk()
    for depth, layer in enumerate(layers):
        called = names[depth] if depth < len(names) else {}
        prefix = "xltools/rules/" if depth == 0 and len(layers) > 1 else "rules/"
        for path in sorted(layer):
            if path.startswith("messages/") or not path.endswith((".yaml", ".yml")):
                continue
            source = SourceText(called.get(path, prefix + path), tuple(layer[path].splitlines()))
            start = Mark(source, 1, 1)
            if not _is_known_path(path):
                expected = (*SINGLE_FILES, *(f"{folder}/….yaml" for folder in _FOLDERS))
                desk.problems.append(unknown("rule-unknown-file", start, path, expected))
                continue
            tree, problems = parse_yaml(layer[path], source.file)
            desk.problems += problems
            desk.sources[path] = start
            if problems and tree is None:
                desk.broken.add(path)
            if tree and path in desk.trees:
                desk.trees[path] = merge_nodes(desk.trees[path], tree, desk.problems)
            elif tree:
                desk.trees[path] = tree
    return desk


def _is_known_path(path: str) -> bool:
    folder, slash, name = path.partition("/")
    if not slash:
        return path in SINGLE_FILES
    return folder in _FOLDERS and name.endswith(".yaml") and "/" not in name


def _problem_order(problem: Problem) -> tuple[str, int, int, str, tuple[tuple[str, str], ...]]:
    place = problem.place
    return place.file, place.line or 0, place.column or 0, problem.code, problem.values


def _hash_trees(trees: Mapping[str, Node]) -> str:
    """Of what the rules say, not how they are written: comments and layers leave it as it is."""
    content = {path: _plain_text(tree.plain()) for path, tree in trees.items()}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def _plain_text(value: object) -> object:
    """The value with its decimals as text, which JSON can hold."""
    if isinstance(value, dict):
        return {key: _plain_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain_text(each) for each in value]
    return value if isinstance(value, bool | int | str) else str(value)
