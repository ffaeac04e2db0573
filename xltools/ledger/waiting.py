"""What a document says that waits before a shut gate, and the open items that such documents are."""

from collections.abc import Iterable, Iterator, Sequence

from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.core.record import Finding
from xltools.core.text import Language, Text
from xltools.forms.model import ORDER_FORM
from xltools.forms.rules import Rules
from xltools.ledger.standing import Waiting

DOCUMENT_WAITS = "document-waits"
_HELD = Text("订单暂停，待恢复", "the order is on hold, to be resumed")


def document_waits(
    order: Order, place: Place, rules: Rules, what: Text = _HELD, whom: Iterable[str] = ("owner",)
) -> Problem:
    """The warning that a document waits for something of an order, and from whom, in the desk's language."""
    language = rules.settings.language
    names = ("、" if language == "zh" else ", ").join(_whom_words(one, order, rules, language) for one in whom)
    told = {"what": what.in_language(language), "whom": names}
    return warning(DOCUMENT_WAITS, place, "order_no", order=order.number, **told)


def tell_shut(order: Order, place: Place, shut: Sequence[Waiting], rules: Rules) -> tuple[Problem, ...]:
    """A warning for each shut gate of the first stage that has any: what comes later can't be done before."""
    gates: dict[str, list[Waiting]] = {}
    for one in shut:
        if one.stage == shut[0].stage:
            gates.setdefault(one.gate, []).append(one)
    return tuple(
        document_waits(order, place, rules, ones[0].what, [one.whom for one in ones]) for ones in gates.values()
    )


def find_waiting(file: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    """The open items of a document that waits: one for each order, with all that is awaited of it."""
    awaited: dict[str, list[str]] = {}
    for problem in problems:
        if problem.code == DOCUMENT_WAITS:
            told = dict(problem.values)
            awaited.setdefault(told["order"], []).append(f"{told['whom']}: {told['what']}")
    for order, words in (awaited or {"": []}).items():
        kept = "; ".join(dict.fromkeys(words))
        yield Finding("document-waiting", order, typed=file.rpartition("/")[2], kept=kept, place=Place(file))


def _whom_words(whom: str, order: Order, rules: Rules, language: Language) -> str:
    """A department by its label, the order's sales owner by name."""
    if whom == "owner":
        field = rules.forms[ORDER_FORM].field("owner")
        return order.text("owner") or (field.label.text.in_language(language) if field else whom)
    found = next((one for one in rules.routes.departments if one.name == whom), None)
    return found.label.text.in_language(language) if found else whom
