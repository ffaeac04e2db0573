"""What rules are made of, for types that say it and for shape.py that checks it: bounds, patterns, refused keys.

The types are plain dataclasses, and nothing here loads pydantic: a button or a `status` that has its rules from before
(edge/own_cache.py) needs none, and loading it would take longer than checking a workbook.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, ClassVar

REFUSED = MappingProxyType({"refused": True})  # metadata of a key that is known only to be refused in words of its own


@dataclass(frozen=True, kw_only=True)
class RuleModel:
    """A part of the rules: a frozen dataclass, which takes no key that it does not know."""

    # Part numbers, tax numbers and telephone numbers are written without quotes.
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid", "coerce_numbers_to_str": True}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a number or a text in the rules must keep to; stands in `Annotated`."""

    ge: int | None = None
    gt: int | None = None
    le: int | None = None
    lt: int | None = None
    pattern: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """How pydantic asks an annotation what it demands (its documentation, Custom types)."""
        return handler(source) | {name: limit for name, limit in asdict(self).items() if limit is not None}
