"""The papers that the desk makes, as types: rules/papers.yaml."""

from dataclasses import dataclass
from typing import Literal

from xltools.forms.limits import RuleModel
from xltools.forms.model import Identifier, KebabName, Label


@dataclass(frozen=True, kw_only=True)
class PaperRule(RuleModel):
    """A kind of paper: what it is called, its template in templates/, and when it is made.

    `about`: an `order` (anew for each revision) or a `delivery-note` (anew for each shipping list and customer). A
    paper that a gate of the workflow names is made when that gate is all that its stage waits for; another one about
    orders when the order reaches `stage`. `unless`, over header fields and `total_amount`, says for which orders it is
    not made; of delivery notes only those get it whose shipping list fills one of the fields `given`. `series` is the
    key in settings.number_series of its numbers; papers without one bear the order's number, or the delivery note's.
    `file` is the first part of its file name, in the desk's language. The template's ending says what fills it: .docx
    or .xlsx; `{size}` and `{prices}` in its name stand for the desk's settings of the delivery note.
    """

    name: KebabName
    label: Label
    template: str
    file: Label
    about: Literal["order", "delivery-note"] = "order"
    stage: KebabName | None = None
    series: str | None = None
    unless: str | None = None
    given: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Clause(RuleModel):
    """A clause of the sales contract: its heading and its words in both languages, Jinja2 over the contract's values.

    The clauses stand in the order of the file; of those with the same `topic` the first whose `when` (over header
    fields, `total_amount`, `country` of the customer, `has_drawing`, and `deposit_share`, the per cent that the terms
    call 定金) is true is taken. `papers` are the kinds that have it.
    """

    name: KebabName
    topic: KebabName
    heading: Label
    text: Label
    when: str | None = None
    papers: tuple[KebabName, ...] = ("contract",)


@dataclass(frozen=True, kw_only=True)
class Papers(RuleModel):
    """The kinds of paper, and the clauses that the contract may have.

    `parties` is what seller and buyer are called in a contract: 供方/需方, or as a factory has it.
    """

    papers: tuple[PaperRule, ...]
    clauses: tuple[Clause, ...] = ()
    parties: tuple[Label, Label] = (Label(zh="供方", en="Seller"), Label(zh="需方", en="Buyer"))
