"""How a gate of the workflow stands for an order."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.core.order import Statement


@dataclass(frozen=True, slots=True)
class GateState:
    """How a gate stands.

    `evidence` is when something happened that shows its stage was reached; `missing` are fields by line number,
    `pending` the departments that have not said their word, `notes` the delivery notes that nothing was said of,
    `figures` what a sum came to and what it must reach. `refusal` declines the order, `override` let it pass.
    """

    is_open: bool
    evidence: dt.date | None = None
    tracked: bool = True
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    figures: tuple[Decimal, Decimal] | None = None
    refusal: Statement | None = None
    override: Statement | None = None
