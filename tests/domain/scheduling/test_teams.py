"""Teams meetings: the link on the session, and what is said where Microsoft makes none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.scheduling.entry_problems import TEAMS_REFUSED
from tests.domain.scheduling.stage import Stage, entry_of

pytestmark = pytest.mark.django_db


def test_without_teams_licence_the_session_says_why_and_heals_by_itself(stage: Stage) -> None:
    stage.calendar.teams = False
    session = stage.session(room_address="", teams_meeting=True)
    stage.run(session)
    entry = entry_of(session)
    assert (entry.problem_code, entry.join_url) == (TEAMS_REFUSED, "")
    assert "licence" in entry.problem
    assert "administrator" in entry.problem
    before = stage.event.etag
    assert stage.in_from_now(session, hours=1) == timedelta(hours=6)
    assert stage.event.etag == before, "asking again would mail everybody for nothing"
    stage.calendar.teams = True
    assert stage.in_from_now(session, hours=6) is None
    entry = entry_of(session)
    assert entry.join_url
    assert entry.problem == ""


def test_a_link_that_comes_late_is_waited_for_and_then_told(stage: Stage) -> None:
    session = stage.session(room_address="", teams_meeting=True)
    stage.run(session)
    link = stage.event.join_url
    stage.calendar.edit(stage.event.event_id, join_url="")
    assert stage.in_from_now(session, seconds=5) == timedelta(seconds=15)
    assert entry_of(session).problem == ""
    stage.run(session, after=timedelta(minutes=5))
    assert "link" in entry_of(session).problem
    stage.calendar.edit(stage.event.event_id, join_url=link)
    assert stage.run(session) is None
    assert (entry_of(session).join_url, entry_of(session).problem) == (link, "")


def test_a_meeting_switched_off_is_a_new_event_and_the_old_one_goes_first(stage: Stage) -> None:
    session = stage.session("Ana Sørensen", teams_meeting=True)
    stage.run(session)
    first = stage.event.event_id
    session.teams_meeting = False
    session.save()
    stage.wire()
    stage.run(session)
    assert stage.wire() == ["cancel", "create"]
    assert stage.event.event_id != first
    assert not stage.event.online
    assert entry_of(session).join_url == ""
