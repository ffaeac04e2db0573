"""The life of an order and who reviews it, as types: rules/workflow.yaml and rules/routes.yaml."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from xltools.forms.limits import Limits, RuleModel
from xltools.forms.model import Identifier, KebabName, Label, Stage

LateKind = Literal["review", "signature", "payment", "acknowledgement", "change", "production"]
GateDimension = Literal["line", "department", "delivery-note"]


@dataclass(frozen=True, kw_only=True)
class Gate(RuleModel):
    """What must be true before a stage, and who says so. Exactly one of `fields`, `form`, `paper`, `goods` is given.

    `fields`: all fields required by that stage are filled. `paper`: that paper was made for the current revision.
    `goods`: what has left. `form`: statements of that form say so (open, and shown as not tracked, where no such form
    is installed); of these `says` is an expression over a statement's fields that picks those that count, and one of
    them is enough unless `every` asks for one of each line, of each department of the order's route (in the field
    `department`), of each delivery note of the order (in `delivery_note`), or for each combination. `same` are fields
    of theirs that, where filled, must read as the order's header field of that name. `counts` is a number field of
    theirs; its sum must reach `until`, an expression over the order's header fields and `total_amount`, with
    `every: [line]` over the line's fields too; one statement for which `enough` is true does as well. `refuses` picks
    statements that decline the order until it is revised. `current`: only those about the revision under review count.
    `shipping_shows`: the first goods that leave show it as well, and a shipment never waits for it.

    `unless` is an expression over header fields and `total_amount`; where it is true the gate is not needed, and
    `unless_words` says so to people. Where `already` is true the order brought what the gate asks for with it: its
    stage counts as reached. `limit` is in working days; a gate that waits longer is told by `xltools late` as `late`.
    """

    name: KebabName
    what: Label
    whom: KebabName
    fields: Stage | None = None
    form: KebabName | None = None
    paper: KebabName | None = None
    goods: Literal["some-shipped", "all-shipped"] | None = None
    says: str | None = None
    every: tuple[GateDimension, ...] = ()
    same: tuple[Identifier, ...] = ()
    counts: Identifier | None = None
    until: str | None = None
    enough: str | None = None
    refuses: str | None = None
    current: bool = False
    shipping_shows: bool = False
    unless: str | None = None
    unless_words: Label | None = None
    already: str | None = None
    limit: Annotated[int, Limits(ge=0)] | None = None
    late: LateKind = "production"


@dataclass(frozen=True, kw_only=True)
class WorkflowStage(RuleModel):
    """A stage of an order's life and the gates before it; without gates it is reached by being received."""

    name: KebabName
    label: Label
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Workflow(RuleModel):
    """The stages in order, and those that mark turning points.

    From `approved` on, only a change notice changes an order. An order due soon whose stage is before `ready` is at
    risk.
    """

    stages: tuple[WorkflowStage, ...]
    approved: KebabName
    ready: KebabName

    @cached_property
    def review_gates(self) -> frozenset[str]:
        """The gates up to the stage `approved`: once an order's review is through they stay open."""
        up_to = [stage.name for stage in self.stages].index(self.approved) + 1
        return frozenset(gate.name for stage in self.stages[:up_to] for gate in stage.gates)

    def index(self, name: str) -> int:
        """The position of a stage; ValueError where there is none of that name."""
        return [stage.name for stage in self.stages].index(name)

    def entry(self, name: str) -> int:
        """The position of the stage that an order came in at; the first where the desk has renamed it since."""
        return next((at for at, stage in enumerate(self.stages) if stage.name == name), 0)


@dataclass(frozen=True, kw_only=True)
class Route(RuleModel):
    """Who reviews an order: the first route whose `when` (over header fields and `total_amount`) is true.

    A route without departments asks nobody. `meeting`: all of them on one review sheet. Limits are in working days:
    `limit` for the verdict, `accept_within` for taking the task on, `condition_within` for what a conditional verdict
    demands.
    """

    name: KebabName
    label: Label
    when: str | None = None
    departments: tuple[KebabName, ...] = ()
    meeting: bool = False
    limit: Annotated[int, Limits(ge=0)] = 2
    accept_within: Annotated[int, Limits(ge=0)] | None = None
    condition_within: Annotated[int, Limits(ge=0)] = 5


@dataclass(frozen=True, kw_only=True)
class ChangeRoute(RuleModel):
    """Who signs a change: the first whose `when` is true.

    `when` is over the change notice's header fields, `kinds` being tested with `in`, and the order's `shipped_share`
    (0 to 1). `consent`: the customer must have agreed in writing, unless it was the customer who asked for it.
    `approver`: somebody must have approved it in the notice. `limit` is in working days; `unconfirmed_within` that of
    a change told by telephone until a notice confirms it.
    """

    name: KebabName
    label: Label
    when: str | None = None
    departments: tuple[KebabName, ...] = ()
    consent: bool = False
    approver: bool = False
    limit: Annotated[int, Limits(ge=0)] = 2
    unconfirmed_within: Annotated[int, Limits(ge=0)] = 1


@dataclass(frozen=True, kw_only=True)
class Department(RuleModel):
    """A department: its id, and its name as people know it."""

    name: KebabName
    label: Label


@dataclass(frozen=True, kw_only=True)
class Routes(RuleModel):
    """The departments, and the routes of orders and of changes in the order they are tried."""

    departments: tuple[Department, ...]
    routes: tuple[Route, ...]
    changes: tuple[ChangeRoute, ...] = ()
