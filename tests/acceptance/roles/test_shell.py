"""The header above every page: what somebody is in, by what they do there."""

from __future__ import annotations

import pytest

from tests.acceptance.roles.conftest import Stage

pytestmark = pytest.mark.django_db

MINE = "/my/sessions"


@pytest.mark.parametrize("part", ["lms_admin", "owner", "colleague", "course_admin", "stranger"])
def test_whoever_administers_something_is_in_the_admin_center(stage: Stage, part: str) -> None:
    page = stage.browser(part).get(MINE)
    assert "Classbell Admin Center" in page.words
    assert page.element("nav")["aria-label"] == "Admin Center"


@pytest.mark.parametrize("part", ["learner", "instructor", "nobody"])
def test_everybody_else_is_in_classbell(stage: Stage, part: str) -> None:
    page = stage.browser(part).get("/signin" if part == "nobody" else MINE)
    assert "Classbell" in page.words
    assert "Admin Center" not in page.html
    if part != "nobody":
        assert page.element("nav")["aria-label"] == "Classbell"


def test_the_way_to_open_sessions_is_shown_once(stage: Stage) -> None:
    for part in ("instructor", "learner"):
        assert stage.browser(part).get(MINE).words.count("Find a session") == 1, part
