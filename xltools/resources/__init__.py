"""Where the rules, templates and samples that come with the program lie."""

from pathlib import Path

__all__ = ["resource_root"]


def resource_root() -> Path:
    """The folder that holds `rules/`, `templates/` and `samples/`.

    A wheel carries them inside this package; in a checkout they are the folders at its top, so that an edit there is
    an edit of what runs.
    """
    packaged = Path(__file__).resolve().parent
    return packaged if (packaged / "rules").is_dir() else packaged.parents[1]
