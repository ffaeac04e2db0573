"""Why a value is none of its field's type, before anybody asks for it as a problem with a place."""

from dataclasses import dataclass

from xltools.core.place import Place
from xltools.core.problem import Problem, error


@dataclass(frozen=True, slots=True)
class Unread:
    """The code of a problem, and what fills the blanks of its words."""

    code: str
    blanks: tuple[tuple[str, str], ...] = ()

    def at(self, place: Place, field: str) -> Problem:
        """The problem, at a place."""
        return error(self.code, place, field, **dict(self.blanks))


def unread(code: str, **blanks: str) -> Unread:
    """The reason with that code."""
    return Unread(code, tuple(blanks.items()))
