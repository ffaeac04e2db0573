"""The cells of one record or line → its draft: each converted, or told why not."""

from collections.abc import Iterable, Mapping

from xltools.core.payment_terms import PaymentTerms
from xltools.core.place import Place
from xltools.core.problem import warning
from xltools.core.record import Value
from xltools.core.remembered import Remembered
from xltools.core.sheet import Cell
from xltools.forms.model import FieldType, Form, FormField
from xltools.intake.complete import Draft
from xltools.intake.conventions import Conventions
from xltools.intake.convert import bound_number, is_left_blank, read_scalar
from xltools.intake.numbers import read_number
from xltools.intake.quantity import split_quantity
from xltools.intake.unread import Unread


class CellFields:
    """The fields that cells belong to, by name, and which of them take any text as it is: most cells are such."""

    __slots__ = ("by_name", "plain")

    def __init__(self, fields: Iterable[FormField]) -> None:
        """Takes the fields of a form's header or lines."""
        self.by_name = {field.name: field for field in fields}
        self.plain = frozenset(
            name for name, field in self.by_name.items() if field.type is FieldType.TEXT and field.pattern is None
        )


header_fields = Remembered[Form, CellFields](lambda form: CellFields(form.header))
line_fields = Remembered[Form, CellFields](lambda form: CellFields(form.lines))


def convert_cells(place: Place, cells: Mapping[str, Cell], fields: CellFields, conventions: Conventions) -> Draft:
    """The draft of a record or line whose cells are these, by field."""
    draft = Draft(place)
    values, blanks, plain, by_name = draft.values, draft.blanks, fields.plain, fields.by_name
    for name, (value, spot) in cells.items():
        if value is None:
            blanks[name] = spot
        elif type(value) is not str:
            given = read_scalar(value, by_name[name], conventions)
            if isinstance(given, Unread):
                draft.spoil(name, given.at(spot, name))
            else:
                values[name] = Value(given, spot)
        elif name not in plain:
            _convert_text(draft, value, spot, by_name[name], conventions)
        elif text := value.strip():
            values[name] = Value(text, spot)
        else:
            blanks[name] = spot
    return draft


def _convert_text(draft: Draft, value: str, place: Place, field: FormField, conventions: Conventions) -> None:
    name = field.name
    if is_left_blank(value, field):
        draft.blanks[name] = place
        return
    if field.unit_field and _convert_quantity(draft, value, place, field):
        return
    given = read_scalar(value, field, conventions)
    if isinstance(given, Unread):
        draft.spoil(name, given.at(place, name))
        return
    draft.values[name] = Value(given, place)
    if isinstance(given, PaymentTerms) and not given.parts:
        draft.problems.append(warning("terms-not-understood", place, name, value=given))


def _convert_quantity(draft: Draft, value: str, place: Place, field: FormField) -> bool:
    """True for a number with a unit behind it, `80kg`; whether it is the line's shows when the line is complete."""
    written = None if read_number(value) is not None else split_quantity(value)
    if written is None:
        return False
    given = bound_number(written.number, field)
    if isinstance(given, Unread):
        draft.spoil(field.name, given.at(place, field.name))
        return True
    draft.values[field.name] = Value(given, place)
    draft.written[field.name] = written
    return True
