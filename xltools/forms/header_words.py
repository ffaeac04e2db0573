"""The words of rules/headers.yaml: what real sheets call the fields of a form. For proposals, never for reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xltools.forms.limits import RuleModel
from xltools.forms.model import Identifier, KebabName


@dataclass(frozen=True, kw_only=True)
class HeaderWords(RuleModel):
    """Headers by form and field, one word under several where need be; `others` are headers of none of a form's."""

    words: Mapping[KebabName, Mapping[Identifier, tuple[str, ...]]] = field(default_factory=dict)
    others: Mapping[KebabName, tuple[str, ...]] = field(default_factory=dict)
