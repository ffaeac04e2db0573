"""Whose name stands under a statement: somebody of the department, their deputy, or a name that nobody knows.

A typed name is a claim, not a signature; what is known of it is recorded with it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xltools.core.problem import Problem, warning
from xltools.core.record import Record, Table, Value
from xltools.core.text import label_key


@dataclass(frozen=True, slots=True)
class Signer:
    """The name as typed, whom they stand in for (empty: they signed for themselves), and what is odd about it."""

    name: str
    deputy_for: str = ""
    problems: tuple[Problem, ...] = ()


def find_signer(
    given: Value | None,
    department: str,
    staff: Table | None,
    as_of: dt.date,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Signer:
    """Who signed for a department (empty: any), as master data have it on a date; departments are told by `labels`.

    Warnings signer-unknown for a name that the staff list lacks, signer-of-other-department for one of another
    department who is nobody's deputy there. Without staff list nothing is compared.
    """
    if given is None:
        return Signer("")
    name = str(given.value)
    people = [one for one in staff.records if is_valid(one, as_of)] if staff else []
    if not people:
        return Signer(name)
    own = [one for one in people if label_key(one.text("name")) == label_key(name)]
    if any(not department or one.text("department") == department for one in own):
        return Signer(name)
    represented = next(_represented(name, department, people), None)
    if represented is not None:
        return Signer(name, represented.text("name"))
    if not own:
        return Signer(name, problems=(warning("signer-unknown", given.place, "name", value=name),))
    other = own[0].text("department")
    told = {"got": labels.get(other, other), "expected": labels.get(department, department)}
    problem = warning("signer-of-other-department", given.place, "name", value=name, **told)
    return Signer(name, problems=(problem,))


def is_valid(person: Record, as_of: dt.date) -> bool:
    """True where a person's entry holds on a date."""
    start, end = person.get("valid_from"), person.get("valid_to")
    begun = not isinstance(start, dt.date) or start <= as_of
    return begun and (not isinstance(end, dt.date) or as_of <= end)


def _represented(name: str, department: str, people: list[Record]) -> Iterator[Record]:
    """Those of a department whose deputy bears this name."""
    for one in people:
        if label_key(one.text("deputy")) == label_key(name) and department in {"", one.text("department")}:
            yield one
