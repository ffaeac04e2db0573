"""What a desk has settled of texts that could mean several things; what it leaves open is asked."""

import datetime as dt
from dataclasses import dataclass, field

from xltools.core.units import Units
from xltools.forms.model import DateOrder, Layout
from xltools.forms.rules import Rules


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the texts of one workbook are read.

    `date_order` settles `03/04/19`. `year_from` settles `6月1日`: the next such day from that day on. `units` are the
    words for units, for `80kg`.
    """

    date_order: DateOrder | None = None
    year_from: dt.date | None = None
    units: Units = field(default_factory=Units)


NOTHING_SETTLED = Conventions()


def find_conventions(rules: Rules, layout: Layout | None, received: dt.date | None) -> Conventions:
    """What the layout says, else the desk; `received` is the day the workbook came, from which `next` is counted."""
    reading = rules.settings.reading
    return Conventions(
        (layout.date_order if layout else None) or reading.date_order,
        received if reading.yearless == "next" else None,
        rules.settings.known_units,
    )
