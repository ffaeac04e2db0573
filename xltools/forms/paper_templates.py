"""Which template a paper is made from, by the desk's settings."""

from xltools.forms.papers import PaperRule
from xltools.forms.settings import Settings


def template_name(rule: PaperRule, settings: Settings, priced: bool | None = None) -> str:
    """The file name in templates/; `priced` overrides the desk's setting of prices on delivery notes.

    `delivery-note-{size}{prices}.docx` is `delivery-note-241x140.docx`, priced `delivery-note-241x140-prices.docx`.
    """
    has_prices = settings.papers.delivery_note.prices if priced is None else priced
    prices = "-prices" if has_prices else ""
    return rule.template.replace("{size}", settings.papers.delivery_note.size).replace("{prices}", prices)
