"""HTML from templates (Jinja2), in a sandbox: text of orders is escaped, and no template can run anything."""

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateSyntaxError

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sandbox import BoundedSandbox
from xltools.edge.placeholders import FILLING_FAILED


def render_html(template: bytes, context: Mapping[str, Any], place: Place) -> str | Problem:
    """The template filled with the context's values, which stand in it as plain text.

    The problem, at `place`, is `template-placeholder-wrong` for a placeholder that the context does not know, a wrong
    tag or a forbidden one, and `template-unreadable` for bytes that are no UTF-8.
    """
    try:
        text = template.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        return error("template-unreadable", place, cause=cause.reason)
    environment = BoundedSandbox(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    try:
        return environment.from_string(text).render(dict(context))
    except TemplateSyntaxError as cause:
        return error("template-placeholder-wrong", place, cause=f"{cause.message} ({cause.lineno})")
    except FILLING_FAILED as cause:
        return error("template-placeholder-wrong", place, cause=str(cause).partition("\n")[0])
