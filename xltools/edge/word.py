"""Word papers from templates (docxtpl), in a sandbox: neither template nor order text can run anything."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from xltools.core.place import Place
from xltools.core.problem import Problem, error

# XML 1.0 allows no other control characters; docxtpl gives the bell and the form feed a meaning of its own.
_KEPT_CONTROLS = frozenset("\n\t")
# What python-docx and the XML parser raise for bytes that are no Word document, or were made so by a template's tags.
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, TypeError)


def render_docx(template: bytes, context: Mapping[str, Any], as_of: dt.date, place: Place) -> bytes | Problem:
    """The template (.docx) filled with the context's values, which print as they are; dated by `as_of`.

    Same inputs, same bytes. The problem, at `place`, is `template-placeholder-wrong` for a placeholder that the context
    does not know, a wrong tag or a forbidden one, and `template-unreadable` for a file that is no Word document.
    """
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.init_docx()
    except _BROKEN as cause:
        return error("template-unreadable", place, cause=_first_line(cause))
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        document.render(_printable(dict(context)), environment, autoescape=True)
    except TemplateError as cause:
        return error("template-placeholder-wrong", place, cause=_first_line(cause))
    except _BROKEN as cause:
        # A tag that opens in one table row and closes in another leaves XML that does not parse.
        return error("template-placeholder-wrong", place, cause=_first_line(cause))
    moment = dt.datetime(as_of.year, as_of.month, as_of.day, tzinfo=dt.UTC)
    properties = document.docx.core_properties
    properties.created = properties.modified = moment
    properties.last_modified_by = properties.author = "xltools"
    written = io.BytesIO()
    document.save(written)
    return date_zip(written.getvalue(), as_of)


def date_zip(content: bytes, as_of: dt.date) -> bytes:
    """A zip with the same members in the same order, all dated by `as_of`; zips know no year before 1980."""
    stamp = (max(as_of.year, 1980), as_of.month, as_of.day, 0, 0, 0)
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, stamp)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, source.read(name))
    return written.getvalue()


def _printable(value: Any) -> Any:
    """The value with all text freed of what XML cannot hold; people paste such characters from other programs."""
    if isinstance(value, str):
        return "".join(char for char in value if char >= " " or char in _KEPT_CONTROLS)
    if isinstance(value, Mapping):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _printable(getattr(value, one.name)) for one in fields(value)}
    return value


def _first_line(cause: Exception) -> str:
    words = str(cause).strip().splitlines()
    return words[0] if words else type(cause).__name__
