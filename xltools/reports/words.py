"""Amounts in English words, for contracts that are not in renminbi."""

from decimal import Decimal

from num2words import num2words

from xltools.core.money import round_cents

_NAMES = {
    "USD": ("US DOLLARS", "CENTS"),
    "EUR": ("EUROS", "CENTS"),
    "HKD": ("HONG KONG DOLLARS", "CENTS"),
    "GBP": ("POUNDS STERLING", "PENCE"),
    "JPY": ("JAPANESE YEN", "SEN"),
}


def english_amount(amount: Decimal, currency: str) -> str:
    """An amount as invoices and contracts say it: `SAY US DOLLARS ONE THOUSAND TWO HUNDRED AND CENTS FIFTY ONLY`.

    Rounds to the cent first, half up. A currency without a name here is called by its code. ValueError below zero.
    """
    amount = round_cents(amount)
    if amount < 0:
        raise ValueError(f"no words for an amount below zero: {amount}")
    whole, cents = divmod(int(amount * 100), 100)
    name, small = _NAMES.get(currency, (currency, "CENTS"))
    parts = ["SAY", name, _spell(whole)]
    if cents:
        parts += ["AND", small, _spell(cents)]
    return " ".join([*parts, "ONLY"])


def _spell(number: int) -> str:
    return str(num2words(number, lang="en")).replace(",", "").upper()
