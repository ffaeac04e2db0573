"""How the charts of a Grid look in Excel, as the options that XlsxWriter takes.

One face and few colours, no more ink than the figures need: bars carry their figures and want no axis, lines stand over
light gridlines. Charts take their figures from cells, so they follow when people or programs change these.
"""

from collections.abc import Mapping
from typing import Any

from xltools.books.styles import FONT, GRID_LINE, INK, QUIET, tone_color
from xltools.core.grid import Chart, Series
from xltools.core.sheet import Range

Options = dict[str, Any]
_TYPES: Mapping[str, Options] = {
    "column": {"type": "column"},
    "bar": {"type": "bar"},
    "line": {"type": "line"},
    "stacked-column": {"type": "column", "subtype": "stacked"},
    "stacked-bar": {"type": "bar", "subtype": "stacked"},
}
_TEXT: Options = {"name": FONT, "size": 9, "color": QUIET, "bold": False}
_ON_COLOR = {"main": "#FFFFFF", "second": "#FFFFFF", "third": "#FFFFFF", "late": "#FFFFFF", "at-risk": "#5C3D00"}
_NAMES_WIDTH = 175  # pixels, of the names beside bars
# A zero is no news: it would write over its neighbours.
_NO_ZERO = "#,##0;-#,##0;"


def chart_type(chart: Chart) -> Options:
    """What kind of chart XlsxWriter is to make."""
    return dict(_TYPES[chart.kind])


def series_options(chart: Chart, series: Series, sheet: str) -> Options:
    """The options of one series, whose figures stand on the sheet of that name."""
    color = tone_color(series.tone)
    options: Options = {
        "name": series.name,
        "categories": _reference(sheet, chart.categories),
        "values": _reference(sheet, series.values),
    }
    if chart.kind == "line":
        return options | {
            "line": {"color": color, "width": 2.25},
            "marker": {"type": "circle", "size": 6, "fill": {"color": color}, "border": {"color": "#FFFFFF"}},
        }
    stacked = chart.kind.startswith("stacked")
    font = {**_TEXT, "color": _ON_COLOR[series.tone], "bold": True} if stacked else {**_TEXT, "color": INK}
    label = {"value": True, "num_format": "0%" if chart.percent else _NO_ZERO, "font": font}
    place = {"position": "center" if stacked else "outside_end"}
    return options | {"fill": {"color": color}, "border": {"none": True}, "gap": 45, "data_labels": label | place}


def title_options(chart: Chart) -> Options:
    """The chart's title: over its left edge, as the heading that it is."""
    font = {"name": FONT, "size": 11, "bold": True, "color": INK}
    return {"name": chart.title, "name_font": font, "overlay": False, "layout": {"x": 0.02, "y": 0.03}}


def category_axis(chart: Chart) -> Options:
    """The axis of the names; of bars it runs downwards, since the first row of cells is the one to be seen first."""
    options: Options = {
        # An angle of 360 is a stated 0: names break into lines and do not tilt.
        "num_font": {**_TEXT, "rotation": 360},
        "interval_unit": 1,
        "line": {"color": GRID_LINE},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "label_position": "low",
    }
    return options | ({"reverse": True} if "bar" in chart.kind else {})


def value_axis(chart: Chart) -> Options:
    """The axis of the figures: none where bars carry theirs; of shares it ends at 100%."""
    if chart.kind != "line":
        return {"visible": False, "major_gridlines": {"visible": False}, "min": 0}
    options: Options = {
        "num_font": dict(_TEXT),
        "line": {"none": True},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "major_gridlines": {"visible": True, "line": {"color": GRID_LINE, "width": 0.5}},
        "min": 0,
    }
    return options | ({"max": 1, "major_unit": 0.25, "num_format": "0%"} if chart.percent else {})


def legend_options(chart: Chart) -> Options:
    """Where several series are told apart: at the right, in the title's height."""
    if len(chart.series) < 2:
        return {"none": True}
    width = 0.19 * len(chart.series)
    layout = {"x": 0.98 - width, "y": 0.03, "width": width, "height": 0.1}
    return {"position": "top", "font": dict(_TEXT), "layout": layout}


def plot_options(chart: Chart) -> Options:
    """Where the figures are drawn: bars begin under each other in all charts, whatever the names beside them."""
    left, bottom = (_NAMES_WIDTH / chart.size[0], 0.95) if "bar" in chart.kind else (0.06, 0.84)
    return {"layout": {"x": left, "y": 0.17, "width": 0.97 - left, "height": bottom - 0.17}}


def area_options() -> Options:
    """The chart's own ground: white in a fine line, as the cells around it."""
    return {"border": {"color": GRID_LINE, "width": 0.75}, "fill": {"color": "#FFFFFF"}}


def _reference(sheet: str, block: Range) -> list[Any]:
    return [sheet, block.top, block.left, block.bottom, block.right]
