"""The desk, one function a verb: the same for the command line, the Excel buttons and Python.

Its table of contents is `__init__.pyi`, which type checkers read too. A verb's module is imported when the verb is
first named: a button in a workbook starts a new interpreter each time it is pressed, and needs one verb of them all.
`as_of` moves the clock only: nothing here reads one.
"""

import ast
from functools import cache
from importlib import import_module, resources


@cache
def _contents() -> dict[str, tuple[str, str]]:
    """Where each name of the table of contents lives: its module, and what it is called there."""
    tree = ast.parse(resources.files(__name__).joinpath("__init__.pyi").read_text("utf-8"))
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def __getattr__(name: str) -> object:
    if name.startswith("__") or name not in _contents():
        message = f"module 'xltools.desk' has no attribute {name!r}"
        raise AttributeError(message)
    module, called = _contents()[name]
    value = getattr(import_module(module), called)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_contents())
