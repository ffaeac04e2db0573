"""Who is awaited, by name: the people of a department as master data have them on a date, and who stands in."""

import datetime as dt
from dataclasses import dataclass

from xltools.core.order import Order
from xltools.core.record import Record, Table
from xltools.core.text import Language, label_key, normalize_text
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.ledger.signers import is_valid
from xltools.reports.wording import role_text, whom_text

_MOST_NAMED = 2  # of a department; more are counted


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff list; `stands_for` is whose entry has ended or not begun, empty for one's own place."""

    name: str
    mail: str = ""
    stands_for: str = ""


class People:
    """The staff list as it holds on a date; without one nobody is known by name."""

    def __init__(self, staff: Table | None, as_of: dt.date) -> None:
        """Takes the table of form staff."""
        self._records = staff.records if staff else ()
        self._as_of = as_of

    def of_department(self, department: str) -> tuple[Person, ...]:
        """Those of a department, in the order of the list; the deputy in place of one whose entry has ended."""
        found = [self._present(one) for one in self._records if one.text("department") == department]
        own = {label_key(one.name) for one in found if one and not one.stands_for}
        people = {
            label_key(one.name): one for one in found if one and not (one.stands_for and label_key(one.name) in own)
        }
        return tuple(people.values())

    def find(self, name: str) -> Person | None:
        """The person of that name, or who stands in for them; None where the list knows neither."""
        records = [one for one in self._records if label_key(one.text("name")) == label_key(name)]
        return next((found for one in records if (found := self._present(one))), None)

    def _present(self, record: Record) -> Person | None:
        name, deputy = (normalize_text(record.text(field)) for field in ("name", "deputy"))
        if is_valid(record, self._as_of):
            return Person(name, record.text("mail"))
        return Person(deputy, self._mail_of(deputy), name) if deputy else None

    def _mail_of(self, name: str) -> str:
        own = (one for one in self._records if label_key(one.text("name")) == label_key(name))
        return next((one.text("mail") for one in own if is_valid(one, self._as_of)), "")


def person_text(person: Person, say: Say) -> str:
    """A name, and whom they stand in for: `陈晨（代 张三）`."""
    return say("ui-deputy", name=person.name, absent=person.stands_for) if person.stands_for else person.name


def awaited_text(
    whom: str, order: Order, rules: Rules, people: People, language: Language, say: Say, name: str = ""
) -> str:
    """Who is awaited: the sales owner by name, a department by its label and its people.

    `name` is the one person of the department who took the task on.
    """
    if whom == "owner":
        owner = order.text("owner")
        found = people.find(owner) if owner else None
        return person_text(found, say) if found else whom_text(whom, order, rules, language, say)
    label = role_text(whom, rules, language, say)
    named = [Person(name)] if name else people.of_department(whom)
    if not named:
        return label
    words = say("ui-name-separator").join(person_text(one, say) for one in named[:_MOST_NAMED])
    more = len(named) - _MOST_NAMED
    return say(
        "ui-department-people",
        department=label,
        people=say("ui-and-more", people=words, count=more) if more > 0 else words,
    )
