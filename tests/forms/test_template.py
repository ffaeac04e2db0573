import datetime as dt
import pathlib
from decimal import Decimal

import pytest
import yaml
from pydantic import TypeAdapter

from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.core.grid import Style
from xltools.core.sheet import Range
from xltools.core.text import label_key
from xltools.forms.entry import entry_example, entry_options, entry_validation
from xltools.forms.model import FieldType, Form, FormField, Layout, Stage
from xltools.forms.template import LIST_ROWS, SHEET_LINES, build_template, fill_template, template_mark

RULES = pathlib.Path(__file__).parents[2] / "rules"
AS_OF = dt.date(2026, 3, 2)


def rule(model, **keys):
    return TypeAdapter(model).validate_python(keys)


def load_layout(name: str) -> tuple[Form, Layout]:
    layout = rule(Layout, **yaml.safe_load((RULES / "layouts" / f"{name}.yaml").read_text("utf-8")))
    form = rule(Form, **yaml.safe_load((RULES / "forms" / f"{layout.form}.yaml").read_text("utf-8")))
    return form, layout


def layout_names() -> list[str]:
    found = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((RULES / "layouts").glob("*.yaml"))]
    return [layout["name"] for layout in found if layout.get("template")]


def texts(grid) -> list[str]:
    return [cell.value for cell in grid.cells.values() if isinstance(cell.value, str)]


def field_of(**keys) -> FormField:
    return rule(FormField, **{"name": "a", "label": {"zh": "甲", "en": "A"}, **keys})


@pytest.mark.parametrize("name", layout_names())
def test_every_template_holds_each_field_once_and_builds_and_reads_back(name):
    form, layout = load_layout(name)
    grids = build_template(form, layout)
    keys = [label_key(text) for text in texts(grids[0])]
    for placement in layout.placements():
        written = keys.count(label_key(form.field(placement.field).label.text.both))
        assert written == (1 if placement.drawn else 0), placement.field
    book = read_workbook(None, "t.xlsx", build_workbook(grids, AS_OF))
    assert [sheet.name for sheet in book.sheets if not sheet.hidden] == [grid.name for grid in grids]
    assert template_mark(form, layout) in texts(grids[0])


@pytest.mark.parametrize("name", layout_names())
def test_the_guide_is_a_sheet_that_the_layout_skips_and_explains_each_field(name):
    form, layout = load_layout(name)
    guide = build_template(form, layout)[1]
    assert guide.name in layout.skip_sheets
    assert template_mark(form, layout) not in texts(guide)
    for placement in (one for one in layout.placements() if one.drawn):
        described = form.field(placement.field)
        label = label_key(described.label.text.both)
        assert [label_key(text) for text in texts(guide)].count(label) >= 2  # explained, and in the example


def test_fields_required_at_intake_are_coloured_and_starred():
    form, layout = load_layout("order-intake-sheet")
    grid = build_template(form, layout)[0]
    marked = {c.value for c in grid.cells.values() if c.style in {Style.LABEL_REQUIRED, Style.HEADER_REQUIRED}}
    required = {
        form.field(p.field).label.text.both for p in layout.placements() if form.field(p.field).required is Stage.INTAKE
    }
    assert marked == {f"{label} *" for label in required}


def test_the_form_prints_one_page_wide_with_its_header_repeated_and_frozen():
    form, layout = load_layout("order-intake-sheet")
    grid = build_template(form, layout)[0]
    ((header, _),) = [spot for spot, cell in grid.cells.items() if cell.value == "行号 Line"]
    assert grid.print_setup.landscape
    assert grid.print_setup.repeat_rows == (header, header)
    assert grid.freeze == (header + 1, 0)
    assert max(row for row, _ in grid.cells) == header + SHEET_LINES


def test_a_list_is_a_table_with_a_column_for_each_field():
    form, layout = load_layout("order-intake-list")
    grid = build_template(form, layout)[0]
    assert grid.tables[0].block == Range(2, 0, 2 + LIST_ROWS, len(list(layout.placements())) - 1)


def test_filled_values_stand_beside_their_labels_and_under_their_headers():
    form, layout = load_layout("order-intake-sheet")
    lines = [{"line_no": str(n), "quantity": Decimal(n), "requested_date": "TBC"} for n in range(1, 26)]
    header = {"customer": "宁波泰衡电子有限公司", "order_date": dt.date(2026, 3, 2)}
    grid = fill_template(form, layout, header, lines)[0]
    sheet = read_workbook(None, "f.xlsx", build_workbook([grid], AS_OF)).sheets[0]
    row, column = next((r, c) for r, c, value in sheet.filled_cells() if value == "客户 Customer *")
    assert sheet.value(row, sheet.merge_at(row, column).right + 1) == "宁波泰衡电子有限公司"
    row, column = next((r, c) for r, c, value in sheet.filled_cells() if value == "数量 Quantity *")
    assert [sheet.value(row + n, column) for n in range(1, 26)] == [float(n) for n in range(1, 26)]


def test_a_list_repeats_the_header_on_each_row_unless_the_row_says_otherwise():
    form, layout = load_layout("order-intake-list")
    lines = [{"line_no": "1"}, {"line_no": "2", "customer": "乙"}]
    grid = fill_template(form, layout, {"customer": "甲", "order_no": "0010248"}, lines)[0]
    column = next(c for (r, c), cell in grid.cells.items() if cell.value == "客户 Customer *")
    assert [grid.cells[row, column].value for row in (3, 4, 5)] == ["甲", "乙", None]
    assert grid.cells[3, 0].value == "0010248"


def test_a_value_without_a_place_in_the_layout_is_an_error():
    form, layout = load_layout("order-intake-list")
    with pytest.raises(ValueError, match="packing"):
        fill_template(form, layout, {"packing": "纸箱"}, [])


def test_choices_and_yes_no_are_drop_downs_in_both_languages():
    form, _ = load_layout("order-intake-sheet")
    check = entry_validation(form.field("order_type"), Range(0, 0, 0, 0))
    assert (check.kind, check.options[0]) == ("list", "常规 Regular")
    assert [option.both for option in entry_options(form.field("tax_included"))] == ["是 Yes", "否 No"]


def test_a_schedule_takes_any_text_and_only_shows_a_message():
    form, _ = load_layout("order-intake-sheet")
    check = entry_validation(form.field("requested_date"), Range(0, 0, 0, 0))
    assert (check.kind, check.strict) == ("any", False)
    assert "TBC" in check.message


@pytest.mark.parametrize(
    ("keys", "kind", "minimum", "maximum"),
    [
        ({"type": "decimal", "above": 0, "scale": 2}, "decimal", Decimal("0.01"), None),
        ({"type": "integer", "minimum": 1}, "integer", Decimal(1), None),
        ({"type": "percent", "minimum": 0, "maximum": 1}, "decimal", Decimal(0), Decimal(1)),
        ({"type": "date"}, "date", dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    ],
)
def test_numbers_and_dates_have_bounds(keys, kind, minimum, maximum):
    check = entry_validation(field_of(**keys), Range(0, 0, 0, 0))
    assert (check.kind, check.minimum, check.maximum) == (kind, minimum, maximum)


def test_plain_text_without_help_has_no_validation():
    assert entry_validation(field_of(), Range(0, 0, 0, 0)) is None


@pytest.mark.parametrize(
    ("keys", "content"),
    [
        ({"type": "date", "example": "2026-03-02"}, dt.date(2026, 3, 2)),
        ({"type": "schedule", "example": "TBC"}, "TBC"),
        ({"type": "percent", "example": "13%"}, Decimal("0.13")),
        ({"type": "decimal", "example": 12.5}, Decimal("12.5")),
        ({"type": "code", "example": 1}, "1"),
        ({"type": "yes-no", "example": "是"}, "是 Yes"),
        ({"type": "text"}, None),
    ],
)
def test_examples_are_what_a_person_would_type(keys, content):
    assert entry_example(field_of(**keys)) == content


def test_every_field_type_can_be_drawn():
    choices = ({"value": "a", "label": {"zh": "甲", "en": "A"}},)
    fields = [
        {
            "name": f"f{n}",
            "label": {"zh": f"字段{n}", "en": f"Field {n}"},
            "type": kind,
            "choices": choices if kind is FieldType.CHOICE else (),
        }
        for n, kind in enumerate(FieldType)
    ]
    form = rule(Form, name="all", version=1, label={"zh": "全", "en": "All"}, header=fields, lines=())
    placed = [{"field": field["name"]} for field in fields]
    for kind in ("sheet", "list"):
        layout = rule(Layout, name="all", form="all", kind=kind, label=form.label, header=placed)
        build_workbook(build_template(form, layout), AS_OF)
