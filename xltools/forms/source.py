"""YAML text as a tree that knows, for every key and value, the file, line and column it stands at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml

from xltools.core.place import Place
from xltools.core.problem import Problem, error

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast where it is built in

MAX_DEPTH = 40  # our deepest rule stands at 8
MAX_NODES = 50_000  # a few aliases of aliases unfold to billions of nodes
MAX_TEXT = 1_000_000

_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# The numbers of JSON without exponents: `0010248` and `12E5` are numbers of parts, not amounts.
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
# What stands behind such a key is shown to nobody: a terminal, a log or a screenshot would keep it.
_SECRET = re.compile(r"""((?i:pass|pwd|secret|密码|授权码)[\w-]*["']?\s*[:=]\s*)(\S.*)""")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

Scalar = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class SourceText:
    """A rules file as problems name it, and its lines."""

    file: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot in a rules file: line and column from 1, and how many characters it takes up."""

    source: SourceText
    line: int
    column: int
    length: int = 1

    @property
    def place(self) -> Place:
        """The spot as a Place."""
        return Place(self.source.file, line=self.line, column=self.column)

    @property
    def excerpt(self) -> str:
        """The line it stands on, without what may be a password."""
        line = self.source.lines[self.line - 1] if self.line <= len(self.source.lines) else ""
        return _SECRET.sub(r"\1…", line)

    def narrow_to(self, word: str) -> "Mark":
        """The mark of the first `word` inside this one; itself where it isn't there."""
        start = self.column - 1
        found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self.excerpt[start : start + self.length])
        return Mark(self.source, self.line, self.column + found.start(), len(word)) if found else self


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, and its value."""

    key_mark: Mark
    node: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A value: a scalar, a list of nodes, or entries by key. `size` counts the nodes in it."""

    value: Scalar | tuple["Node", ...] | Mapping[str, Entry]
    mark: Mark
    size: int = 1

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The entries of a mapping; none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple["Node", ...]:
        """The nodes of a list; none of anything else."""
        return self.value if isinstance(self.value, tuple) else ()

    def find(self, *path: str | int) -> "Node":
        """The node at a path of keys and indexes; the last one on the way where it ends early."""
        node = self
        for part in path:
            if part in node.entries:
                node = node.entries[str(part)].node
            elif isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            else:
                break
        return node

    def key_mark(self, key: str) -> Mark:
        """Where a key of this mapping stands; the mapping itself where it has no such key."""
        return self.entries[key].key_mark if key in self.entries else self.mark

    def plain(self) -> Any:
        """The values alone, as dicts, lists and scalars; keys whose value is null are left out."""
        if isinstance(self.value, dict):
            return {key: entry.node.plain() for key, entry in self.value.items() if entry.node.value is not None}
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        return self.value


def rule_error(code: str, mark: Mark, field: str = "", **values: object) -> Problem:
    """A problem at a spot of a rules file; `excerpt` is its line and `caret` how much of it is meant."""
    return error(code, mark.place, field, excerpt=mark.excerpt, caret=mark.length, **values)


@lru_cache(maxsize=128)  # rules that differ in one file share the trees of the others
def parse_yaml(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The tree of a YAML 1.2 text (JSON's scalars: `no` and `0010` are text), and what is wrong with it.

    No tree for a text that can't be read, nor for one of comments alone.
    """
    text = text.removeprefix("\ufeff")
    source = SourceText(file, tuple(_LINE_END.split(text)))
    if len(text) > MAX_TEXT:
        return None, (rule_error("rule-too-large", Mark(source, 1, 1)),)
    if found := _UNPRINTABLE.search(text):
        line = len(_LINE_END.findall(text[: found.start()])) + 1
        column = found.start() - max((end.end() for end in _LINE_END.finditer(text, 0, found.start())), default=0) + 1
        reason = f"character U+{ord(found[0]):04X} is not text"
        return None, (_syntax_error(Mark(source, line, column), reason),)
    reader = _Reader(source, yaml.parse(text, Loader=_Loader))
    try:
        return reader.read_document(), tuple(reader.problems)
    except _Unreadable as stop:
        return None, (*reader.problems, stop.problem)
    except yaml.MarkedYAMLError as bad:
        at = bad.problem_mark or bad.context_mark
        mark = Mark(source, at.line + 1, at.column + 1) if at else Mark(source, 1, 1)
        return None, (*reader.problems, _syntax_error(mark, bad.problem or "not YAML"))


def _syntax_error(mark: Mark, reason: str) -> Problem:
    return rule_error("rule-syntax", mark, reason=reason)


class _Unreadable(Exception):  # noqa: N818  never leaves this module
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Reader:
    """Builds nodes from YAML events, and stops where they nest or unfold too far."""

    def __init__(self, source: SourceText, events: Iterator[Any]) -> None:
        self._source = source
        self._events = events
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self.problems: list[Problem] = []

    def read_document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                if root:
                    raise _Unreadable(_syntax_error(self._mark(event), "a second document in one file"))
                root = self._read_node(event, 0)
        return root if root and root.value is not None else None

    def _read_node(self, event: Any, depth: int) -> Node:
        mark = self._mark(event)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _Unreadable(_syntax_error(mark, f"*{event.anchor} is not defined above"))
            node = self._anchors[event.anchor]
            self._count(node.size, mark)
            return Node(node.value, mark, node.size) if isinstance(node.value, Scalar) else node
        if event.tag is not None:
            raise _Unreadable(_syntax_error(mark, f"tags such as {event.tag} are not used here"))
        self._count(1, mark)
        if depth > MAX_DEPTH:
            raise _Unreadable(rule_error("rule-too-large", mark))
        if isinstance(event, yaml.MappingStartEvent):
            node = self._read_mapping(mark, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                items.append(self._read_node(item, depth + 1))
            node = Node(tuple(items), mark, 1 + sum(item.size for item in items))
        else:
            node = Node(_read_scalar(event), mark)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _read_mapping(self, mark: Mark, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_mark = self._mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _Unreadable(_syntax_error(key_mark, "a key must be plain text"))
            node = self._read_node(next(self._events), depth + 1)
            if event.value in entries:
                first = entries[event.value].key_mark
                self.problems.append(rule_error("rule-duplicate-key", key_mark, key=event.value, first=first.line))
            else:
                entries[event.value] = Entry(key_mark, node)
        return Node(entries, mark, 1 + sum(entry.node.size for entry in entries.values()))

    def _count(self, nodes: int, mark: Mark) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _Unreadable(rule_error("rule-too-large", mark))

    def _mark(self, event: Any) -> Mark:
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            last = end.column if end.line == start.line else len(self._source.lines[start.line])
            return Mark(self._source, start.line + 1, start.column + 1, max(last - start.column, 1))
        return Mark(self._source, start.line + 1, start.column + 1)


def _read_scalar(event: Any) -> Scalar:
    text = str(event.value)
    if not event.implicit[0]:  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _FRACTION.fullmatch(text) else text
