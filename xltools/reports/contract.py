"""What order confirmations, sales contracts and proforma invoices say of an order, and which clauses they have."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any

from xltools.core.codec import plain_decimal
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.core.record import FieldValue
from xltools.forms.clause_text import ClauseError, fill_clause
from xltools.forms.expression import compile_expression
from xltools.forms.papers import Clause
from xltools.ledger.routing import order_figures, total_amount
from xltools.reports.paper_context import PaperRequest, Party, name_buyer, name_seller, paper_context, total_words
from xltools.reports.paper_words import BLANK, DEPOSIT_LIMIT, deposit_share, payment_words
from xltools.reports.wording import value_text

_STOPS = re.compile(r"([。.，,；;])(?:\s*[。.])+")  # 按图纸。。 where people end their words with a stop
_LINE_BLANKS = ("product", "unit", "price", "amount")
_BREAK = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")  # YAML folds a line's end to a blank; Chinese has none


@dataclass(frozen=True, slots=True)
class PrintedClause:
    """A clause as it stands in the paper, numbered from 2: the goods are article 1."""

    number: str
    topic: str
    heading: str
    heading_en: str
    text: str
    text_en: str


def contract_context(request: PaperRequest) -> dict[str, Any]:
    """The values that the templates of contracts, confirmations and proforma invoices name beside those of all papers.

    Holds what Civil Code arts. 470 and 596 list and the clauses leave open. What is not known reads `________`: a
    person fills it in by hand. ValueError where the total has no words: below zero, or too large.
    """
    order, rules = request.order, request.rules
    every = paper_context(request)
    total, currency = total_amount(order), order.text("currency")
    payment = payment_words(order.text("payment_terms"))
    share = deposit_share(order.text("payment_terms"))
    partial = order.get("partial_allowed")
    values: dict[str, Any] = {
        "signed_on": every["date"],
        "signed_at": rules.settings.company.address.zh or BLANK,
        "seller": _with_blanks(name_seller(rules)),
        "buyer": _with_blanks(name_buyer(order, request.customer, rules)),
        "customer_po": every["customer_po"] or BLANK,
        "currency": every["currency"] or BLANK,
        "currency_en": every["currency_en"] or BLANK,
        "lines": [_fill_blanks(line) for line in every["lines"]],
        "total": every["total"] or BLANK,
        "total_words": total_words(total, currency) or BLANK,
        "partial": value_text(partial, None, "zh") or BLANK,
        "partial_en": value_text(partial, None, "en") or BLANK,
        "payment_zh": payment.zh,
        "payment_en": payment.en,
        "deposit_share": "" if share is None else plain_decimal(share),
        "remark": order.text("remark") or "无 None",
    }
    for name in ("trade_terms", "delivery_address", "transport", "packing", "requirements"):
        values[name] = order.text(name) or BLANK
    return {**values, "clauses": choose_clauses(request, {**every, **values})}


def choose_clauses(request: PaperRequest, values: Mapping[str, Any]) -> tuple[PrintedClause, ...]:
    """The clauses of this kind of paper: of each topic the first whose condition is true, filled with the values.

    ClauseError, which names the clause, where its words can't be filled.
    """
    figures = _clause_figures(request)
    chosen: dict[str, Clause] = {}
    for clause in request.rules.papers.clauses:
        if request.rule.name in clause.papers and clause.topic not in chosen and _is_true(clause.when, figures):
            chosen[clause.topic] = clause
    plain = {name: asdict(value) if isinstance(value, Party) else value for name, value in values.items()}
    return tuple(_print_clause(clause, str(number), plain) for number, clause in enumerate(chosen.values(), start=2))


def _print_clause(clause: Clause, number: str, values: Mapping[str, Any]) -> PrintedClause:
    words = (clause.heading.zh, clause.heading.en, clause.text.zh, clause.text.en)
    try:
        return PrintedClause(number, clause.topic, *(_fill(one, values) for one in words))
    except ClauseError as bad:
        raise ClauseError(f"{clause.name}: {bad}") from bad


def check_deposit(order: Order, place: Place) -> tuple[Problem, ...]:
    """A warning where the terms call more than a fifth of the price 定金: the rest is none (Civil Code art. 586)."""
    share = deposit_share(order.text("payment_terms"))
    if share is None or share <= DEPOSIT_LIMIT:
        return ()
    return (
        warning(
            "deposit-above-limit",
            place,
            "payment_terms",
            order=order.number,
            share=plain_decimal(share),
            limit=plain_decimal(DEPOSIT_LIMIT),
        ),
    )


def _clause_figures(request: PaperRequest) -> dict[str, FieldValue | None]:
    order = request.order
    figures = order_figures(order)
    figures["country"] = request.customer.get("country") if request.customer else None
    figures["has_drawing"] = any(line.text("drawing") for line in order.lines)
    figures["deposit_share"] = deposit_share(order.text("payment_terms")) or Decimal(0)
    return figures


def _is_true(condition: str | None, figures: Mapping[str, FieldValue | None]) -> bool:
    return condition is None or compile_expression(condition).evaluate(figures) is True


def _fill(text: str, values: Mapping[str, Any]) -> str:
    return _STOPS.sub(r"\1", _BREAK.sub("", fill_clause(text, values)))


def _with_blanks(party: Party) -> Party:
    """The party with what is not known left to the pen; a second language that is missing is left out."""
    unknown = {
        one.name: BLANK for one in fields(party) if not getattr(party, one.name) and not one.name.endswith("_en")
    }
    return replace(party, **unknown)


def _fill_blanks(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line with what must not be blank left to the pen, and all that tells the goods in one specification."""
    told = " ".join(filter(None, (line["specification"], line["drawing"], line["material"], line["surface"])))
    return {**line, "specification": told, **{name: line[name] or BLANK for name in _LINE_BLANKS}}
