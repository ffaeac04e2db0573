"""A layout as the text of a rules file, with comments for the person who corrects it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

# What ends a line for YAML or an editor, and what is no text at all: a comment must stay one line.
_NO_COMMENT = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SAFE_DUMPER = yaml.SafeDumper  # what it writes plain is plain for the loader too
LONGEST_COMMENT = 240


@dataclass(frozen=True, slots=True)
class NotedPlacement:
    """A field, the headers it stands under, and what a person should know of it."""

    field: str
    aliases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotedLayout:
    """A layout to be written. `settings` are further keys in the order given; `notes` stand above it, `open` below.

    `ignored` are headers left aside, each with a note. Notes are words alone, without the sign of a comment.
    """

    name: str
    form: str
    kind: str
    title: str
    header: tuple[NotedPlacement, ...]
    lines: tuple[NotedPlacement, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    ignored: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def write_layout(layout: NotedLayout) -> str:
    """The text of layouts/<name>.yaml: what stands in it loads again whatever words it holds."""
    title = write_flow(layout.title)
    parts: list[Iterable[str]] = [
        _comments(layout.notes),
        (f"name: {layout.name}", f"form: {layout.form}", f"kind: {layout.kind}"),
        (f"label: {{zh: {title}, en: {title}}}",),
        (f"{key}: {write_flow(value)}" for key, value in layout.settings.items()),
        _placements("header", layout.header),
        _placements("lines", layout.lines) if layout.lines else (),
        (f"defaults: {write_flow(layout.defaults)}",) if layout.defaults else (),
        _ignored(layout.ignored) if layout.ignored else (),
        _comments(layout.open),
    ]
    return "".join(f"{line}\n" for part in parts for line in part)


def write_flow(value: object) -> str:
    """A text, number, list or mapping as YAML in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_flow(key)}: {write_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(write_flow, value)) + "]"
    return _write_text(value) if isinstance(value, str) else json.dumps(value)


def comment_text(text: str) -> str:
    """Words as they can stand in a comment: one line, of a length that can be read."""
    line = _NO_COMMENT.sub(" ", text).strip()
    return line if len(line) <= LONGEST_COMMENT else f"{line[: LONGEST_COMMENT - 1]}…"


def _write_text(text: str) -> str:
    text = _SURROGATES.sub("�", text)
    # Line breaks fold in all styles but the double-quoted one, which writes them as \n.
    style = '"' if not text.isprintable() else None
    written = yaml.dump(
        [text], Dumper=_SAFE_DUMPER, default_flow_style=True, default_style=style, allow_unicode=True, width=10**9
    )
    return written.strip().removeprefix("[").removesuffix("]")


def _comments(notes: Iterable[str], margin: str = "") -> Iterator[str]:
    return (f"{margin}# {line}" for line in map(comment_text, notes) if line)


def _placements(part: str, placements: Sequence[NotedPlacement]) -> Iterator[str]:
    if not placements:
        yield f"{part}: []"
        return
    yield f"{part}:"
    for placement in placements:
        yield from _comments(placement.notes, "  ")
        aliases = f", aliases: {write_flow(placement.aliases)}" if placement.aliases else ""
        yield f"  - {{field: {placement.field}{aliases}}}"


def _ignored(ignored: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "ignore:"
    for header, note in ignored:
        yield from _comments((note,), "  ")
        yield f"  - {write_flow(header)}"
