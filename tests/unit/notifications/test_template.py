"""Templates are data: logic-less, escaped, and unknown variables are refused with a suggestion."""

import pytest

from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.template import (
    as_text,
    check_variables,
    fill_html,
    fill_line,
    variables_in,
)
from classbell.ports.errors import InvalidInput


def test_values_cannot_bring_markup_into_a_message() -> None:
    filled = fill_html("<p>Hello {PERSON NAME}</p>", {"PERSON NAME": "<img src=x>&"})
    assert filled == "<p>Hello &lt;img src=x&gt;&amp;</p>"


def test_values_cannot_bring_a_header_into_a_subject() -> None:
    line = fill_line("You are enrolled: {COURSE TITLE}", {"COURSE TITLE": "Fire\r\nBcc: a@b.c"})
    assert line == "You are enrolled: Fire Bcc: a@b.c"


def test_a_value_that_looks_like_a_variable_stays_as_it_is() -> None:
    values = {"COURSE TITLE": "{PERSON NAME}", "PERSON NAME": "Ana"}
    assert fill_html("{COURSE TITLE}", values) == "{PERSON NAME}"


def test_an_unknown_variable_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_variables("Hello {PERSON NAM}", frozenset({"PERSON NAME", "COURSE TITLE"}))
    assert "{PERSON NAM}" in refused.value.what
    assert "{PERSON NAME}" in refused.value.remedy


def test_braces_that_are_no_variable_are_text() -> None:
    assert variables_in("{} {a} {lower case} { PERSON NAME }") == ()
    assert fill_html("{a} {}", {}) == "{a} {}"


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=lambda kind: kind.name)
def test_the_default_texts_use_only_variables_of_their_kind(kind: Kind) -> None:
    text = default_text(kind.name, "en")
    check_variables(text.subject + text.message, frozenset(kind.variables))


def test_the_plain_text_keeps_breaks_and_links() -> None:
    html = '<p>Hello A &amp; B,</p><p>open <a href="https://x.example/?a=1">this</a><br>now</p>'
    assert as_text(html) == "Hello A & B,\nopen this (https://x.example/?a=1)\nnow"


def test_the_plain_text_of_hostile_markup_takes_no_time() -> None:
    assert as_text("<" * 50_000 + "a") is not None
