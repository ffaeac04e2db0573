"""The text of rules/messages/, one language a file, as words by their code."""

from xltools.forms.messages import Words
from xltools.forms.source import parse_yaml

_PARTS = ("message", "hint")


def read_words(text: str, file: str) -> dict[str, Words]:
    """The words of one language by their code; ValueError for a text that is not code → words."""
    tree, problems = parse_yaml(text, file)
    if problems:
        raise ValueError(f"{problems[0].place}: {problems[0].code} {dict(problems[0].values)}")
    words = {}
    for code, parts in (tree.plain() if tree else {}).items():
        if not isinstance(parts, dict) or "message" not in parts or not set(parts) <= set(_PARTS):
            raise ValueError(f"{file}: {code} needs a message and may have a hint, nothing else")
        words[code] = Words(*(str(parts[part]) for part in _PARTS if part in parts))
    return words
