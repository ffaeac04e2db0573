"""Whether rules/papers.yaml agrees with the forms, the workflow and the number series."""

from collections.abc import Iterator, Sequence

from xltools.core.problem import Problem
from xltools.forms.clause_text import CLAUSE_NAMES, ClauseError, clause_names
from xltools.forms.form_checks import Shaped, check_expression, check_unique, unknown
from xltools.forms.model import Form
from xltools.forms.nearest import nearest_word
from xltools.forms.papers import Clause, PaperRule, Papers
from xltools.forms.settings import NumberSeries
from xltools.forms.shape import model_keys
from xltools.forms.source import Node, rule_error
from xltools.forms.workflow import Workflow

TEMPLATE_SUFFIXES = (".docx", ".xlsx")
PAPER_FIGURES = ("total_amount",)
# What a clause's condition may name beside header fields.
CLAUSE_FIGURES = (*PAPER_FIGURES, "country", "has_drawing", "deposit_share")


def check_papers(papers: Shaped[Papers], orders: Form | None, workflow: Workflow | None) -> Iterator[Problem]:
    """All that is wrong with the papers; `orders` is the order form, where it could be read."""
    model, tree = papers.model, papers.tree
    header = [field.name for field in orders.header] if orders else None
    yield from check_unique([(one.name, tree.find("papers", at, "name").mark) for at, one in enumerate(model.papers)])
    yield from check_unique([(one.name, tree.find("clauses", at, "name").mark) for at, one in enumerate(model.clauses)])
    for at, paper in enumerate(model.papers):
        yield from _check_paper(paper, tree.find("papers", at), header, workflow)
    kinds = [one.name for one in model.papers]
    for at, clause in enumerate(model.clauses):
        yield from _check_clause(clause, tree.find("clauses", at), header, kinds)


def _check_paper(
    paper: PaperRule, node: Node, header: Sequence[str] | None, workflow: Workflow | None
) -> Iterator[Problem]:
    if not paper.template.endswith(TEMPLATE_SUFFIXES):
        yield _unknown_value("template", paper.template, node.find("template"), TEMPLATE_SUFFIXES)
    series = model_keys(NumberSeries)
    if paper.series is not None and paper.series not in series:
        yield _unknown_value("series", paper.series, node.find("series"), series)
    if paper.stage is not None and workflow is not None:
        stages = [stage.name for stage in workflow.stages]
        if paper.stage not in stages:
            yield unknown("rule-unknown-stage", node.find("stage").mark, paper.stage, stages)
    if paper.unless is not None and header is not None:
        yield from check_expression(paper.unless, node.find("unless"), [*header, *PAPER_FIGURES])


def _check_clause(clause: Clause, node: Node, header: Sequence[str] | None, kinds: Sequence[str]) -> Iterator[Problem]:
    if clause.when is not None and header is not None:
        yield from check_expression(clause.when, node.find("when"), [*header, *CLAUSE_FIGURES])
    for at, kind in enumerate(clause.papers):
        if kind not in kinds:
            yield _unknown_value("papers", kind, node.find("papers", at), kinds)
    for part in ("heading", "text"):
        words = getattr(clause, part)
        for language in ("zh", "en"):
            yield from _check_words(str(getattr(words, language)), node.find(part, language))


def _unknown_value(key: str, got: str, node: Node, known: Sequence[str]) -> Problem:
    expected, nearest = ", ".join(known), nearest_word(got, known)
    return rule_error("rule-unknown-value", node.mark, key=key, got=got, expected=expected, nearest=nearest)


def _check_words(text: str, node: Node) -> Iterator[Problem]:
    try:
        names = clause_names(text)
    except ClauseError as bad:
        yield rule_error("rule-bad-placeholder", node.mark, reason=bad)
        return
    for name in sorted(names - set(CLAUSE_NAMES)):
        yield unknown("rule-unknown-field", node.mark.narrow_to(name), name, CLAUSE_NAMES)
