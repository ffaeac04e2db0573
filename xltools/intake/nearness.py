"""How near a header is to the words that are known. For hints and proposals only: nothing is taken by likeness."""

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

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
    for word, score, _ in process.extract(key, list(words), scorer=fuzz.ratio, limit=None, score_cutoff=1.0):
        held = len(word) >= _SHORTEST and len(key) >= _SHORTEST and (word in key or key in word)
        name = words[word]
        scores[name] = max(scores.get(name, 0.0), score, _HOLDS if held else 0.0)
    return tuple(sorted(scores.items(), key=lambda one: (-one[1], one[0])))


def near_texts(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Up to three of the known texts that a text is near to, best first; of texts that are alike, each once."""
    texts = list(dict.fromkeys(known))
    best = process.extract(label_key(text), texts, processor=label_key, scorer=fuzz.ratio, limit=3, score_cutoff=_ALIKE)
    return tuple(found for found, _, _ in best)


def nearest_field(header: str, words: Mapping[str, str]) -> str:
    """The one field that a header was probably meant for; empty where there is none, or two are as near."""
    best = process.extract(label_key(header), list(words), scorer=fuzz.ratio, limit=4, score_cutoff=NEAR)
    names = {words[word] for word, score, _ in best if score == best[0][1]}
    return names.pop() if len(names) == 1 else ""
