"""A digest as the values that its HTML template shows, and as the workbook that goes with the mail."""

from collections.abc import Mapping
from typing import Any

from xltools.core.grid import Condition, Grid, Style
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.reports.digest import Digest, DigestItem, item_quantity
from xltools.reports.digest_text import (
    KIND_LABELS,
    MOST_IN_MAIL,
    change_since,
    count_words,
    days_words,
    facts_words,
    gone_words,
)
from xltools.reports.late import Kind, group_spot, group_waiting
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import column_condition, row_height, template_grid

_TONES: dict[Kind, str] = {"late": "late", "at-risk": "at-risk"}  # all other kinds are told as tasks
_LOOKS: dict[Kind, Style] = {"late": Style.LATE, "at-risk": Style.AT_RISK}
_COLUMNS = (
    TableColumn("kind", "类别 Kind", 16, Style.CENTER),
    TableColumn("trend", "变化 Change", 10, Style.CENTER),
    TableColumn("order_line", "订单号-行 Order-Line", 20),
    TableColumn("customer", "客户 Customer", 26),
    TableColumn("product", "品名 Product", 20),
    TableColumn("open_quantity", "欠数 Open", 10, Style.QUANTITY),
    TableColumn("unit", "单位 Unit", 7, Style.CENTER),
    TableColumn("due", "期限 Due", 12, Style.DATE),
    TableColumn("days_late", "逾期天数 Days Late", 11, Style.INTEGER),
    TableColumn("waiting_for", "等谁·等什么 Waiting For", 44),
    TableColumn("since", "自 Since", 12, Style.DATE),
    TableColumn("reason", "说明 Reason", 40),
    TableColumn("owner", "业务员 Owner", 12),
)


def digest_context(digest: Digest, language: Language, say: Say, company: str) -> Mapping[str, Any]:
    """The values of templates/digest.html.j2: plain text, lists and numbers; docs of each stand in the template."""
    return {
        "language": "zh-CN" if language == "zh" else "en",
        "company": company,
        "title": say("ui-digest-title", name=digest.name, as_of=digest.as_of.isoformat()),
        "preview": count_words(digest, language, say),
        "counts": [
            {"label": KIND_LABELS[kind].in_language(language), "count": count, "tone": _TONES.get(kind, "task")}
            for kind, count in digest.counts.items()
        ],
        "changed": change_since(digest, say),
        "sections": [_section(kind, count, digest, language, say) for kind, count in digest.counts.items()],
        "held": {
            "label": say("ui-digest-held"),
            "orders": [
                {"order": one.order, "customer": one.customer, "reason": one.reason}
                for one in digest.held[:MOST_IN_MAIL]
            ],
            "more": _more(len(digest.held), say),
        },
        "gone": {
            "label": say("ui-digest-gone"),
            "rows": [gone_words(row, language) for row in digest.gone[:MOST_IN_MAIL]],
            "more": _more(len(digest.gone), say),
        },
        "words": {name: say(f"ui-digest-word-{name}") for name in ("waiting", "owner")},
        "footer": say("ui-digest-footer"),
    }


def _section(kind: Kind, count: int, digest: Digest, language: Language, say: Say) -> Mapping[str, Any]:
    return {
        "label": KIND_LABELS[kind].in_language(language),
        "count": count,
        "tone": _TONES.get(kind, "task"),
        "items": [_item(item, digest, say) for item in digest.items_of(kind)[:MOST_IN_MAIL]],
        "more": _more(count, say),
    }


def _more(count: int, say: Say) -> str:
    return say("ui-digest-more", count=count - MOST_IN_MAIL) if count > MOST_IN_MAIL else ""


def _item(item: DigestItem, digest: Digest, say: Say) -> Mapping[str, Any]:
    row = item.first
    return {
        "spot": group_spot(item.rows, say),
        "customer": row.customer,
        "product": item.product,
        "days": days_words(item, digest, say),
        "trend": say(f"ui-digest-{item.trend}") if item.trend and digest.since else "",
        "facts": facts_words(item, say).split(say("ui-list-separator")),
        "waiting": group_waiting(item.rows, say),
        "remark": row.remark,
        "owner": row.owner if digest.reader == "pmc" else "",
    }


def digest_grids(digest: Digest, language: Language, say: Say) -> tuple[Grid, ...]:
    """The workbook of a digest: one sheet with all its rows, in the order of the mail."""
    rows = [_table_row(item, digest, language, say) for item in digest.items]
    title = say("ui-digest-title", name=digest.name, as_of=digest.as_of.isoformat())
    table = SheetTable("逾期 Late", "Late", _COLUMNS, rows, caption=_caption(digest, language, say))
    return (template_grid(table, title, conditions=_conditions()),)


def _caption(digest: Digest, language: Language, say: Say) -> str:
    return say("ui-list-separator").join(filter(None, (count_words(digest, language, say), change_since(digest, say))))


def _table_row(item: DigestItem, digest: Digest, language: Language, say: Say) -> TableRow:
    row = item.first
    cells = (
        KIND_LABELS[row.kind].in_language(language),
        say(f"ui-digest-{item.trend}") if item.trend and digest.since else None,
        group_spot(item.rows, say),
        row.customer,
        item.product or None,
        row.open_quantity if item_quantity(item) else None,
        row.unit or None,
        row.due,
        row.days_late or None,
        group_waiting(item.rows, say) or None,
        row.since,
        row.reason,
        row.owner or None,
    )
    return TableRow((), cells, row_height(_COLUMNS, cells))


def _conditions() -> tuple[Condition, ...]:
    """The colours of late and at-risk rows, in either language."""
    return tuple(
        condition
        for kind, style in _LOOKS.items()
        for condition in column_condition(_COLUMNS, ("kind",), _is_kind(kind), style)
    )


def _is_kind(kind: Kind) -> str:
    words = KIND_LABELS[kind]
    return f'OR({{kind}}="{words.zh}",{{kind}}="{words.en}")'
