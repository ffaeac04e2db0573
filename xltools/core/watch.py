"""How whoever waits is kept up to date: a way through things that tells how far it has come."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Watch = Callable[[Sequence[Any]], Iterable[Any]]
