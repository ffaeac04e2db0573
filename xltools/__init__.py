"""An order desk that lives in the spreadsheets a factory already uses.

`open_desk` is found on first use: `import xltools` alone loads no pandas, SQLAlchemy or workbook library, since a
button in a workbook starts a new interpreter each time it is pressed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xltools.desk.frames import open_desk

__all__ = ["__version__", "open_desk"]

__version__ = "0.1.0"

if not TYPE_CHECKING:  # a type checker that saw this would take any misspelt name for an attribute

    def __getattr__(name: str) -> object:
        if name == "open_desk":
            from xltools.desk.frames import open_desk

            return open_desk
        message = f"module 'xltools' has no attribute {name!r}"
        raise AttributeError(message)
