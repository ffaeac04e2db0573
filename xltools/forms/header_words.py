"""The words of rules/headers.yaml: what real sheets call the fields of a form. For proposals, never for reading."""

from collections.abc import Collection, Iterator, Mapping

from pydantic import Field as PydanticField

from xltools.core.problem import Problem
from xltools.forms.form_checks import Forms, Shaped, unknown
from xltools.forms.model import Identifier, KebabName, RuleModel
from xltools.forms.source import Mark

_OVERLAID = "xltools/rules/"  # what problems call the package's own file under a desk's


class HeaderWords(RuleModel):
    """Headers by form and field, one word under several where need be; `others` are headers of none of a form's."""

    words: Mapping[KebabName, Mapping[Identifier, tuple[str, ...]]] = PydanticField(default_factory=dict)
    others: Mapping[KebabName, tuple[str, ...]] = PydanticField(default_factory=dict)


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
        known = [field.name for field in forms[form_name].model.fields()]
        for field in fields:
            if field not in known and _is_own(mark := node.find(form_name).key_mark(field)):
                yield unknown("rule-unknown-field", mark, field, known)
    node = headers.tree.find("others")
    for form_name in headers.model.others:
        if form_name not in forms and form_name not in unshaped and _is_own(mark := node.key_mark(form_name)):
            yield unknown("rule-unknown-form", mark, form_name, forms)


def _is_own(mark: Mark) -> bool:
    return not mark.source.file.startswith(_OVERLAID)
