"""What is late and what is at risk, one row per scheduled delivery."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from xltools.core.codec import plain_decimal
from xltools.core.text import Language
from xltools.forms.rules import Rules
from xltools.reports.lateness import DeliveryStatus
from xltools.reports.lines import AssessedLine
from xltools.reports.wording import Say, iso_date, json_number, natural_key, stage_text, whom_text


@dataclass(frozen=True, slots=True)
class LateRow:
    """A delivery that is late or at risk; `open_quantity` is what is open of it, `reason` a sentence for people."""

    kind: Literal["late", "at-risk"]
    order: str
    line: str
    customer: str
    owner: str
    product: str
    requested: dt.date | None
    promised: dt.date | None
    due: dt.date
    open_quantity: Decimal
    days_late: int
    waiting_for: str
    since: dt.date | None
    reason: str


def list_late(
    lines: Iterable[AssessedLine], rules: Rules, as_of: dt.date, language: Language, say: Say
) -> tuple[LateRow, ...]:
    """The rows of `xltools late`: late deliveries, most days first, then those at risk, soonest first."""
    rows = [
        _late_row(assessed, delivery, rules, as_of, language, say)
        for assessed in lines
        for delivery in assessed.status.deliveries
        if (delivery.late or delivery.at_risk) and delivery.due
    ]
    return tuple(
        sorted(rows, key=lambda row: (row.kind != "late", row.due, natural_key(row.order), natural_key(row.line)))
    )


def late_json(row: LateRow) -> dict[str, Any]:
    """A row in the JSON shape of `late`: dates as ISO text or null, the quantity as a number."""
    return {
        "kind": row.kind,
        "order": row.order,
        "line": row.line,
        "customer": row.customer,
        "owner": row.owner,
        "product": row.product,
        "requested": iso_date(row.requested),
        "promised": iso_date(row.promised),
        "due": iso_date(row.due),
        "open_quantity": json_number(row.open_quantity),
        "days_late": row.days_late,
        "waiting_for": row.waiting_for,
        "since": iso_date(row.since),
        "reason": row.reason,
    }


def _late_row(
    assessed: AssessedLine, status: DeliveryStatus, rules: Rules, as_of: dt.date, language: Language, say: Say
) -> LateRow:
    order, line, delivery = assessed.order, assessed.line, status.delivery
    first_gate = next(iter(assessed.standing.waiting), None)
    due = status.due or as_of
    return LateRow(
        kind="late" if status.late else "at-risk",
        order=order.number,
        line=line.number,
        customer=order.text("customer"),
        owner=order.text("owner"),
        product=line.text("product") or line.text("product_code"),
        requested=delivery.requested,
        promised=delivery.promised,
        due=due,
        open_quantity=delivery.open,
        days_late=status.days_late,
        waiting_for=_awaited(assessed, rules, language, say),
        since=first_gate.since if first_gate else None,
        reason=_reason(assessed, status, (due - as_of).days, rules, language, say),
    )


def _awaited(assessed: AssessedLine, rules: Rules, language: Language, say: Say) -> str:
    """Each shut gate as `who: what`."""
    return "; ".join(
        say(
            "ui-awaited",
            whom=whom_text(gate.whom, assessed.order, rules, language, say),
            what=gate.what.in_language(language),
        )
        for gate in assessed.standing.waiting
    )


def _reason(
    assessed: AssessedLine, status: DeliveryStatus, days_left: int, rules: Rules, language: Language, say: Say
) -> str:
    if status.late:
        code = "ui-reason-late" if status.delivery.promised else "ui-reason-late-unpromised"
        words = say(code, days=status.days_late, quantity=plain_decimal(status.delivery.open))
    else:
        words = say("ui-reason-at-risk", days=days_left, stage=stage_text(assessed.standing.stage, rules, language))
    shortage = assessed.line.text("shortage")
    return say("ui-reason-shortage", reason=words, shortage=shortage) if shortage else words
