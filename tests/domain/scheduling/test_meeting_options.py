"""Co-organisers and lobby: set after the entry stands, never in its way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.meetings import Lobby, OnlineMeeting
from classbell.storage.models import CalendarOptions, CourseSession, EntryState, SessionInstructor
from tests.domain.scheduling.stage import Stage, entry_of
from tests.fakes import FakeMeetings
from tests.support import a_person

pytestmark = pytest.mark.django_db


def grant(stage: Stage) -> None:
    stage.account.granted_scopes = [*stage.account.granted_scopes, "OnlineMeetings.ReadWrite"]
    stage.account.save()


@pytest.fixture
def meetings(stage: Stage) -> FakeMeetings:
    """Give the meetings of an account that may set their options."""
    grant(stage)
    made = stage.ports.meetings
    assert isinstance(made, FakeMeetings)
    return made


def online(stage: Stage, **chosen: object) -> CourseSession:
    return stage.session("Ana Sørensen", room_address="", teams_meeting=True, **chosen)


def the_meeting(meetings: FakeMeetings, session: CourseSession) -> OnlineMeeting:
    return meetings.by_link[entry_of(session).join_url]


def test_instructors_become_co_organisers_once_and_not_again(
    stage: Stage, meetings: FakeMeetings
) -> None:
    session = online(stage, co_organisers=True, lobby="everybody")
    stage.run(session)
    meeting = the_meeting(meetings, session)
    assert [one.name for one in meeting.co_organisers] == ["zoe.dubois@contoso.example"]
    assert meeting.lobby is Lobby.EVERYBODY
    meetings.calls.clear()
    stage.run(session, after=timedelta(minutes=1))
    assert meetings.calls == []


def test_another_instructor_is_named_and_nobody_is_mailed_for_it(
    stage: Stage, meetings: FakeMeetings
) -> None:
    session = online(stage, co_organisers=True)
    stage.run(session)
    SessionInstructor.objects.create(session=session, person=a_person("Rafael Garcia"))
    stage.run(session)
    assert {one.name for one in the_meeting(meetings, session).co_organisers} == {
        "zoe.dubois@contoso.example",
        "rafael.garcia@contoso.example",
    }
    session.co_organisers = False
    session.save()
    etag = stage.event.etag
    stage.run(session)
    assert the_meeting(meetings, session).co_organisers == ()
    assert stage.event.etag == etag


def test_the_catalogs_lobby_holds_unless_the_session_has_its_own(
    stage: Stage, meetings: FakeMeetings
) -> None:
    CalendarOptions.objects.create(catalog=stage.catalog, lobby="nobody")
    session = online(stage)
    stage.run(session)
    assert the_meeting(meetings, session).lobby is Lobby.NOBODY
    session.lobby = "uninvited"
    session.save()
    stage.run(session)
    assert the_meeting(meetings, session).lobby is Lobby.UNINVITED


def test_who_asks_for_nothing_leaves_the_meeting_alone(
    stage: Stage, meetings: FakeMeetings
) -> None:
    stage.run(online(stage))
    assert meetings.calls == []


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (VerdictKind.OPERATOR_FAULT, timedelta(hours=6)),
        (VerdictKind.MAILBOX_UNUSABLE, timedelta(hours=6)),
        (VerdictKind.RETRY, timedelta(minutes=15)),
    ],
)
def test_a_failure_is_told_and_tried_again_and_the_entry_stands(
    stage: Stage, meetings: FakeMeetings, kind: VerdictKind, again: timedelta
) -> None:
    meetings.fail_next(Verdict(kind, code="Forbidden", explanation="No licence."))
    session = online(stage, co_organisers=True)
    assert stage.in_from_now(session) == again
    entry = entry_of(session)
    assert (entry.state, entry.problem) == (EntryState.CREATED, "")
    assert entry.join_url
    assert "No licence. (Forbidden)" in entry.meeting_problem
    assert stage.in_from_now(session, hours=6) is None
    assert entry_of(session).meeting_problem == ""
    assert the_meeting(meetings, session).co_organisers


def test_a_sign_in_that_has_ended_is_the_accounts_trouble(
    stage: Stage, meetings: FakeMeetings
) -> None:
    meetings.fail_next(VerdictKind.SIGN_IN_AGAIN)
    session = online(stage, co_organisers=True)
    with pytest.raises(ProviderFailure):
        stage.run(session)
    assert entry_of(session).state == EntryState.CREATED


def test_without_the_permission_the_session_says_which_one(stage: Stage) -> None:
    session = online(stage, co_organisers=True)
    assert stage.run(session) is None
    assert "OnlineMeetings.ReadWrite" in entry_of(session).meeting_problem
    session.co_organisers = False
    session.save()
    stage.run(session)
    assert entry_of(session).meeting_problem == ""
