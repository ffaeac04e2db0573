"""Order numbers: their normal form, and the next one of a series."""

import datetime as dt
import re
from collections.abc import Collection
from string import Formatter

from xltools.core.text import normalize_text

_COUNTER_WIDTH = re.compile(r"(?:0[1-9])?\Z")


def normalize_order_number(text: str) -> str:
    """The form in which order numbers are kept and compared: NFKC, outer blanks off, never a number.

    `ＳＯ－1 ` is `SO-1`; `0010248` and `10248` stay two orders.
    """
    return normalize_text(text)


def next_number(pattern: str, as_of: dt.date, taken: Collection[str]) -> str:
    """The number after the highest one taken in a series such as `SO{yyyy}{mm}-{n:03}`, from 1.

    A number belongs to the series when it reads as the pattern does on that date, whatever the counter's width.
    ValueError for a pattern without exactly one `{n}` (`{n:03}` pads it with zeros), or with a blank that is not
    `yyyy`, `yy`, `mm`, `dd` or `n`.
    """
    before, width, after = _split_pattern(normalize_order_number(pattern), as_of)
    series = re.compile(f"{re.escape(before)}([0-9]{{1,1000}}){re.escape(after)}")
    counters = (int(match[1]) for number in taken if (match := series.fullmatch(number)))
    return f"{before}{max(counters, default=0) + 1:{width}}{after}"


def _split_pattern(pattern: str, as_of: dt.date) -> tuple[str, str, str]:
    dates = {"yyyy": f"{as_of:%Y}", "yy": f"{as_of:%y}", "mm": f"{as_of:%m}", "dd": f"{as_of:%d}"}
    sides, width = [""], ""
    for literal, name, spec, conversion in Formatter().parse(pattern):
        sides[-1] += literal
        if name is None:
            continue
        if name == "n" and not conversion and _COUNTER_WIDTH.match(spec or ""):
            width = spec or ""
            sides.append("")
        elif name in dates and not conversion and not spec:
            sides[-1] += dates[name]
        else:
            raise ValueError(f"not a blank of a number series: {{{name}}} in {pattern!r}")
    if len(sides) != 2:
        raise ValueError(f"a number series has one counter {{n}}: {pattern!r}")
    return sides[0], width, sides[1]
