"""Bilingual text, and the normal form in which names are compared."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from xltools.core.simplified import simplify

Language = Literal["zh", "en"]
_SPACE = re.compile(r"\s+")


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
