"""The word that somebody probably meant."""

import difflib
from collections.abc import Iterable


def nearest_word(got: str, known: Iterable[str]) -> str:
    """The known word most like `got`, empty when none is like it. For hints only: nothing is ever taken by likeness."""
    by_key = {word.casefold(): word for word in known}
    close = difflib.get_close_matches(got.casefold(), by_key, n=1, cutoff=0.6)
    return by_key[close[0]] if close else ""
