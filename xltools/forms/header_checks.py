"""Cross-checks of rules/headers.yaml: the forms and fields it has words for are there."""

from collections.abc import Collection, Iterator

from xltools.core.problem import Problem
from xltools.forms.form_checks import Forms, Shaped, unknown
from xltools.forms.header_words import HeaderWords
from xltools.forms.source import Mark

_OVERLAID = "xltools/rules/"  # what problems call the package's own file under a desk's


def check_header_words(headers: Shaped[HeaderWords], forms: Forms, unshaped: Collection[str]) -> Iterator[Problem]:
    """A problem for each form or field that there is not; forms in `unshaped` are there but could not be read.

    A desk that takes a form or field away need not know that the package has words for it.
    """
    node = headers.tree.find("words")
    for form_name, fields in headers.model.words.items():
        if form_name not in forms:
            if form_name not in unshaped and _is_own(mark := node.key_mark(form_name)):
                yield unknown("rule-unknown-form", mark, form_name, forms)
            continue
        known = [one.name for one in forms[form_name].model.fields()]
        for name in fields:
            if name not in known and _is_own(mark := node.find(form_name).key_mark(name)):
                yield unknown("rule-unknown-field", mark, name, known)
    node = headers.tree.find("others")
    for form_name in headers.model.others:
        if form_name not in forms and form_name not in unshaped and _is_own(mark := node.key_mark(form_name)):
            yield unknown("rule-unknown-form", mark, form_name, forms)


def _is_own(mark: Mark) -> bool:
    return not mark.source.file.startswith(_OVERLAID)
