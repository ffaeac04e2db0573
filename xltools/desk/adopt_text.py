"""A proposed layout in words: the YAML with its comments, and the table that a person is shown."""

from collections.abc import Iterator, Mapping

from xltools.forms.layout_text import NotedLayout, NotedPlacement, write_flow, write_layout
from xltools.forms.messages import Say
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.intake.adopt import Proposal, find_aliases, split_fields
from xltools.intake.adopt_columns import ProposedColumn, Remark
from xltools.intake.sums import QUANTITY

_NOT_IGNORED = frozenset({Remark.TIE, Remark.CLASH})  # a person has to see to these: `check` keeps naming them
_SHIPPED_DATE, _RELEASED = "shipped_date", "released"


def write_proposal(
    proposal: Proposal, rules: Rules, name: str, title: str, defaults: Mapping[str, str], say: Say
) -> str:
    """The text of the layout that is proposed, with what a person must know to correct it."""
    form = rules.forms[proposal.form]
    header, lines = split_fields(proposal, form)
    settings: dict[str, object] = {
        "group_by": proposal.group_by,
        "dates_across": proposal.dates_across,
        "date_order": proposal.date_order,
    }
    layout = NotedLayout(
        name=name,
        form=form.name,
        kind=proposal.kind,
        title=title,
        header=tuple(_note_placement(proposal, field, form, say) for field in header),
        lines=(*(_note_placement(proposal, field, form, say) for field in lines), *_note_dates(proposal, form, say)),
        settings={key: value for key, value in settings.items() if value},
        defaults=defaults,
        ignored=tuple(
            (" ".join(one.seen.written.split()), _tell_column(one, proposal, form, say))
            for one in proposal.left_over
            if one.remark not in _NOT_IGNORED
        ),
        notes=tuple(_top_notes(proposal, say)),
        open=tuple(_open_notes(proposal, rules, form, say)),
    )
    return write_layout(layout)


def _note_placement(proposal: Proposal, field: str, form: Form, say: Say) -> NotedPlacement:
    notes = tuple(_tell_column(one, proposal, form, say) for one in proposal.placed if one.field == field)
    return NotedPlacement(field, find_aliases(proposal, field, form), notes)


def _note_dates(proposal: Proposal, form: Form, say: Say) -> Iterator[NotedPlacement]:
    """The fields that columns under dates come to: the schedule, and the quantity where no other column has it."""
    if proposal.dates_across:
        headers = ", ".join(seen.header for seen in proposal.dates)
        yield NotedPlacement(
            proposal.dates_across,
            (),
            (say("ui-adopt-across", headers=headers, label=_label(form, proposal.dates_across)),),
        )
        if QUANTITY not in {one.field for one in proposal.placed}:
            yield NotedPlacement(QUANTITY, (), (say("ui-adopt-dates-sum"),))


def _tell_column(one: ProposedColumn, proposal: Proposal, form: Form, say: Say) -> str:
    """One line, such as `订单编号 Order No. ← B4 “生產單號(廠方)”, 100: HD26030101`, and what else is to be known."""
    parts = [
        say(
            "ui-adopt-note" if one.field else "ui-adopt-note-left",
            label=_label(form, one.field),
            cell=_spot(one, proposal),
            header=one.seen.header,
            score=round(one.score),
            samples=", ".join(one.seen.samples),
        ),
        tell_remark(one, form, say),
    ]
    return "; ".join(filter(None, parts))


def _spot(one: ProposedColumn, proposal: Proposal) -> str:
    cell = one.seen.cell.place.cell
    return f"{one.sheet}!{cell}" if len(proposal.sheets) > 1 else cell


def tell_remark(one: ProposedColumn, form: Form, say: Say) -> str:
    """What a person should know of a column, and which other fields it may be."""
    told = [say(f"ui-adopt-{one.remark}", others=", ".join(one.others))] if one.remark is not Remark.NONE else []
    if one.alternatives:
        names = ", ".join(f"{_label(form, name)} {round(score)}" for name, score in one.alternatives)
        told.append(say("ui-adopt-may-be", fields=names))
    return "; ".join(told)


def _label(form: Form, name: str) -> str:
    field = form.field(name)
    return field.label.text.both if field else name


def _top_notes(proposal: Proposal, say: Say) -> Iterator[str]:
    yield say("ui-adopt-head", file=proposal.file.rpartition("/")[2])
    yield say("ui-adopt-where", sheets=", ".join(proposal.sheets), row=proposal.header_row)
    if proposal.unused:
        yield say("ui-adopt-unused", sheets=", ".join(proposal.unused))


def _open_notes(proposal: Proposal, rules: Rules, form: Form, say: Say) -> Iterator[str]:
    """What is left to a person, each with the lines to write."""
    for name in proposal.missing:
        yield say("ui-adopt-missing", label=_label(form, name))
        yield f"defaults: {write_flow({name: proposal.beside.get(name, '…')})}"
    for one in proposal.left_over:
        if one.remark in _NOT_IGNORED:
            yield _tell_column(one, proposal, form, say)
            yield from (
                f"  - {{field: {name}, aliases: {write_flow([one.seen.alias])}}}" for name, _ in one.alternatives[:1]
            )
    if proposal.dates and not proposal.dates_across:
        yield say("ui-adopt-dates", headers=", ".join(seen.header for seen in proposal.dates))
    for one in proposal.unsettled:
        samples = ", ".join(one.seen.samples)
        yield say("ui-adopt-unsettled", header=one.seen.header, samples=samples)
        yield "date_order: day-first"
    if proposal.later:
        yield say("ui-adopt-later", fields=", ".join(_label(form, name) for name in proposal.later))
    if any(one.field == _SHIPPED_DATE for one in proposal.placed):
        stages = [stage.name for stage in rules.workflow.stages]
        yield say("ui-adopt-shipped")
        yield f"enters: {_RELEASED if _RELEASED in stages else rules.workflow.approved}"
        yield f"shipped: {{date: {_SHIPPED_DATE}}}"


def proposal_table(proposal: Proposal, rules: Rules, say: Say) -> tuple[list[str], list[list[str]]]:
    """The header and rows of the table that is shown: what is placed, then what is left over."""
    form = rules.forms[proposal.form]
    header = [say(f"ui-adopt-col-{name}") for name in ("cell", "header", "field", "samples", "score", "remark")]
    rows = [
        [
            _spot(one, proposal),
            " ".join(one.seen.header.split()),
            _label(form, one.field) or "-",
            ", ".join(one.seen.samples),
            str(round(one.score)) if one.field else "",
            tell_remark(one, form, say),
        ]
        for one in (*proposal.placed, *proposal.left_over)
    ]
    return header, rows


def tell_proposal(proposal: Proposal, rules: Rules, say: Say) -> Iterator[str]:
    """What follows from the columns, in lines."""
    form = rules.forms[proposal.form]
    yield say(f"ui-adopt-kind-{proposal.kind}", sheets=", ".join(proposal.sheets), row=proposal.header_row)
    if proposal.group_by:
        yield say("ui-adopt-group", label=_label(form, proposal.group_by))
    if proposal.dates_across:
        headers = ", ".join(seen.header for seen in proposal.dates)
        yield say("ui-adopt-across", headers=headers, label=_label(form, proposal.dates_across))
    if proposal.date_order:
        yield say(f"ui-adopt-order-{proposal.date_order}")
    for one in proposal.unsettled:
        yield say("ui-adopt-unsettled", header=one.seen.header, samples=", ".join(one.seen.samples))
    if proposal.later:
        yield say("ui-adopt-later", fields=", ".join(_label(form, name) for name in proposal.later))
