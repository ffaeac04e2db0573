"""The units that a record's numbers are in: in a field of their own, in the header, behind the number, or nowhere."""

from collections.abc import Iterable, Mapping

from xltools.core.record import Origin
from xltools.core.sheet import Cell
from xltools.core.units import Units
from xltools.forms.model import Form, FormField
from xltools.intake.complete import Draft
from xltools.intake.quantity import WrittenQuantity, header_unit, settle_unit
from xltools.intake.unread import Unread, unread


def take_header_units(draft: Draft, form: Form, headers: Mapping[str, Cell], units: Units) -> None:
    """Fills blank units from the headers of their numbers, `数量(Pcs)`: the workbook goes before master data."""
    for fields, parts in ((form.header, [draft]), (form.lines, draft.lines)):
        for field in _measured(fields):
            header = headers.get(field.name)
            word = header_unit(header.value, units) if header else ""
            if header is None or not word:
                continue
            for part in parts:
                if field.name in part.values:
                    part.fill(field.unit_field or "", word, header.place, Origin.CELL)


def settle_units(draft: Draft, form: Form, units: Units) -> None:
    """Compares the units written behind numbers with those of their rows, once these are complete.

    Where a row has none, the one that was written fills it. A number in another unit is none of its field's.
    """
    for part in (draft, *draft.lines):
        for name, written in part.written.items():
            field = form.field(name)
            if field and field.unit_field:
                _settle(part, field, field.unit_field, written, units)


def _measured(fields: Iterable[FormField]) -> list[FormField]:
    return [field for field in fields if field.unit_field]


def _settle(part: Draft, field: FormField, unit_field: str, written: WrittenQuantity, units: Units) -> None:
    given, stated = part.values[field.name], part.values.get(unit_field)
    if stated is not None:
        settled = settle_unit(written, str(stated.value), units)
        failure = settled if isinstance(settled, Unread) else None
    elif units.find(written.unit):
        part.fill(unit_field, written.unit, given.place, Origin.CELL)
        failure = None
    else:
        failure = unread("number-not-understood", value=str(written))
    if failure:
        part.spoil(field.name, failure.at(given.place, field.name))
