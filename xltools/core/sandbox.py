"""The sandbox that templates and clauses are filled in: nothing in them can run anything, nor use up time or memory."""

import re
from collections.abc import Callable
from functools import wraps
from types import CodeType
from typing import Any

from jinja2 import StrictUndefined, Template, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_TURNS = 100_000  # of all loops and macros together; a contract of 500 lines takes some thousand
MOST_IN_RANGE = 10_000
MOST_LETTERS = 5_000_000  # of one text, and of all that is printed
_MOST_DIGITS = 300  # of a whole number
_MOST_WIDTH = 10_000
# A width or precision of more than four digits, or one that is given as a value.
_WIDE = re.compile(r"[0-9]{5}|%[^a-zA-Z%]*\*|\{[^{}]*:[^{}]*\{")
# Code of templates by kind of environment and text: to compile one takes longer than to fill it, and a run that makes a
# hundred contracts fills one template a hundred times.
_codes: dict[tuple[object, str], CodeType] = {}
_MOST_CODES = 64
_PADDING = {"ljust", "rjust", "center", "zfill", "expandtabs"}
_PADDING_FILTERS = ("batch", "center", "indent", "round", "slice", "tojson", "truncate", "wordwrap", "urlize")


class BoundedSandbox(ImmutableSandboxedEnvironment):
    """A sandbox whose templates come to an end: SecurityError where one loops, prints or computes beyond all measure.

    One environment is for one filling, or is `renew`ed before each. An unknown name is an error.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, finalize: Callable[[Any], Any] | None = None, **options: Any) -> None:
        self._turns, self._letters = 0, 0
        # Which environments may share code: one with a `finalize` of its own compiles constants its own way.
        self._kind = None if finalize else tuple(sorted(options.items()))

        def count(value: Any) -> Any:
            shown = value if finalize is None else finalize(value)
            self._letters += len(shown) if isinstance(shown, str) else 1
            _forbid(self._letters > MOST_LETTERS, "prints too much")
            return shown

        super().__init__(undefined=StrictUndefined, finalize=count, **options)
        self.filters |= {name: _without_width(self.filters[name]) for name in _PADDING_FILTERS}
        self.filters["format"] = _with_pattern(self.filters["format"])
        self.filters["replace"] = self._replace
        self.globals["range"] = self._range
        del self.globals["lipsum"]

    def from_string(self, source: str | nodes.Template, *given: Any, **named: Any) -> Template:
        """A template from its text; the code of a text compiled before is taken again."""
        if self._kind is None or given or named or isinstance(source, nodes.Template):
            return super().from_string(source, *given, **named)
        key = (self._kind, source)
        if key not in _codes:
            if len(_codes) >= _MOST_CODES:
                _codes.clear()
            _codes[key] = self.compile(source)
        return self.template_class.from_code(self, _codes[key], self.make_globals(None), None)

    def renew(self) -> None:
        """Another filling begins."""
        self._turns, self._letters = 0, 0

    def tick(self, turns: int = 1) -> str:
        """A turn of a loop, or a macro that begins."""
        self._turns += turns
        _forbid(self._turns > MOST_TURNS, "loops too often")
        return ""

    def join_texts(self, *parts: Any) -> str:
        """What `~` makes of its parts."""
        joined = (markup_join if self.autoescape else str_join)(parts)
        return _measured(joined)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """A sum, product, power or `%`, unless it would fill the memory."""
        if operator == "%" and isinstance(left, str):
            _forbid(bool(_WIDE.search(left)), "a width too large")
        elif operator == "**":
            _forbid(abs(right) > _MOST_DIGITS or abs(left) > 10**_MOST_DIGITS, "a power too large")
        elif operator == "*":
            for one, times in ((left, right), (right, left)):
                if isinstance(times, int) and isinstance(one, str | bytes | list | tuple):
                    _forbid(len(one) * times > MOST_LETTERS, "too long")
            if isinstance(left, int) and isinstance(right, int):
                _forbid(left.bit_length() + right.bit_length() > 4 * _MOST_DIGITS, "a number too large")
        elif isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            _forbid(len(left) + len(right) > MOST_LETTERS, "too long")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A call of something that is safe to call, unless its result would fill the memory."""
        holder, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(holder, str | bytes):
            if name in _PADDING:
                _forbid_widths((*args, *kwargs.values()))
            elif name == "replace":
                return self._replace(holder, *args, **kwargs)
            elif name == "join":
                _forbid(sum(len(holder) + len(str(one)) for one in args[0]) > MOST_LETTERS, "too long")
            elif name == "translate":
                _forbid(True, "not here")
        return super().call(context, obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """The sandboxed `format` of a text, for patterns without immense widths."""
        fill = super().wrap_str_format(value)
        if fill is None:
            return None

        @wraps(fill)
        def guarded(*args: Any, **kwargs: Any) -> str:
            _forbid(bool(_WIDE.search(value.__self__)), "a width too large")
            return fill(*args, **kwargs)

        return guarded

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        kinds: tuple[Any, ...] = (nodes.For, nodes.Macro, nodes.CallBlock)
        for node in tree.find_all(kinds):
            turns = 1 if isinstance(node, nodes.For) else 10  # a macro takes as long as ten turns of a loop
            counted = nodes.ExprStmt(_own_call("tick", [nodes.Const(turns)]))
            counted.set_lineno(node.lineno)
            node.body.insert(0, counted)
        _replace_joins(tree)
        tree.set_environment(self)
        return tree

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        _forbid(len(numbers) > MOST_IN_RANGE, "a range too long")
        self.tick(len(numbers))
        return numbers

    @staticmethod
    def _replace(text: Any, old: str, new: str, count: int = -1) -> Any:
        text = text if isinstance(text, str) else str(text)
        _forbid(len(text) + (text.count(old) + 1) * len(new) > MOST_LETTERS, "too long")
        return text.replace(old, new, count)


def _own_call(method: str, arguments: list[nodes.Expr]) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(method), arguments, [], None, None)


def _replace_joins(node: nodes.Node) -> None:
    """Every `a ~ b` becomes a call that measures first."""
    for name, child in node.iter_fields():
        if isinstance(child, list):
            setattr(node, name, [_measure_join(one) for one in child])
        else:
            setattr(node, name, _measure_join(child))


def _measure_join(child: Any) -> Any:
    if not isinstance(child, nodes.Node):
        return child
    _replace_joins(child)
    if isinstance(child, nodes.Concat):
        call = _own_call("join_texts", child.nodes)
        call.set_lineno(child.lineno)
        return call
    return child


def _without_width(kept: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, with no number among its arguments that is a width beyond measure."""

    @wraps(kept)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _forbid_widths((*args[1:], *kwargs.values()))
        return kept(*args, **kwargs)

    return guarded


def _with_pattern(kept: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(kept)
    def guarded(pattern: str, *args: Any, **kwargs: Any) -> Any:
        _forbid(bool(_WIDE.search(pattern)), "a width too large")
        return kept(pattern, *args, **kwargs)

    return guarded


def _forbid_widths(arguments: tuple[Any, ...]) -> None:
    _forbid(any(isinstance(one, int) and one > _MOST_WIDTH for one in arguments), "a width too large")


def _measured(text: str) -> str:
    _forbid(len(text) > MOST_LETTERS, "too long")
    return text


def _forbid(is_beyond: bool, reason: str) -> None:
    if is_beyond:
        raise SecurityError(f"a template may not do this: {reason}")
