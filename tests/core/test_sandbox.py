"""Code of templates is shared between fillings; what it may do, and how it prints, is each filling's own."""

import pytest
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from xltools.core.sandbox import MOST_TURNS, BoundedSandbox


def test_the_same_text_is_escaped_where_that_is_asked_for_and_only_there():
    for escaped, shown in ((True, "&lt;b&gt;"), (False, "<b>"), (True, "&lt;b&gt;")):
        assert BoundedSandbox(autoescape=escaped).from_string("{{ a }}").render(a="<b>") == shown


def test_each_filling_counts_its_own_turns():
    text, half = "{% for one in many %}{{ one }}{% endfor %}", [""] * (MOST_TURNS * 2 // 3)
    assert [BoundedSandbox().from_string(text).render(many=half) for _ in range(3)] == [""] * 3
    with pytest.raises(SecurityError):
        BoundedSandbox().from_string(text).render(many=half * 2)


def test_a_text_that_is_wrong_is_wrong_each_time():
    for _ in range(2):
        with pytest.raises(TemplateSyntaxError):
            BoundedSandbox().from_string("{% for %}")
        with pytest.raises(UndefinedError):
            BoundedSandbox().from_string("{{ missing }}").render()


def test_two_that_print_their_own_way_never_share_code():
    shout, whisper = (BoundedSandbox(finalize=way).from_string("{{ 'Ab' }}{{ a }}") for way in (str.upper, str.lower))
    assert (shout.render(a="Cd"), whisper.render(a="Cd")) == ("ABCD", "abcd")
