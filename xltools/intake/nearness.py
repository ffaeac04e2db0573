"""How near a header is to the words that are known. For hints and proposals only: nothing is taken by likeness."""

from collections.abc import Callable, Mapping, Sequence

from xltools.core.text import label_key

NEAR = 75.0  # from here on a header was probably meant: 订单编码 for 订单编号, Qantity for Quantity
_HOLDS = 70.0  # `订单要求交货时间` has 交货时间 in it: worth a look, and not near enough to say what was meant
_ALIKE = 60.0  # names in master data: 宁波泰恒 for 宁波泰衡电子有限公司
_SHORTEST = 2  # letters of a word that can be held


def propose_fields(header: str, words: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    """The fields that a header may mean, each with its score from 0 to 100, best first.

    `words` are compared labels (`label_key`) and the fields they name; a field's score is that of its nearest word.
    """
    key = label_key(header)
    scores: dict[str, float] = {}
    for word, score in _extract(key, list(words), None, 1.0):
        held = len(word) >= _SHORTEST and len(key) >= _SHORTEST and (word in key or key in word)
        name = words[word]
        scores[name] = max(scores.get(name, 0.0), score, _HOLDS if held else 0.0)
    return tuple(sorted(scores.items(), key=lambda one: (-one[1], one[0])))


def near_texts(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Up to three of the known texts that a text is near to, best first; of texts that are alike, each once."""
    texts = list(dict.fromkeys(known))
    best = _extract(label_key(text), texts, 3, _ALIKE, label_key)
    return tuple(found for found, _ in best)


def nearest_field(header: str, words: Mapping[str, str]) -> str:
    """The one field that a header was probably meant for; empty where there is none, or two are as near."""
    best = _extract(label_key(header), list(words), 4, NEAR)
    names = {words[word] for word, score in best if score == best[0][1]}
    return names.pop() if len(names) == 1 else ""


def _extract(
    text: str,
    known: Sequence[str],
    limit: int | None,
    cutoff: float,
    key: Callable[[str], str] | None = None,
) -> list[tuple[str, float]]:
    """The known texts nearest to a text, best first, each with its score from 0 to 100."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - of few workbooks a header or a name is not known

    found = process.extract(text, known, processor=key, scorer=fuzz.ratio, limit=limit, score_cutoff=cutoff)
    return [(one, score) for one, score, _ in found]
