"""Tick boxes drawn in text, as forms on paper have them: `√设计变更 □制程变更`, `是■ 否□`."""

import re
import unicodedata
from dataclasses import dataclass

# þ and ¨ are what the boxes of the font Wingdings are to a program, R and ¨ those of Wingdings 2.
_TICKED = "√✓✔☑☒✅■●◉⊠▣þ"
_BLANK = "□☐○◯¨▢"
_BRACKETED = re.compile(r"[\[(]\s*([√✓✔vVxX×■●]?)\s*[\])]")
_MARK = re.compile(f"[{_TICKED}{_BLANK}]")
_SEPARATORS = " ,;、/|\t\n"


@dataclass(frozen=True, slots=True)
class Ticks:
    """The words beside boxes that are ticked, and beside those that are not; empty words for a box alone."""

    ticked: tuple[str, ...]
    blank: tuple[str, ...]


def read_ticks(text: str) -> Ticks | None:
    """The boxes in a text with their words, all of which stand behind or all before them; None where it has none."""
    drawn = _BRACKETED.sub(lambda box: "☑" if box[1] else "□", _unify_boxes(text))
    marks = list(_MARK.finditer(drawn))
    if not marks:
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(drawn)]
    before = drawn[: marks[0].start()].strip(_SEPARATORS)
    if before:
        starts = [0, *(mark.end() for mark in marks[:-1])]
        words = [drawn[start : mark.start()].strip(_SEPARATORS) for start, mark in zip(starts, marks, strict=True)]
        if drawn[marks[-1].end() :].strip(_SEPARATORS):
            return None  # words on both sides: whose they are can't be told
    else:
        words = [drawn[mark.end() : end].strip(_SEPARATORS) for mark, end in zip(marks, ends, strict=True)]
    ticked = tuple(word for word, mark in zip(words, marks, strict=True) if mark[0] in _TICKED)
    return Ticks(ticked, tuple(word for word, mark in zip(words, marks, strict=True) if mark[0] in _BLANK))


def _unify_boxes(text: str) -> str:
    drawn = text.replace("¨", "□")  # NFKC takes it apart
    if "□" in drawn:
        drawn = re.sub(r"(?<![A-Za-z])R(?![A-Za-z])", "☑", drawn)
    return unicodedata.normalize("NFKC", drawn)
