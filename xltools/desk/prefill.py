"""Workbooks handed out half filled, such as the shipping list of what is open: they come back by the inbox."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from xltools.books.build import build_workbook
from xltools.core.content import CellContent
from xltools.core.order import Order
from xltools.core.problem import Problem, warning
from xltools.desk.answers import find_order
from xltools.desk.result import PaperResult
from xltools.desk.session import Desk
from xltools.edge.folders import safe_name
from xltools.forms.model import Form, Layout
from xltools.forms.rules import Rules
from xltools.forms.template import fill_template
from xltools.ledger.standing import assess_order, shipment_gates
from xltools.ledger.waiting import tell_shut
from xltools.reports.change_notice import prefill_change_notice
from xltools.reports.shipping_list import prefill_shipping_list

_SPARE_ROWS = 5  # under those filled in: another batch, another order on the same lorry
Values = Mapping[str, CellContent]
Filled = tuple[Values, Sequence[Values]]  # header and rows


def make_shipping_list(desk: Desk, order: str, as_of: dt.date) -> PaperResult:
    """A shipping list of what an order has open, in which the quantities are still to be typed.

    It lies in `papers/<order>/` and is no event: nothing has left yet. Gates that are shut are warnings
    (document-waits): the list may be filled all the same, and waits in the inbox. UsageError where there is no such
    order; without anything open, or a form to write it in, no file and the warning nothing-to-ship.
    """
    found = find_order(desk.replay_ledger(), order)
    form = next((one for one in desk.rules.forms.values() if one.effect == "shipment"), None)
    layout = _find_layout(form, desk.rules) if form else None
    if form is None or layout is None or not prefill_shipping_list(found, as_of).rows:
        return PaperResult((), (warning("nothing-to-ship", found.place, "order_no", order=found.number),))

    def fill(copy: int) -> Filled:
        filled = prefill_shipping_list(found, as_of, copy)
        return filled.header, filled.rows

    file = _write_prefilled(desk, found, form, layout, as_of, fill)
    return PaperResult((file,), _tell_shut(found, desk.rules, as_of))


def make_change_notice(desk: Desk, order: str, as_of: dt.date) -> PaperResult:
    """A change notice on an order's current revision, with the values that stand; what is to become of them is blank.

    It lies in `papers/<order>/` and is no event. UsageError where there is no such order; without a form to write it
    in, no file and the warning paper-not-needed.
    """
    found = find_order(desk.replay_ledger(), order)
    form = next((one for one in desk.rules.forms.values() if one.effect == "change"), None)
    drawn = [layout for layout in desk.rules.layouts_of(form.name) if layout.template] if form else []
    layout = next((one for one in drawn if one.kind == "sheet"), None)
    if form is None or layout is None:
        return PaperResult((), (warning("paper-not-needed", found.place, order=found.number),))
    filled = prefill_change_notice(found, desk.rules, as_of)
    file = _write_prefilled(desk, found, form, layout, as_of, lambda _: (filled.header, filled.rows))
    return PaperResult((file,), ())


def _find_layout(form: Form, rules: Rules) -> Layout | None:
    """The layout in which such workbooks are handed out: the first list with a template, else any with one."""
    drawn = [layout for layout in rules.layouts_of(form.name) if layout.template]
    return next((layout for layout in drawn if layout.kind == "list"), next(iter(drawn), None))


def _write_prefilled(
    desk: Desk, order: Order, form: Form, layout: Layout, as_of: dt.date, fill: Callable[[int], Filled]
) -> str:
    """Writes the workbook with what the layout has room for; beside one that a person has filled already.

    `fill` gives the values of header and rows for the first copy of the day, the second, and on.
    """
    folder = f"{desk.folders.papers}/{safe_name(order.number)}"
    language = desk.rules.settings.language
    name = form.name if language == "en" else form.label.text.in_language(language)
    (desk.path / folder).mkdir(parents=True, exist_ok=True)
    copy = 0
    while True:
        copy += 1
        suffix = f"-{as_of.isoformat()}.xlsx" if copy == 1 else f"-{as_of.isoformat()} ({copy}).xlsx"
        file = f"{folder}/{safe_name(f'{name}-{order.number}', suffix)}"
        content = _draw_prefilled(form, layout, as_of, *fill(copy))
        path = desk.path / file
        if not path.exists():
            path.write_bytes(content)
            return file
        if path.is_file() and path.read_bytes() == content:
            return file


def _draw_prefilled(form: Form, layout: Layout, as_of: dt.date, header: Values, rows: Sequence[Values]) -> bytes:
    placed = {placement.field for placement in layout.placements() if placement.drawn}
    grids = fill_template(form, layout, _only(header, placed), [_only(row, placed) for row in rows], _SPARE_ROWS)
    return build_workbook(grids, as_of, {"xltools-form": form.name}, form.label.text.both)


def _only(values: Values, names: set[str]) -> Values:
    return {name: value for name, value in values.items() if name in names}


def _tell_shut(order: Order, rules: Rules, as_of: dt.date) -> tuple[Problem, ...]:
    return tell_shut(order, order.place, shipment_gates(assess_order(order, rules, as_of), rules), rules)
