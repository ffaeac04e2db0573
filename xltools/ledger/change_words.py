"""The words of change notices: which field of an order, or which act on it, is meant, and of which kind a change is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xltools.core.order import ACTION, ChangeItem
from xltools.core.remembered import Remembered
from xltools.core.text import label_key
from xltools.forms.model import ORDER_FORM, ORDER_NUMBER, Placement
from xltools.forms.rules import Rules
from xltools.intake.labels import find_key, index_labels
from xltools.ledger.deliveries import PROMISE
from xltools.ledger.standing import CHANGE_NOTICE

# The delivery date without a word whether the requested or the promised one is meant.
DUE = "due-date"
REQUEST = "requested_date"
ACTIONS = ("cancel", "close-rest", "hold", "resume", "rush")
OTHER_KIND = "other"
# A kind named where a field is asked for means this field.
_MAIN_FIELDS = {
    "quantity": "quantity",
    "specification": "specification",
    "process": "requirements",
    "packaging": "packing",
    "date": DUE,
    "price": "unit_price",
    "payment": "payment_terms",
}
_KINDS = {
    "quantity": ("quantity", "unit"),
    "specification": ("product_code", "product", "customer_item", "specification", "drawing", "material", "surface"),
    "process": ("requirements",),
    "packaging": ("packing",),
    "date": (REQUEST, PROMISE),
    "price": ("unit_price", "discount", "amount", "currency", "tax_rate", "tax_included"),
    "payment": ("payment_terms",),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
# What makes an order that order, or says what has happened to it: no notice changes it.
_FIXED = frozenset({ORDER_NUMBER, "revision", "customer", "customer_code", "order_date", "reorder_of", "line_no"})
FIXED_FIELDS = _FIXED | {"shipped_date", "carrier"}


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """The words for fields and for kinds of change, in the form they are compared; the kinds in their order."""

    fields: Mapping[str, str]
    kinds: Mapping[str, str]
    order: tuple[str, ...]

    def find_target(self, text: str) -> str:
        """The field that a text names, DUE, or `action-…`; empty where it is not understood."""
        key = label_key(text)
        kind = find_key(self.kinds, key)
        if kind in ACTIONS:
            return f"{ACTION}{kind}"
        return _MAIN_FIELDS.get(kind or "") or find_key(self.fields, key) or ""

    def find_action(self, text: str) -> str:
        """The act that a text names, as `action-cancel`; empty for none."""
        kind = find_key(self.kinds, label_key(text))
        return f"{ACTION}{kind}" if kind in ACTIONS else ""

    def sort_kinds(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """The kinds, each once, in the form's order."""
        wanted = set(kinds)
        return tuple(one for one in self.order if one in wanted)


def kind_of(item: ChangeItem) -> str:
    """The kind of change that one changed value is."""
    return item.action or _KIND_OF.get(item.field, OTHER_KIND)


def _gather_words(rules: Rules) -> ChangeWords:
    form = rules.forms[ORDER_FORM]
    own = (Placement(field=one.name) for one in form.fields())
    placed = (one for layout in rules.layouts_of(ORDER_FORM) for one in layout.placements())
    notice = rules.forms.get(CHANGE_NOTICE)
    field = notice.field("kinds") if notice else None
    kinds = tuple(one.value for one in field.choices) if field else ()
    return ChangeWords(index_labels(form, (*own, *placed)), field.choice_words if field else {}, kinds)


change_words = Remembered[Rules, ChangeWords](_gather_words)
