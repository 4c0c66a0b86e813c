"""Every kind in every language, as people read it, against what was approved.

The approved mails are in ``tests/snapshots/notifications``. ``make snapshots`` writes them anew;
what it changed is then looked at like any other change.
"""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.template import variables_in
from classbell.domain.notifications.templates.check import clean_message
from tests.domain.notifications.specimens import World, written

SNAPSHOTS = Path(__file__).parents[2] / "snapshots" / "notifications"
TEXTS = files("classbell.domain.notifications") / "texts"
RENEW = "RENEW_SNAPSHOTS"

KINDS = pytest.mark.parametrize("kind", REGISTRY.values(), ids=lambda kind: kind.name)


@KINDS
@pytest.mark.django_db
def test_people_read_what_was_approved(kind: Kind) -> None:
    world = World()
    notification = world.notification(kind)
    for language in LANGUAGES:
        said = written(world, kind, notification, language)
        approved = SNAPSHOTS / language / f"{kind.name}.txt"
        if os.environ.get(RENEW):
            approved.parent.mkdir(parents=True, exist_ok=True)
            approved.write_text(said, "utf-8")
        assert said == approved.read_text("utf-8"), "see the top of this file"


@KINDS
@pytest.mark.django_db
def test_nothing_is_left_open_in_a_mail(kind: Kind) -> None:
    world = World()
    notification = world.notification(kind)
    for language in LANGUAGES:
        assert not re.search(r"\{[A-Z ]+\}", written(world, kind, notification, language))


@KINDS
def test_each_language_has_the_same_variables_and_the_same_structure(kind: Kind) -> None:
    english = default_text(kind.name, "en")
    for language in LANGUAGES:
        text = default_text(kind.name, language)
        assert set(variables_in(text.subject)) == set(variables_in(english.subject)), language
        assert set(variables_in(text.message)) == set(variables_in(english.message)), language
        assert tags(text.message) == tags(english.message), language
        assert set(variables_in(text.subject + text.message)) <= set(kind.variables), language


@KINDS
def test_the_defaults_are_what_an_admin_could_have_saved(kind: Kind) -> None:
    for language in LANGUAGES:
        message = default_text(kind.name, language).message
        assert tags(clean_message(message)) == tags(message), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_no_files_without_a_kind(language: str) -> None:
    kept = {file.name for file in (TEXTS / language).iterdir()}
    assert kept == {f"{name}.html" for name in REGISTRY} | {"words.toml"}
    approved = {file.name for file in (SNAPSHOTS / language).iterdir()}
    assert approved == {f"{name}.txt" for name in REGISTRY}


def test_there_are_no_files_without_a_language() -> None:
    assert {file.name for file in TEXTS.iterdir()} == set(LANGUAGES)
    assert {file.name for file in SNAPSHOTS.iterdir()} == set(LANGUAGES)


class _Tags(HTMLParser):
    """Collects tags with their attributes in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.found.append(f"{tag} {sorted(attrs)}")


def tags(html: str) -> list[str]:
    """Return the tags of a message in order, with their attributes."""
    parser = _Tags()
    parser.feed(html)
    return parser.found
