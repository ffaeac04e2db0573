"""What Excel makes of what is written into a cell, and what COM reads out of it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, NamedTuple

from openpyxl.cell.cell import MergedCell
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel, to_excel

from .counting import refusal

ERRORS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}
LONGEST_TEXT, LONGEST_IN_ARRAY = 32_767, 8_203
_NUMBER = re.compile(r"([+-]?)([¥￥$]?)(\d{1,3}(?:,\d{3})+|\d*)(\.\d*)?(e[+-]?\d{1,3})?(%?)", re.IGNORECASE)
_FRACTION = re.compile(r"(-?\d+) (\d+)/(\d+)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_FULL_DATE = re.compile(r"(\d{4}|\d{2})([-/])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日")
_MONTH_DAY = re.compile(r"(\d{1,2})[-/](\d{1,2})|(\d{1,2})月(\d{1,2})日")
_YEAR_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})|(\d{4})年(\d{1,2})月")
_CURRENCY = re.compile(r"[¥￥]")
_QUOTED = re.compile(r"""\"[^"]*\"|'[^']*'|\[[^]]*]""")
_UNIT = re.compile(r"(?<![\w.$])\d[\d.]*(?![eE][+\d])[^\W\d_]")  # 5kg is nothing that a formula may hold


class Typed(NamedTuple):
    """A value as the cell will hold it, the format that a cell without one takes on, and what kind of value it is."""

    value: Any
    number_format: str | None = None
    kind: str | None = None  # f formula, s text whatever it looks like, e error
    prefixed: bool = False


def check_variant(value: Any) -> None:
    """Refuse what pywin32 can't hand over."""
    if value is not None and not isinstance(value, bool | int | float | str | dt.date | Decimal):
        if hasattr(value, "dtype") and hasattr(value, "item"):
            return
        raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise OverflowError("int too big to convert")


def typed(value: Any, number_format: str, today: dt.date) -> Typed:
    """What a cell of that format holds after the value was written into it."""
    if hasattr(value, "item") and hasattr(value, "dtype"):
        value = value.item()
    if isinstance(value, str):
        return _typed_text(value, number_format, today)
    if value is None:
        return Typed(None)
    if isinstance(value, bool):
        return Typed(value)
    if isinstance(value, int) and value in ERRORS.values():
        return Typed(next(word for word, number in ERRORS.items() if number == value), kind="e")
    if isinstance(value, dt.date):
        return _typed_date(value, number_format)
    if number_format == "@":
        return Typed(general(value), kind="s")
    return Typed(_plain(value))


def _typed_date(value: dt.date, number_format: str) -> Typed:
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    moment = moment.replace(tzinfo=None)
    if moment.year < 1900:
        raise refusal("Application-defined or object-defined error")
    has_time = moment.time() != dt.time()
    if number_format == "@":
        words = f"{moment.year}/{moment.month}/{moment.day}" + (f" {moment:%H:%M:%S}" if has_time else "")
        return Typed(words, kind="s")
    return Typed(moment, "yyyy/m/d h:mm" if has_time else "yyyy/m/d")


def _typed_text(text: str, number_format: str, today: dt.date) -> Typed:
    if len(text) > LONGEST_TEXT:
        raise refusal("Application-defined or object-defined error")
    if not text:
        return Typed(None)
    if text.startswith("'"):
        return Typed(text[1:], kind="s", prefixed=True)
    if number_format == "@":
        return Typed(text, kind="s")
    if text.startswith("=") and len(text) > 1:
        return Typed(_checked(text), kind="f")
    found = _word(text.strip().upper()) or _number(text.strip()) or _date(text.strip(), today)
    return found or _nearly_formula(text) or Typed(text, kind="s")


def _word(text: str) -> Typed | None:
    if text in ("TRUE", "FALSE"):
        return Typed(text == "TRUE")
    return Typed(text, kind="e") if text in ERRORS else None


def _nearly_formula(text: str) -> Typed | None:
    """`-A1`, `+A1` and `@A1` are formulas, whatever was meant."""
    if text[0] in "+-@" and text[1:].strip():
        return Typed(_checked(f"={text.removeprefix('+')}"), kind="f")
    return None


def _checked(formula: str) -> str:
    bare = _QUOTED.sub("", formula)
    if (
        len(formula) > LONGEST_IN_ARRAY
        or '"' in bare
        or _UNIT.search(bare)
        or bare.count("(") != bare.count(")")
        or bare[-1] in "+-*/^&=<>,"
    ):
        raise refusal("Application-defined or object-defined error")
    return formula


def _number(text: str) -> Typed | None:
    if (fraction := _FRACTION.fullmatch(text)) and int(fraction[3]):
        whole = int(fraction[1])
        part = int(fraction[2]) / int(fraction[3])
        return Typed(whole + part if whole >= 0 else whole - part, "# ?/?")
    negative = text.startswith("(") and text.endswith(")") and len(text) > 2
    match = _NUMBER.fullmatch(text[1:-1] if negative else text)
    if match is None or not any(character.isdigit() for character in (match[3] or "") + (match[4] or "")):
        return None
    if negative and match[1]:
        return None
    sign, currency, digits, decimals, exponent, percent = (part or "" for part in match.groups())
    value = float(f"{sign}{digits.replace(',', '') or '0'}{decimals if decimals != '.' else ''}{exponent}")
    value = _plain(-value if negative else value)
    if percent:
        return Typed(_plain(value / 100), "0.00%" if decimals else "0%")
    if currency:
        return Typed(value, f'"{currency}"#,##0.00' if decimals else f'"{currency}"#,##0')
    if exponent:
        return Typed(value, "0.00E+00")
    return Typed(value, ("#,##0.00" if decimals else "#,##0") if "," in digits else None)


def _date(text: str, today: dt.date) -> Typed | None:
    if match := _TIME.fullmatch(text):
        clock = _time(match)
        return None if clock is None else Typed(clock, "h:mm:ss" if match[3] else "h:mm")
    day, _, time = text.partition(" ")
    found = _day(day, today)
    if found is None or not time:
        return found
    match = _TIME.fullmatch(time.strip())
    clock = _time(match) if match else None
    return None if clock is None else Typed(found.value + dt.timedelta(days=clock), "yyyy/m/d h:mm")


def _day(text: str, today: dt.date) -> Typed | None:
    if match := _FULL_DATE.fullmatch(text):
        parts = [int(part) for part in match.groups() if part and part.isdigit()]
        number_format = 'yyyy"年"m"月"d"日"' if "年" in text else "yyyy/m/d"
    elif match := _MONTH_DAY.fullmatch(text):
        parts, number_format = [today.year, *(int(part) for part in match.groups() if part)], 'm"月"d"日"'
    elif match := _YEAR_MONTH.fullmatch(text):
        parts, number_format = [*(int(part) for part in match.groups() if part), 1], 'yyyy"年"m"月"'
    else:
        return None
    if parts[0] < 100:
        parts[0] += 2000 if parts[0] < 30 else 1900
    try:
        moment = dt.datetime(*parts)
    except ValueError:
        return None
    return Typed(moment, number_format) if moment.year >= 1900 else None


def _time(match: re.Match[str]) -> float | None:
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 3600 + minutes * 60 + seconds) / 86_400 if minutes < 60 and seconds < 60 else None


def _plain(value: Any) -> int | float:
    """A number as Excel keeps it: 15 digits of a double."""
    number = float(value)
    if abs(number) >= 1e15:
        number = float(f"{number:.14e}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def general(value: Any) -> str:
    """A number as the format General and formulas write it."""
    if isinstance(value, bool):
        return str(value).upper()
    text = f"{float(value):.15g}"
    mantissa, _, exponent = text.partition("e")
    return text if not exponent else f"{mantissa}E{exponent[0]}{int(exponent[1:]):02d}"


def enter(cell: Any, value: Any, today: dt.date) -> None:
    """Write a value into a cell as Excel would."""
    if isinstance(cell, MergedCell):
        return
    found = typed(value, cell.number_format, today)
    number_format, was_date = cell.number_format, is_date_format(cell.number_format)
    if isinstance(found.value, dt.datetime) and number_format != "General" and not was_date:
        found = Typed(_plain(to_excel(found.value)))
    cell.value = found.value if found.kind != "s" else None
    if found.kind == "s":
        cell._value, cell.data_type = found.value, "s"
    elif found.kind:
        cell.data_type = found.kind
    cell.number_format = number_format
    if number_format == "General" and found.number_format:
        cell.number_format = found.number_format
    if found.prefixed or cell.quotePrefix:
        style = cell._style.__copy__()
        cell._style = style
        cell._style.quotePrefix = int(found.prefixed)


def read(cell: Any, result: Any, bare: bool = False) -> Any:
    """What COM reads from a cell: Value, or Value2 where `bare`."""
    value, kind = cell.value, cell.data_type
    if kind == "f":
        value, kind = result, "e" if isinstance(result, str) and result in ERRORS else None
    if value is None or isinstance(value, bool):
        return value
    if kind == "e":
        return ERRORS.get(value, value)
    if isinstance(value, str):
        return value
    number = serial(value)
    if bare:
        return number
    if is_date_format(cell.number_format):
        return moment(number)
    if _CURRENCY.search(cell.number_format):
        return Decimal(str(round(number, 4)))  # COM's currency type
    return number


def serial(value: Any) -> float:
    """The number that stands for a date, a time or itself."""
    if isinstance(value, dt.datetime) and value.tzinfo:
        value = value.replace(tzinfo=None)
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return float(to_excel(value))
    return float(value)


def moment(number: float) -> Any:
    """A date as COM gives it, with a time zone that means nothing; what is no date stays a number."""
    if not 0 <= number < 2_958_466:
        return number
    found = from_excel(number)
    if isinstance(found, dt.time):
        found = dt.datetime.combine(dt.date(1899, 12, 30), found)
    return found.replace(tzinfo=dt.UTC)


def formula(cell: Any) -> str:
    """What Range.Formula reads."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return value if isinstance(value, str) else f"={str(value.text).removeprefix('=')}"
    if isinstance(value, str):
        return value
    return general(value if isinstance(value, bool) else serial(value))
