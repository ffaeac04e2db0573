"""A desk for people who write Python: its orders and lines as pandas frames."""

import datetime as dt
from pathlib import Path

from xltools.desk.assessing import Assessment
from xltools.desk.session import Desk, local_today, open_desk_at
from xltools.edge.frames import Frame, make_frame
from xltools.reports.export import EXPORT_COLUMNS, export_rows
from xltools.reports.late import LATE_COLUMNS, list_late
from xltools.reports.lines import AssessedLine

_ORDER_COLUMNS = ("order", "revision", "stage", "customer", "customer_po", "owner", "currency", "lines", "open_lines")


def open_desk(path: str | Path) -> "DeskFrames":
    """The desk in a folder; DeskError where there is none or its rules are wrong."""
    desk = open_desk_at(Path(path))
    return DeskFrames(desk, local_today(desk.rules, dt.datetime.now(dt.UTC)))


class DeskFrames:
    """The desk as frames; each call reads the ledger as it is at that moment. `as_of` is today where none is given."""

    def __init__(self, desk: Desk, today: dt.date) -> None:
        self._desk = desk
        self._today = today

    def lines(self, as_of: dt.date | None = None) -> Frame:
        """One row per order line, with the columns of `export`."""
        return make_frame(export_rows(self._assess(as_of).lines), EXPORT_COLUMNS)

    def orders(self, as_of: dt.date | None = None) -> Frame:
        """One row per order."""
        by_order: dict[str, list[AssessedLine]] = {}
        for one in self._assess(as_of).lines:
            by_order.setdefault(one.order.number, []).append(one)
        return make_frame((_order_row(lines) for lines in by_order.values()), _ORDER_COLUMNS)

    def late(self, as_of: dt.date | None = None) -> Frame:
        """One row per delivery that is late or at risk and per task past its limit, with the columns of `late`."""
        day = as_of or self._today
        desk = self._desk
        say = desk.catalogue.speaker(desk.language)
        assessed = self._assess(day)
        rows = list_late(assessed.lines, desk.rules, assessed.calendar, day, desk.language, say, desk.read_staff(day))
        return make_frame(({name: getattr(row, name) for name in LATE_COLUMNS} for row in rows), LATE_COLUMNS)

    def _assess(self, as_of: dt.date | None) -> Assessment:
        return self._desk.assess(self._desk.replay_ledger(), as_of or self._today)


def _order_row(lines: list[AssessedLine]) -> dict[str, object]:
    order = lines[0].order
    return {
        "order": order.number,
        "revision": order.revision,
        "stage": lines[0].standing.stage,
        "customer": order.text("customer"),
        "customer_po": order.text("customer_po"),
        "owner": order.text("owner"),
        "currency": order.text("currency"),
        "lines": len(lines),
        "open_lines": sum(one.status.is_open for one in lines),
    }
