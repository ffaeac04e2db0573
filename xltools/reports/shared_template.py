"""The templates of the workbooks that people share: what a run patches its rows into, in both languages."""

from collections.abc import Sequence

from xltools.core.grid import Grid
from xltools.core.text import Text
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.reports.changes import changes_conditions, changes_table
from xltools.reports.dashboard_sheet import dashboard_grid
from xltools.reports.prices import PRINTED_COLUMNS, prices_table
from xltools.reports.review_list import ROW_HEIGHT as REVIEW_HEIGHT
from xltools.reports.review_list import review_checks, review_conditions, review_table
from xltools.reports.table_drawing import template_grid
from xltools.reports.to_resolve import ANSWER, answer_check, to_resolve_conditions, to_resolve_table
from xltools.reports.today import TODAY_HEIGHT, today_conditions, today_table

_TODAY = Text("今日待办", "Today")
_TO_RESOLVE = Text("待处理", "To Resolve")
_CHANGES = Text("变更", "Changes")
_REVIEW = Text("评审清单", "Review List")
_PRICES = Text("价格", "Prices")
_TWO_LINES = 33.0  # points


def template_grids(rules: Rules, says: Sequence[Say] = ()) -> list[Grid]:
    """The sheets of the tracker's workbook that follow the tracker itself: Today, To resolve, Changes, Dashboard.

    `says` are the languages that their colours are to know the words of.
    """
    return [
        template_grid(today_table(), _TODAY.both, conditions=today_conditions(), frozen=2, least_height=TODAY_HEIGHT),
        template_grid(
            to_resolve_table(),
            _TO_RESOLVE.both,
            conditions=to_resolve_conditions(),
            checks={ANSWER: answer_check},
            frozen=1,
            least_height=_TWO_LINES,
        ),
        template_grid(
            changes_table(),
            _CHANGES.both,
            conditions=changes_conditions(says),
            frozen=4,
            least_height=_TWO_LINES,
        ),
        dashboard_grid(rules),
    ]


def prices_grids(rules: Rules) -> list[Grid]:
    """The sheets of the workbook of prices."""
    return [template_grid(prices_table(rules), _PRICES.both, frozen=1, printed=PRINTED_COLUMNS)]


def review_grids(rules: Rules) -> list[Grid]:
    """The sheet of a department's review list."""
    table = review_table(rules)
    return [
        template_grid(
            table,
            _REVIEW.both,
            conditions=review_conditions(rules),
            checks=review_checks(rules),
            frozen=[column.name for column in table.columns].index("order_line") + 1,
            printed=len(table.columns) - len(table.key),
            least_height=REVIEW_HEIGHT,
        )
    ]
