"""The words in which the life of an order is told: who drops which workbook on which day, who types what where."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fill import Labels, data_sheet, fill_header, fill_list, header_row, load_labels, open_template, save_workbook
from openpyxl.worksheet.worksheet import Worksheet
from story import OrderStory, Typed, order

Cells = Mapping[str, Typed]


@dataclass(frozen=True, slots=True)
class Filled:
    """A workbook of any form as somebody filled it: header cells and rows by field name; a list has rows only.

    `goal` is the desk's folder that it is dropped into. `outcome` and `codes` are what people expect of it.
    """

    name: str
    form: str
    by: str
    header: Cells
    rows: tuple[Cells, ...] = ()
    template: str = ""
    goal: str = "inbox"
    outcome: str = "accepted"
    codes: tuple[str, ...] = ()

    def make(self, templates: Path, saved: dt.date) -> bytes:
        """Its bytes, filled into the template of its form."""
        book = open_template(templates, self.template or self.form)
        fill_form(data_sheet(book), load_labels(self.form), self.header, self.rows)
        return save_workbook(book, saved, self.by)


@dataclass(frozen=True, slots=True)
class TypedRow:
    """What somebody types into rows of a shared workbook: cells by header, in the rows that `find` picks."""

    file: str
    find: Mapping[str, str]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on a day of a story, and in a sentence why."""

    day: dt.date
    told: str
    dropped: tuple[Filled, ...] = ()
    typed: tuple[TypedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """The life of an order or a few, told day by day."""

    name: str
    title: str
    orders: tuple[str, ...]
    days: tuple[Day, ...]

    def files(self) -> Iterator[tuple[str, Day, Filled]]:
        """Its workbooks with their path under samples/, in the order they come."""
        for one in self.days:
            for filled in one.dropped:
                yield f"stories/{self.name}/{one.day:%m%d}-{filled.name}.xlsx", one, filled


def intake(name: str, by: str, told: OrderStory, outcome: str = "accepted", codes: tuple[str, ...] = ()) -> Filled:
    """An order on the intake sheet."""
    return Filled(name, "order-intake", by, told.header, told.lines, outcome=outcome, codes=codes)


def new_order(*lines: dict[str, Typed], **header: Typed) -> OrderStory:
    """An order as story.order tells it."""
    return order(*lines, **header)


def review(department: str, number: str, name: str, day: dt.date, **cells: str) -> TypedRow:
    """A verdict that somebody of a department types for all lines of an order: acceptable, unless said otherwise."""
    said = {"结论": "可接受", "姓名": name, "日期": day.isoformat()}
    typed = said | {_REVIEW_WORDS[key]: text for key, text in cells.items()}
    return TypedRow(f"review/{department}/review-list.xlsx", {"任务号": f"{number}-*", "姓名": ""}, typed)


def sign_all(number: str, day: dt.date, available: str) -> tuple[TypedRow, ...]:
    """The four departments of a circulated order find nothing against it; production promises a date."""
    return (
        review("business", number, "叶青", day),
        review("engineering", number, "吴江", day),
        review("production", number, "赵敏华", day, available=available),
        review("quality", number, "钱丽", day),
    )


def register(name: str, *rows: Cells, by: str = "韩雪") -> Filled:
    """Rows of the contract register: signatures and payments."""
    return Filled(name, "contract-register", by, {}, rows)


def report(name: str, *rows: Cells) -> Filled:
    """Rows of the production report."""
    return Filled(name, "production-report", "孙浩", {"name": "孙浩"}, rows)


def shipping(
    name: str,
    day: dt.date,
    *rows: Cells,
    template: str = "shipping-list",
    outcome: str = "accepted",
    codes: tuple[str, ...] = (),
    **header: Typed,
) -> Filled:
    """A shipping list of the warehouse, with what it says of the lorry."""
    facts: dict[str, Typed] = {"date": day, "carrier": "甬顺物流", "plate": "浙B·8K217", "prepared_by": "许强"}
    return Filled(name, "shipping-list", "许强", {**facts, **header}, rows, template, outcome=outcome, codes=codes)


def receipt(name: str, by: str, *rows: Cells) -> Filled:
    """Delivery notes that customers signed for."""
    return Filled(name, "delivery-receipt", by, {}, rows)


def closing(name: str, *rows: Cells) -> Filled:
    """Orders that are closed."""
    return Filled(name, "order-closing", "李雯", {}, rows)


def change(name: str, by: str, header: Cells, *rows: Cells, outcome: str = "accepted",
           codes: tuple[str, ...] = ("change-number-assigned",)) -> Filled:  # fmt: skip
    """A change notice."""
    return Filled(name, "change-notice", by, header, rows, outcome=outcome, codes=codes)


_REVIEW_WORDS = {
    "conclusion": "结论",
    "condition": "条件/理由",
    "available": "可交日期",
    "accepted_by": "接收人",
    "done": "条件完成",
    "remark": "备注",
}


def fill_form(sheet: Worksheet, labels: Labels, header: Cells, rows: tuple[Cells, ...]) -> None:
    """Types a form: header cells beside their labels above the table, or into each row where they head a column."""
    top, columns = header_row(sheet, labels.all)
    above = {name: value for name, value in header.items() if name not in columns}
    if above:
        fill_header(sheet, labels, above, top)
    beside = {name: value for name, value in header.items() if name in columns}
    if rows or beside:
        fill_list(sheet, labels, [{**beside, **row} for row in rows or ({},)])
