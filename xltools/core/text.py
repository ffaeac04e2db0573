"""Bilingual text, and the normal form in which names are compared."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from xltools.core.simplified import simplify

Language = Literal["zh", "en"]
_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d\ufeff"  # within some scripts' words and in emoji; before a CSV's first header


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in one language."""
        return self.zh if language == "zh" else self.en

    @property
    def both(self) -> str:
        """Chinese, then English, as templates print labels: `订单编号 Order No.` for the order number."""
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"


def visible_text(text: str) -> str:
    """The text for a screen or a log: what would steer a terminal, or turn the direction of reading, as its code.

    A cell may hold an escape sequence that clears the screen or writes another line over ours. Line breaks and tabs
    stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if _is_shown(letter) else f"\\u{ord(letter):04x}" for letter in text)


def _is_shown(letter: str) -> bool:
    return letter in "\n\t" or letter in _JOINERS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def normalize_text(text: str) -> str:
    """NFKC, outer blanks off, inner runs of white space (line breaks too) as one space."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


@lru_cache(maxsize=16384)  # the headers, labels and codes of one run come again and again
def label_key(text: str) -> str:
    """The form in which labels are compared: NFKC, simplified, no white space, no `*` or colon at the end, case folded.

    People type `单 价`, `单价：`, `單價*` and a line break inside `数量 (Pcs)`.
    """
    if text.isascii():
        return "".join(text.split()).rstrip("*:").lstrip("*").casefold()
    letters = "".join(unicodedata.normalize("NFKC", text).split())
    return simplify(letters).rstrip("*:").lstrip("*").casefold()
