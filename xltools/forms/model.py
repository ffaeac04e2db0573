"""What the rules say, as types: forms, layouts, workflow, routes, calendar, tracker columns and settings.

The field names here are the keys of the YAML files in rules/; docs/rules.md explains them to the people who edit them.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from xltools.core.text import Text, label_key
from xltools.forms.limits import Limits, RuleModel

Identifier = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]*$")]
DateOrder = Literal["day-first", "month-first", "year-first"]
KebabName = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


ORDER_FORM = "order-intake"  # the form that orders are made of
ORDER_NUMBER = "order_no"  # its field that tells them apart


@dataclass(frozen=True, kw_only=True)
class Label(RuleModel):
    """Words in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The words as a core Text."""
        return Text(self.zh, self.en)


class FieldType(StrEnum):
    """How a field's cells are converted."""

    TEXT = "text"
    CODE = "code"  # text that is never a number: `0010248`
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"  # 0.13, shown as 13%
    DATE = "date"
    SCHEDULE = "schedule"  # one date, several with quantities, or TBC
    CHOICE = "choice"
    CHOICES = "choices"  # several of them, as on paper: kept as their values with a blank between, in the form's order
    EMAIL = "email"
    PHONE = "phone"
    YES_NO = "yes-no"
    TERMS = "terms"  # payment terms: kept as written, understood as far as may be


class Stage(StrEnum):
    """The four points by which a field must be filled."""

    INTAKE = "intake"
    CONTRACT = "contract"
    PRODUCTION = "production"
    SHIPPING = "shipping"


@dataclass(frozen=True, kw_only=True)
class Choice(RuleModel):
    """One value of a choice field: the id that is kept, its label, other words people use for it."""

    value: str
    label: Label
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lookup(RuleModel):
    """Where a field's value must be found: a table of master data (or `orders`, the ledger's own).

    `by` are the columns compared, in order; `becomes` is the column whose value the field then takes (the first of `by`
    when empty); `fill` gives fields of this record that are filled, where blank, from columns of the row found
    (`*` for an order: all blanks, lines too). `unknown` says what a value found nowhere is.
    """

    table: KebabName
    by: tuple[Identifier, ...]
    becomes: Identifier | None = None
    fill: Mapping[Identifier, Identifier] | Literal["*"] = field(default_factory=dict)
    unknown: Literal["error", "warning", "ignore"] = "warning"


@dataclass(frozen=True, kw_only=True)
class FormField(RuleModel):
    """A field of a form.

    `scale` is the number of decimal places kept on reading, half up. `required` is the stage by which it must be
    filled; `alternative` names a field that does as well. `above` is an exclusive lower bound. `default` may be
    `$received`, the day the desk took the workbook in. `editable` means staff may type it in the tracker; `repeats`
    that a repeat order takes its value over from the earlier one. `unit` is the unit of this number, or `unit_field`
    names the field beside it that holds the unit. A template leaves `room` for so many lines of text in it: a field
    around the table with more than one has a row of its own.
    """

    name: Identifier
    label: Label
    type: FieldType = FieldType.TEXT
    scale: int | None = None
    required: Stage | None = None
    alternative: Identifier | None = None
    minimum: Decimal | None = None
    above: Decimal | None = None
    maximum: Decimal | None = None
    pattern: str | None = None
    choices: tuple[Choice, ...] = ()
    lookup: Lookup | None = None
    unit: str = ""
    unit_field: Identifier | None = None
    default: str | int | bool | Decimal | None = None
    editable: bool = False
    repeats: bool = True
    room: Annotated[int, Limits(ge=1, le=12)] = 1
    example: str | int | Decimal | None = None
    help: Label | None = None

    @cached_property
    def decimal_places(self) -> int:
        """The scale: the one given, else price 4 for decimal, money 2, percent 4, integer 0."""
        if self.scale is not None:
            return self.scale
        return {FieldType.MONEY: 2, FieldType.INTEGER: 0}.get(self.type, 4)

    @cached_property
    def choice_words(self) -> Mapping[str, str]:
        """The value that each word for a choice stands for, by the word's label key."""
        return {
            label_key(word): choice.value
            for choice in reversed(self.choices)
            for word in (*choice.aliases, choice.label.text.both, choice.label.en, choice.label.zh, choice.value)
        }


@dataclass(frozen=True, kw_only=True)
class Check(RuleModel):
    """A condition across fields; `rule` is an expression that must be true.

    It is not looked at while a field it names is blank, unless `optional` lists that field. In a line check the
    header's fields can be named too. `field` is the cell that the problem points at.
    """

    code: KebabName
    rule: str
    field: Identifier
    optional: tuple[Identifier, ...] = ()
    severity: Literal["error", "warning"] = "error"
    message: Label
    hint: Label


@dataclass(frozen=True, kw_only=True)
class Form(RuleModel):
    """A kind of document: its header fields, the fields of its lines, its checks.

    Master data forms have `header` fields only, one record per row, and name their `key` field; `key_with` are further
    fields without which it does not tell rows apart, as the warehouse of a product's stock.
    `effect` is what a document of it does: `order` makes orders, `change` asks to change one, `shipment` says what has
    left; a `statement` says something of an order (in `order_no`, of one of its lines in `line_no`), which gates may
    wait for. A statement's document waits, and is never returned, until the fields that it `awaits` stand in each row.
    Without `needs_lines` the header alone may say all.
    """

    name: KebabName
    version: Annotated[int, Limits(ge=1)]
    label: Label
    purpose: Literal["document", "master"] = "document"
    effect: Literal["order", "change", "shipment", "statement"] = "statement"
    awaits: tuple[Identifier, ...] = ()
    needs_lines: bool = True
    key: Identifier | None = None
    key_with: tuple[Identifier, ...] = ()
    header: tuple[FormField, ...]
    lines: tuple[FormField, ...] = ()
    header_checks: tuple[Check, ...] = ()
    line_checks: tuple[Check, ...] = ()

    def fields(self) -> Iterator[FormField]:
        """All fields, header first."""
        yield from self.header
        yield from self.lines

    def field(self, name: str) -> FormField | None:
        """The field of that name."""
        return self._by_name.get(name)

    def is_line_field(self, name: str) -> bool:
        """True when the field belongs to lines."""
        return name in self._line_names

    @cached_property
    def _by_name(self) -> Mapping[str, FormField]:
        return {field.name: field for field in self.fields()}

    @cached_property
    def _line_names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.lines)


@dataclass(frozen=True, kw_only=True)
class Placement(RuleModel):
    """A field in a layout, the headers it goes under beside the form's own labels, and its width in a template.

    A header field of a list stands `above` the table of the template, once for all rows, instead of in a column. One
    that is not `drawn` is read where it stands, and no template has it.
    """

    field: Identifier
    aliases: tuple[str, ...] = ()
    width: float | None = None
    above: bool = False
    drawn: bool = True


@dataclass(frozen=True, kw_only=True)
class Shipping(RuleModel):
    """A list that also says what has left: a line with a date in `date` is booked as shipped in full."""

    date: Identifier


@dataclass(frozen=True, kw_only=True)
class Layout(RuleModel):
    """Where the fields of a form lie in a workbook.

    `sheet`: label/value pairs with a line table under them, one record a sheet. `list`: one table row per line (or
    per record, for a form without lines), rows grouped to records by the field `group_by`; header fields stand in
    columns too. `two-sheets`: a table of header fields on one sheet and one of lines on another, both with the column
    `group_by`. `ignore` are headers known and left aside, `skip_sheets` sheets that are not data; where `sheets` names
    some, only these are read, hidden ones too. `dates_across` is the schedule field whose dates may head columns of
    quantities. Rows in which the line field `skip_without` is blank are no lines: they were filled in beforehand and
    not used. `enters` is the workflow stage that its orders come in at; `template` the workbook in templates/ that is
    made from it.
    `date_order` settles which of day, month and year stands first in its dates; the desk's own holds unless given.
    """

    name: KebabName
    form: KebabName
    kind: Literal["sheet", "list", "two-sheets"]
    label: Label
    template: str | None = None
    header: tuple[Placement, ...]
    lines: tuple[Placement, ...] = ()
    group_by: Identifier | None = None
    defaults: Mapping[Identifier, str | int | bool | Decimal] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    skip_sheets: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    dates_across: Identifier | None = None
    skip_without: Identifier | None = None
    enters: KebabName | None = None
    shipped: Shipping | None = None
    date_order: DateOrder | None = None

    def placements(self) -> Iterator[Placement]:
        """All placements, header first."""
        yield from self.header
        yield from self.lines


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True, kw_only=True)
class Calendar(RuleModel):
    """The factory's rest days. `country: CN` takes the State Council's holidays and make-up days as well."""

    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    country: Literal["CN", "none"] = "none"
    holidays: tuple[dt.date, ...] = ()
    workdays: tuple[dt.date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrackerColumn(RuleModel):
    """A column of the order tracker: an order or line field, or one of the figures the desk computes.

    The label is the field's own unless given here; editable is what the form says of the field.
    """

    column: Identifier
    label: Label | None = None
    width: float = 12


@dataclass(frozen=True, kw_only=True)
class Tracker(RuleModel):
    """The tracker's columns, left to right."""

    columns: tuple[TrackerColumn, ...]
