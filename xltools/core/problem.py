"""What is wrong with an input, as a value: a code, a place, and the words' blanks."""

from dataclasses import dataclass
from enum import StrEnum

from xltools.core.place import Place
from xltools.core.text import Text


class Severity(StrEnum):
    """An error keeps a record out; a warning goes in with it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, told apart by its kebab-case `code`.

    `values` fills the blanks of the code's message in rules/messages. A check that a desk wrote itself brings its own
    `message` and `hint`.
    """

    code: str
    place: Place
    severity: Severity = Severity.ERROR
    field: str = ""
    values: tuple[tuple[str, str], ...] = ()
    message: Text | None = None
    hint: Text | None = None

    @property
    def is_error(self) -> bool:
        """True for an error, False for a warning."""
        return self.severity is Severity.ERROR


def error(code: str, place: Place, field: str = "", **values: object) -> Problem:
    """A problem that keeps its record out."""
    return Problem(code, place, Severity.ERROR, field, _blanks(values))


def warning(code: str, place: Place, field: str = "", **values: object) -> Problem:
    """A problem that goes in with its record."""
    return Problem(code, place, Severity.WARNING, field, _blanks(values))


def _blanks(values: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in values.items()))
