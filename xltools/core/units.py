"""Units of measure: which words mean one unit, and which units are parts or multiples of each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.text import label_key


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its name, all the words for it, and what one of it is in its `base` unit: 1 t is 1000 kg."""

    name: str
    words: tuple[str, ...] = ()
    base: str = ""
    factor: Decimal = Decimal(1)

    @property
    def dimension(self) -> str:
        """The name of the unit that all units which can be converted into this one are counted in."""
        return self.base or self.name


class Units:
    """The units that a desk knows, found by any of their words, which are compared as labels are."""

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        """Takes the units in their order; of two with one word the first has it."""
        self._index: dict[str, Unit] = {}
        for unit in units:
            for word in (unit.name, *unit.words):
                self._index.setdefault(unit_key(word), unit)

    def find(self, word: str) -> Unit | None:
        """The unit that a word stands for."""
        return self._index.get(unit_key(word))

    def are_same(self, one: str, other: str) -> bool:
        """True for two words for one unit, be it known or not."""
        first, second = unit_key(one), unit_key(other)
        known = self._index.get(first)
        return first == second or (known is not None and known is self._index.get(second))

    def convert(self, amount: Decimal, given: str, wanted: str) -> Decimal | None:
        """An amount in another unit; None where the two can't be compared."""
        here, there = self.find(given), self.find(wanted)
        if here is None or there is None or here.dimension != there.dimension:
            return None
        return amount * here.factor / there.factor


def unit_key(word: str) -> str:
    """The form in which words for units are compared: as labels are, without a full stop (`pcs.`)."""
    return label_key(word).rstrip(".")
