"""All rules of a desk together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xltools.forms.header_words import HeaderWords
from xltools.forms.model import Calendar, Form, Layout, Routes, Tracker, Workflow
from xltools.forms.settings import Settings


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
    sha256: str
    headers: HeaderWords = field(default_factory=HeaderWords)

    def layouts_of(self, form: str) -> tuple[Layout, ...]:
        """The layouts of a form."""
        return tuple(layout for layout in self.layouts.values() if layout.form == form)
