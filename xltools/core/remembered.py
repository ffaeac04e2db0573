"""What was worked out for a part of the rules, kept for as long as the part is the same object."""

from collections.abc import Callable
from typing import Generic, TypeVar

PartT = TypeVar("PartT")
ResultT = TypeVar("ResultT")
_MOST = 64  # parts, more forms than a desk has: a process that opens a desk again and again keeps no rules of old


class Remembered(Generic[PartT, ResultT]):
    """A function of one immutable object whose results are kept by the object's identity.

    functools.cache asks for the object's hash, and to hash a form is to hash all its words.
    """

    def __init__(self, work_out: Callable[[PartT], ResultT]) -> None:
        """Takes the function that is asked once for each object."""
        self._work_out = work_out
        self._known: dict[int, tuple[PartT, ResultT]] = {}

    def __call__(self, part: PartT) -> ResultT:
        """The function's result for the object, which is kept alive so that no other can take its identity."""
        known = self._known.get(id(part))
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[id(part)] = part, self._work_out(part)
        return known[1]
