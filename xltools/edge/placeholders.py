"""What Word and Excel templates have in common: the sandbox, text that may be printed, and what is wrong where."""

import difflib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from xltools.core.sandbox import BoundedSandbox

# XML 1.0 allows no other control characters; docxtpl gives the bell and the form feed a meaning of its own.
_KEPT_CONTROLS = frozenset("\n\t")
_UNDEFINED = re.compile(r"^'(\w+)' is undefined")
_ATTRIBUTE = re.compile(r"has no attribute '(\w+)'")
_LOOP = re.compile(r"\bfor\s+(\w+)\s+in\s+([\w.]+)")
_MOST_NAMES = 24  # of a hint
_MOST_UNPACKED = 200_000_000  # bytes; a template with photographs has some ten million
_DEFINITION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")
# What filling a template can end in: its own errors, and those of what it asks of values.
FILLING_FAILED = (
    *(TemplateError, ArithmeticError, TypeError, ValueError, AttributeError, LookupError),
    *(RecursionError, NotImplementedError),
)


def check_package(content: bytes) -> None:
    """ValueError for a template (.docx, .xlsx) that unpacks beyond all measure, or whose XML defines entities."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(member.file_size for member in package.infolist()) > _MOST_UNPACKED:
            raise ValueError("it unpacks to more than 200 MB")
        for member in package.infolist():
            if member.filename.endswith((".xml", ".rels")) and _DEFINITION.search(package.read(member)[:10_000]):
                raise ValueError(f"{member.filename} defines entities")


def open_sandbox(**options: Any) -> BoundedSandbox:
    """An environment in which neither template nor order text can run anything, and an unknown name is an error."""
    return BoundedSandbox(**options)


def make_printable(value: Any) -> Any:
    """The value with all text freed of what XML cannot hold; people paste such characters from other programs."""
    if isinstance(value, str):
        return "".join(char for char in value if _is_printable(char))
    if isinstance(value, Mapping):
        return {key: make_printable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [make_printable(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: make_printable(getattr(value, one.name)) for one in fields(value)}
    return value


def _is_printable(char: str) -> bool:
    return (char >= " " and char not in "\ufffe\uffff" and not "\ud800" <= char <= "\udfff") or char in _KEPT_CONTROLS


def failed_line(cause: Exception) -> int | None:
    """The line of the template, from 1, at which filling it ended; None where that is not known."""
    if isinstance(cause, TemplateSyntaxError):
        return cause.lineno
    line, trace = None, cause.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def tell_cause(cause: Exception) -> str:
    """The first line of what an error says."""
    words = str(cause).strip().splitlines()
    return words[0] if words else type(cause).__name__


def names_near(cause: Exception, spot: str, template: str, context: Mapping[str, Any]) -> str:
    """The names that exist near a wrong one, the likest first, in one text; `—` where none is like it.

    `spot` is the text at which filling failed, `template` all of the template's: its loops name the items of lists.
    """
    scope = _with_loops(context, template)
    words = tell_cause(cause)
    if found := _UNDEFINED.match(words):
        return _list_names(found[1], scope)
    if found := _ATTRIBUTE.search(words):
        base = re.search(rf"([\w.]+)\.{re.escape(found[1])}\b", spot)
        holder = _resolve(base[1], scope) if base else None
        return _list_names(found[1], holder if isinstance(holder, Mapping) else {})
    return "—"


def _list_names(got: str, known: Iterable[str]) -> str:
    names = list(known)
    likely = difflib.get_close_matches(got, names, n=5, cutoff=0.5)
    rest = sorted(name for name in names if name not in likely)
    shown = [*likely, *rest][:_MOST_NAMES] if len(likely) < 2 else likely
    return ", ".join(shown) or "—"


def _with_loops(context: Mapping[str, Any], template: str) -> dict[str, Any]:
    scope = dict(context)
    for name, source in _LOOP.findall(template):
        items = _resolve(source, scope)
        if isinstance(items, list) and items:
            scope[name] = items[0]
    return scope


def _resolve(path: str, scope: Mapping[str, Any]) -> Any:
    found: Any = scope
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
