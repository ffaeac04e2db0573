"""All rules of a desk together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xltools.forms.header_words import HeaderWords
from xltools.forms.model import Calendar, Form, Layout, Tracker
from xltools.forms.papers import PaperRule, Papers
from xltools.forms.settings import Settings
from xltools.forms.workflow import Routes, Workflow


@dataclass(frozen=True)
class Rules:
    """All rules of a desk, checked, and the sha256 of what they were made from."""

    forms: Mapping[str, Form]
    layouts: Mapping[str, Layout]
    workflow: Workflow
    routes: Routes
    calendar: Calendar
    tracker: Tracker
    settings: Settings
    papers: Papers
    sha256: str
    headers: HeaderWords = field(default_factory=HeaderWords)

    @cached_property
    def paper_kinds(self) -> Mapping[str, PaperRule]:
        """The kinds of paper by name."""
        return {one.name: one for one in self.papers.papers}

    def layouts_of(self, form: str) -> tuple[Layout, ...]:
        """The layouts of a form."""
        return tuple(layout for layout in self.layouts.values() if layout.form == form)
