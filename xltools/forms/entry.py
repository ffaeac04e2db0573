"""What a field asks of the cell that it is typed into: style, drop-down, bounds, message, example."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from xltools.core.content import CellContent
from xltools.core.grid import Style, Validation
from xltools.core.sheet import Range
from xltools.core.text import Text
from xltools.forms.model import FieldType, FormField

YES = Text("是", "Yes")
NO = Text("否", "No")
_LONG_AGO, _FAR_AHEAD = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_MESSAGES = {
    FieldType.DATE: Text("日期，如 2026-03-30", "A date such as 2026-03-30"),
    FieldType.SCHEDULE: Text(
        "日期；分批写 2026-03-30×300；2026-04-15×200；未定写 TBC", "A date; split as 2026-03-30×300; ...; or TBC"
    ),
    FieldType.PERCENT: Text("百分数，如 13%", "A percentage such as 13%"),
    FieldType.CHOICE: Text("从下拉列表中选", "Choose from the list"),
    FieldType.YES_NO: Text("从下拉列表中选", "Choose from the list"),
    FieldType.CHOICES: Text("可填几个，用、隔开，或打勾 √", "One or several with commas between, or ticked √"),
    FieldType.INTEGER: Text("整数", "A whole number"),
    FieldType.DECIMAL: Text("数字，不带单位", "A number without its unit"),
    FieldType.MONEY: Text("金额，数字", "An amount, as a number"),
}
_STYLES = {
    FieldType.DATE: Style.INPUT_DATE,
    FieldType.SCHEDULE: Style.INPUT_DATE,
    FieldType.PERCENT: Style.INPUT_PERCENT,
    FieldType.INTEGER: Style.INPUT_NUMBER,
    FieldType.DECIMAL: Style.INPUT_NUMBER,
    FieldType.MONEY: Style.INPUT_NUMBER,
}
_WIDTHS = {
    FieldType.DATE: 13.0,
    FieldType.SCHEDULE: 20.0,
    FieldType.PERCENT: 9.0,
    FieldType.INTEGER: 9.0,
    FieldType.YES_NO: 9.0,
    FieldType.EMAIL: 24.0,
    FieldType.TEXT: 18.0,
    FieldType.TERMS: 18.0,
}


def entry_validation(described: FormField, block: Range) -> Validation | None:
    """What Excel offers and refuses in the field's cells, and the message it shows there; None where nothing is to say.

    A date only warns, since dates written as text are read as well; a schedule takes anything, such as TBC or a split.
    """
    title = described.label.text.both
    words = _words(described)
    message = "" if words is None else f"{words.zh}\n{words.en}"
    match described.type:
        case FieldType.CHOICE | FieldType.YES_NO:
            options = tuple(option.both for option in entry_options(described))
            return Validation(block, "list", options, title=title, message=message)
        case FieldType.DATE:
            return Validation(block, "date", (), _LONG_AGO, _FAR_AHEAD, strict=False, title=title, message=message)
        case FieldType.INTEGER:
            return Validation(block, "integer", (), _lowest(described), described.maximum, title=title, message=message)
        case FieldType.DECIMAL | FieldType.MONEY | FieldType.PERCENT:
            return Validation(block, "decimal", (), _lowest(described), described.maximum, title=title, message=message)
        case _:
            return Validation(block, "any", strict=False, title=title, message=message) if message else None


def entry_options(described: FormField) -> tuple[Text, ...]:
    """The texts of the field's drop-down, empty where it has none; the converter takes either language, and both."""
    if described.type is FieldType.YES_NO:
        return (YES, NO)
    return tuple(choice.label.text for choice in described.choices)


def entry_style(described: FormField) -> Style:
    """The style of the field's cells."""
    return _STYLES.get(described.type, Style.INPUT)


def entry_width(described: FormField) -> float:
    """The width in characters that the field's values usually need."""
    return _WIDTHS.get(described.type, 14.0)


def entry_guide(described: FormField) -> str:
    """How the field is filled, for the guide: the rules' own help, else the type's, and the choices there are."""
    words = _words(described)
    parts = [] if words is None else [words.both]
    if options := entry_options(described):
        parts.append(" / ".join(option.both for option in options))
    return "\n".join(parts)


def entry_example(described: FormField) -> CellContent:
    """The field's example as a person would type it into the template; None where it has none."""
    example = described.example
    if example is None:
        return None
    text = str(example)
    match described.type:
        case FieldType.DATE | FieldType.SCHEDULE:
            return _day_or_text(text)
        case FieldType.PERCENT if text.endswith("%"):
            return _number_or_text(text.removesuffix("%"), Decimal(100))
        case FieldType.INTEGER | FieldType.DECIMAL | FieldType.MONEY | FieldType.PERCENT:
            return _number_or_text(text, Decimal(1))
        case FieldType.CHOICE | FieldType.YES_NO:
            return next((option.both for option in entry_options(described) if text in {option.zh, option.en}), text)
        case _:
            return text


def _words(described: FormField) -> Text | None:
    return described.help.text if described.help else _MESSAGES.get(described.type)


def _lowest(described: FormField) -> Decimal | None:
    """The least value a person may type: Excel's bounds are inclusive."""
    if described.above is None:
        return described.minimum
    return described.above + Decimal(1).scaleb(-described.decimal_places)


def _day_or_text(text: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def _number_or_text(text: str, divisor: Decimal) -> Decimal | str:
    try:
        return Decimal(text) / divisor
    except InvalidOperation:
        return text
