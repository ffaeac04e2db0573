"""The program's words in both languages, by code, and problems put into them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from xltools.core.problem import Problem
from xltools.core.text import Language

_BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}")
LONGEST_EXCERPT = 200
REASON = "reason-"


class Say(Protocol):
    """Finds the words of a `ui-…` code in the reader's language and fills their blanks."""

    def __call__(self, code: str, /, **blanks: object) -> str:
        """The words."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """A message and the hint what to do about it, both with blanks such as `{value}`."""

    message: str
    hint: str = ""

    @property
    def blanks(self) -> frozenset[str]:
        """The names of its blanks."""
        return frozenset(_BLANK.findall(f"{self.message} {self.hint}"))


@dataclass(frozen=True, slots=True)
class RenderedProblem:
    """A problem in the words of one language."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All messages by language and code."""

    languages: Mapping[Language, Mapping[str, Words]]

    def find(self, code: str, language: Language) -> Words:
        """The words of a code; the code itself where the catalogue lacks it."""
        return self.languages[language].get(code) or Words(code)

    def words(self, code: str, language: Language, /, **blanks: object) -> str:
        """The message of a `ui-…` code with its blanks filled."""
        return fill_blanks(self.find(code, language).message, {name: str(value) for name, value in blanks.items()})

    def speaker(self, language: Language) -> Say:
        """`words` for one language: `say(code, **blanks)`."""

        def say(code: str, /, **blanks: object) -> str:
            return self.words(code, language, **blanks)

        return say


class UnreadLanguages(Mapping[Language, Mapping[str, Words]]):
    """The words of each language, read from its text when they are first asked for: most who ask speak one.

    ValueError then where a text is not code → words.
    """

    def __init__(self, texts: Mapping[Language, str], read: "ReadWords") -> None:
        self._texts, self._reader = texts, read
        self._read: dict[Language, Mapping[str, Words]] = {}

    def __getitem__(self, language: Language) -> Mapping[str, Words]:
        if language not in self._read:
            self._read[language] = self._reader(self._texts[language], f"messages/{language}.yaml")
        return self._read[language]

    def __iter__(self) -> Iterator[Language]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


ReadWords = Callable[[str, str], Mapping[str, Words]]  # a language's text, and what problems call its file


def load_catalogue(zh_text: str, en_text: str, read: ReadWords) -> Catalogue:
    """The catalogue from the texts of messages/zh.yaml and en.yaml, each read when it is first asked for."""
    return Catalogue(UnreadLanguages({"zh": zh_text, "en": en_text}, read))


def fill_blanks(text: str, values: Mapping[str, str]) -> str:
    """The text with each `{name}` replaced by its value, or by nothing. Values are never looked into."""
    return _BLANK.sub(lambda blank: values.get(blank[1], ""), text)


def render_problem(problem: Problem, catalogue: Catalogue, language: Language, label: str = "") -> RenderedProblem:
    """A problem in words: its own message and hint where it brings them, else its code's.

    The blank `{label}` is the field as people know it: the label given, else its name. A `{reason}` that is a code
    of the catalogue, `reason-…`, is put into words too, its blanks filled from the same values.
    """
    known = catalogue.find(problem.code, language)
    message = problem.message.in_language(language) if problem.message else known.message
    hint = problem.hint.in_language(language) if problem.hint else known.hint
    values = {"field": problem.field, "label": label or problem.field, **dict(problem.values)}
    if (reason := values.get("reason", "")).startswith(REASON):
        values["reason"] = fill_blanks(catalogue.find(reason, language).message, values)
    return RenderedProblem(fill_blanks(message, values), fill_blanks(hint, values))


def render_rule_problem(problem: Problem, catalogue: Catalogue, language: Language) -> str:
    """A problem of the rules: `file:line:column: message`, the line, a caret under the word, what was expected."""
    rendered = render_problem(problem, catalogue, language)
    values = dict(problem.values)
    lines = [f"{problem.place}: {rendered.message}"]
    if problem.place.line is not None and problem.place.column is not None and problem.place.column < LONGEST_EXCERPT:
        excerpt, number = values.get("excerpt", ""), str(problem.place.line)
        start = problem.place.column - 1
        meant = excerpt[start : start + int(values.get("caret") or 1)]
        caret = " " * _width(excerpt[:start]) + "^" * max(_width(meant), 1)
        margin = " " * len(number)
        lines += [f"{margin} |", f"{number} | {excerpt[:LONGEST_EXCERPT].expandtabs(1)}", f"{margin} | {caret}"]
    if expected := values.get("expected"):
        lines.append(catalogue.words("ui-rule-expected", language, expected=expected))
    if nearest := values.get("nearest"):
        lines.append(catalogue.words("ui-rule-nearest", language, nearest=nearest))
    if rendered.hint:
        lines.append(rendered.hint)
    return "\n".join(lines)


def unmatched_codes(catalogue: Catalogue) -> tuple[str, ...]:
    """The codes that one language lacks, or whose blanks differ between the languages."""
    zh, en = catalogue.languages["zh"], catalogue.languages["en"]
    return tuple(
        code for code in sorted({*zh, *en}) if code not in zh or code not in en or zh[code].blanks != en[code].blanks
    )


def _width(text: Iterable[str]) -> int:
    """How many columns a terminal needs: Chinese letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
