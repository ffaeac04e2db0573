"""The workflow as pictures, a file for each language; they follow from the rules alone."""

from collections.abc import Iterator
from pathlib import Path

from xltools.core.text import Language
from xltools.desk.session import load_messages
from xltools.forms.rules import Rules
from xltools.reports.workflow_diagram import draw_workflow

_FILES: dict[Language, str] = {"en": "workflow.svg", "zh": "workflow.zh.svg"}


def draw_diagrams(rules: Rules) -> Iterator[tuple[str, str]]:
    """The name of each picture's file, and its SVG text."""
    for language, name in _FILES.items():
        yield name, draw_workflow(rules, language, load_messages().speaker(language))


def write_diagrams(rules: Rules, folder: Path) -> tuple[str, ...]:
    """Writes the pictures that differ from what lies in the folder; gives their names."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in draw_diagrams(rules):
        if not _is_current(folder / name, text):
            (folder / name).write_text(text, "utf-8", newline="\n")
            written.append(name)
    return tuple(written)


def stale_diagrams(rules: Rules, folder: Path) -> tuple[str, ...]:
    """The pictures in a folder that are not as the rules draw them."""
    return tuple(name for name, text in draw_diagrams(rules) if not _is_current(folder / name, text))


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()
