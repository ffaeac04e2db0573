"""How much of the price is due before production begins, and before goods leave, by the payment terms."""

from decimal import Decimal
from typing import Literal

from xltools.core.payment_terms import PaymentPart, read_terms

PaymentPoint = Literal["production", "shipment"]
POINTS: tuple[PaymentPoint, ...] = ("production", "shipment")
_TRIGGERS: dict[str, PaymentPoint] = {"deposit": "production", "before-shipment": "shipment"}
_PROMISES = frozenset({"LC", "DP", "DA"})  # paid by a bank against documents, once the goods have left


def share_due(terms: str, before: PaymentPoint) -> Decimal | None:
    """The share of the price (0 to 1) that must be there before production, or before shipment, which holds both.

    定金 and the like are due before production, 发货前 before shipment, all else later. Parts that name no event, as in
    `30/70`: the first is due before production, the second before shipment, further ones later; a letter of credit and
    a term of days are later too. None where a word of the terms is not known, or one bare part is all they say.
    """
    parts = read_terms(terms)
    if not parts or (len(parts) == 1 and _is_bare(parts[0])):
        return None
    due = POINTS[: POINTS.index(before) + 1]
    percent = sum((part.percent for at, part in enumerate(parts) if _point(part, at) in due), Decimal(0))
    return percent / 100


def _point(part: PaymentPart, at: int) -> PaymentPoint | None:
    """Before what a part is due; `at` is its position among the parts, None means later than that."""
    if part.trigger in _TRIGGERS:
        return _TRIGGERS[part.trigger]
    return POINTS[at] if _is_bare(part) and at < len(POINTS) else None


def _is_bare(part: PaymentPart) -> bool:
    """True where nothing tells when it is due."""
    return not part.trigger and part.means not in _PROMISES and part.days is None
