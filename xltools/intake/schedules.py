"""Delivery schedules as people type them: a date, several with quantities, or words for a date still to be promised."""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.core.record import Schedule, ScheduledDelivery
from xltools.core.sheet import Scalar
from xltools.intake.conventions import NOTHING_SETTLED, Conventions
from xltools.intake.dates import DateReading, read_date, read_date_text

# 要求交期 that is still to be promised, and terms that run from another event.
_UNDATED = re.compile(
    r"tbc|tba|tbd|asap|待定|待确认|未定|尽快|另行通知|[^\d×;]{1,12}后\s*\d{1,3}\s*(天|日|个?工作日)", re.IGNORECASE
)
_PART = re.compile(r"(.+?)\s*[×xX*:]\s*(\d[\d,]*(?:\.\d+)?)\s*[^\d\s]{0,4}")
_PART_SEPARATOR = re.compile(r"\s*[;\n]\s*")


@dataclass(frozen=True, slots=True)
class ScheduleReading:
    """What a cell says: a schedule, or the reading of the date that keeps it from being one."""

    value: Schedule | None = None
    failure: DateReading = field(default_factory=DateReading)


def read_schedule(value: Scalar, conventions: Conventions = NOTHING_SETTLED) -> ScheduleReading:
    """A date; several as `2026-03-01×300; 2026-04-01×200`; or words such as `TBC`, which mean to be promised."""
    if not isinstance(value, str):
        return _as_schedule(read_date(value, conventions))
    text = unicodedata.normalize("NFKC", value).strip()
    whole = _read_part(text, conventions)
    if whole.value or whole.failure.ambiguous:
        return whole
    deliveries: list[ScheduledDelivery] = []
    for part in _PART_SEPARATOR.split(text):
        split = _PART.fullmatch(part)
        reading = _read_part(split[1] if split else part, conventions)
        if reading.value is None:
            return reading
        quantity = Decimal(split[2].replace(",", "")) if split else None
        deliveries.append(ScheduledDelivery(reading.value[0].date, quantity, words=reading.value[0].words))
    return ScheduleReading(tuple(deliveries))


def _read_part(text: str, conventions: Conventions) -> ScheduleReading:
    if _UNDATED.fullmatch(text):
        return ScheduleReading((ScheduledDelivery(words=text),))
    return _as_schedule(read_date_text(text, conventions))


def _as_schedule(reading: DateReading) -> ScheduleReading:
    if reading.value is None:
        return ScheduleReading(failure=reading)
    return ScheduleReading((ScheduledDelivery(reading.value),))
