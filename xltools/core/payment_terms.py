"""Payment terms: the text people agreed on, and what of it a program can follow."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Trigger = Literal[
    "",
    "deposit",
    "before-shipment",
    "shipment",
    "documents",
    "delivery",
    "acceptance",
    "invoice",
    "month-end",
    "retention",
]
Means = Literal["", "TT", "LC", "DP", "DA", "cash", "draft"]


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """A part of the price: how many per cent, on what event, how many days after it, by what means; empty if not said.

    `shipment` is when the goods have left, `delivery` when they came, `documents` against copies of the papers.
    """

    percent: Decimal
    trigger: Trigger = ""
    days: int | None = None
    means: Means = ""


class PaymentTerms(str):
    """Payment terms as they were written; `parts` are what was understood of them.

    They are text wherever text is wanted: in the ledger, the tracker and on contracts they stand as written.
    """

    __slots__ = ()

    @property
    def parts(self) -> tuple[PaymentPart, ...]:
        """The parts in their order; empty where a word of the terms is not known."""
        return read_terms(self)

    @property
    def total(self) -> Decimal:
        """The sum of the parts in per cent: 100 where the terms are whole."""
        return sum((part.percent for part in self.parts), Decimal(0))


_TRIGGERS: dict[str, Trigger] = {
    r"定金|订金|预付款?|首付款?|签约|合同签订|下单|接单|"
    r"deposit|advance|prepa(?:id|yment)|down ?payment|with order": "deposit",
    r"(?:发货|出货|装运|出运|提货)后|after (?:shipment|dispatch)": "shipment",
    r"款到发货前?|款到|(?:发货|出货|提货|装运|出运|交货|送货)前|发货|出货|提货|cia|"
    r"(?:before|prior to|against) (?:shipment|delivery|dispatch)": "before-shipment",
    r"见?提单(?:复印件|副本)?|b/?l(?: ?copy| ?date)?|copy of b/?l|documents?|单据": "documents",
    r"货到付款|货到|到货|收货|送货|交货|"
    r"cod|on arrival|(?:after|upon) (?:delivery|receipt|arrival)|receipt of goods": "delivery",
    r"验收|检验合格|acceptance": "acceptance",
    r"开票|票到|收票|发票|invoice(?: date)?|net": "invoice",
    r"月结|当月结|次月结|月末|对账|monthly|eom|end of month": "month-end",
    r"质保金?|质保期满|保证金|retention|warranty": "retention",
}
_MEANS: dict[str, Means] = {
    r"t ?/? ?t|电汇|转账|汇款|wire(?: transfer)?|bank transfer": "TT",
    r"l ?/? ?c|信用证|letter of credit": "LC",
    r"d ?/ ?p|付款交单": "DP",
    r"d ?/ ?a|承兑交单": "DA",
    r"现金|现结|cash": "cash",
    r"银行承兑(?:汇票)?|商业承兑|承兑(?:汇票)?|汇票|银承|draft": "draft",
}
# Words that say nothing more.
_FILLERS = (
    r"余款|尾款|货款|全款|全额|合格|付清|支付|付款|结清|结算|付|款|后|内|的|时|日起|起|凭|见票|即期|账期|期|合计|"
    r"balance|payment|remaining|rest|at sight|sight|by|in|of|the|on|at|within|from|after|and|due|full|date|upon|"
    r"against|to|for|as"
)
_TOKEN = re.compile(
    r"(?P<percent>\d{1,3}(?:\.\d{1,2})?)\s*%"
    r"|(?P<days>\d{1,3})\s*(?:个?工作[天日]|天|日|days?\b|d\b)"
    rf"|(?P<means>(?:(?<![a-z])(?:{'|'.join(_MEANS)})(?![a-z])|{'|'.join(one for one in _MEANS)}))"
    rf"|(?P<trigger>{'|'.join(_TRIGGERS)})"
    r"|(?P<number>\d{1,3}(?:\.\d{1,2})?)(?!\d)"
    rf"|(?P<filler>{_FILLERS})"
    r"|(?P<separator>[,;、/+:\-\n|&]|\))"
    r"|(?P<blank>[\s.(]+)"
)
_RATIO = re.compile(r"number(?: separator number)+(?: means)?$")
_LONGEST = 200
_Token = tuple[str, str]


def read_terms(text: str) -> tuple[PaymentPart, ...]:
    """The parts of terms such as `30/70`, `20TT80LC60DAYS`, `月结30天`, `30%定金70%发货前`; empty if not understood."""
    return _read_known(str(text)) if len(text) <= _LONGEST else ()


@lru_cache(1024)  # a desk's customers have a few dozen
def _read_known(text: str) -> tuple[PaymentPart, ...]:
    tokens = _split(unicodedata.normalize("NFKC", text).casefold().strip())
    if not tokens:
        return ()
    tokens = _name_numbers(tokens)
    if not tokens or any(kind == "number" for kind, _ in tokens):
        return ()
    parts = [_read_part(part) for part in _group(tokens)]
    return () if None in parts else tuple(part for part in parts if part)


def _split(text: str) -> list[_Token]:
    """The words of the terms with their kinds; none where a word is not known, or nothing is said."""
    tokens: list[_Token] = []
    at = 0
    while at < len(text) <= _LONGEST:
        match = _TOKEN.match(text, at)
        if match is None:
            return []
        kind = str(match.lastgroup)
        if kind not in {"filler", "blank"}:
            tokens.append((kind, match[kind]))
        at = match.end()
    return tokens if any(kind != "separator" for kind, _ in tokens) else []


def _name_numbers(tokens: list[_Token]) -> list[_Token]:
    """Bare numbers are percentages beside means (`20TT`) or where they are all there is, days after 月结 and net."""
    kinds = [kind for kind, _ in tokens]
    bare = _RATIO.match(" ".join(kinds)) is not None
    named: list[_Token] = []
    for index, (kind, word) in enumerate(tokens):
        before = tokens[index - 1] if index else ("", "")
        after = kinds[index + 1] if index + 1 < len(kinds) else ""
        is_days = before[0] == "trigger" and _find(_TRIGGERS, before[1]) in {"month-end", "invoice"}
        if kind == "number" and (bare or (after == "means" and "percent" not in kinds)):
            named.append(("percent", word))
        else:
            named.append(("days" if kind == "number" and is_days else kind, word))
    return named


def _group(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """The tokens of each part: one percentage and what stands with it up to a separator or the next percentage."""
    count = sum(kind == "percent" for kind, _ in tokens)
    if count < 2:
        yield [token for token in tokens if token[0] != "separator"]
        return
    # 30/70 T/T: the means of all parts.
    *_, last = tokens
    if last[0] == "means" and [kind for kind, _ in tokens].count("means") == 1 and _is_ratio(tokens):
        yield from ([token, last] for token in tokens if token[0] == "percent")
        return
    words_first = tokens[0][0] != "percent"
    part: list[_Token] = []
    for token in tokens:
        full = any(kind == "percent" for kind, _ in part)
        begins = token[0] == "percent" or (words_first and token[0] == "separator")
        if full and begins:
            yield part
            part = []
        if token[0] != "separator":
            part.append(token)
    yield part


def _is_ratio(tokens: list[_Token]) -> bool:
    return {kind for kind, _ in tokens} == {"percent", "separator", "means"}


def _read_part(tokens: list[_Token]) -> PaymentPart | None:
    """A part that names no more than one of each; two events or two terms of days can't be told apart."""
    said: dict[str, set[str]] = {kind: set() for kind in ("percent", "trigger", "days", "means")}
    for kind, word in tokens:
        said[kind].add({"trigger": _find(_TRIGGERS, word), "means": _find(_MEANS, word)}.get(kind, word))
    if any(len(words) > 1 for words in said.values()):
        return None
    percent, days = next(iter(said["percent"]), "100"), next(iter(said["days"]), None)
    trigger, means = next(iter(said["trigger"]), ""), next(iter(said["means"]), "")
    return PaymentPart(Decimal(percent), _as_trigger(trigger), None if days is None else int(days), _as_means(means))


def _find(words: dict[str, Trigger] | dict[str, Means], word: str) -> str:
    return next((name for pattern, name in words.items() if re.fullmatch(pattern, word)), "")


def _as_trigger(name: str) -> Trigger:
    return next((one for one in _TRIGGERS.values() if one == name), "")


def _as_means(name: str) -> Means:
    return next((one for one in _MEANS.values() if one == name), "")
