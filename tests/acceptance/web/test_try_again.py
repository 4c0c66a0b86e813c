"""«Try again» is offered where it could mend something, and not on a session that stands well."""

from __future__ import annotations

import pytest

from classbell.storage.models import Account, Connection, CourseSession, Entry
from tests.acceptance.web.conftest import Visitor
from tests.support import NOW, a_session

pytestmark = pytest.mark.django_db

ROOM = "harbour@contoso.example"


@pytest.fixture
def session(connected: Connection) -> CourseSession:
    """A published session with a room, of a catalog that works."""
    found = a_session(connected.catalog)
    CourseSession.objects.filter(pk=found.pk).update(
        published=True, room_address=ROOM, teams_meeting=False
    )
    found.refresh_from_db()
    return found


@pytest.mark.parametrize(
    ("state", "answer", "problem"),
    [
        ("created", "declined", ""),
        ("created", "accepted", "The mailbox is full."),
        ("refused", "", "The calendar is gone."),
    ],
)
def test_what_did_not_work_can_be_asked_for_again(
    owner: Visitor, session: CourseSession, state: str, answer: str, problem: str
) -> None:
    assert "Try again" in buttons(owner, session, state, answer, problem)


@pytest.mark.parametrize(
    ("state", "answer"),
    [("planned", ""), ("created", ""), ("created", "accepted"), ("created", "tentative")],
)
def test_what_stands_well_or_is_under_way_needs_no_second_try(
    owner: Visitor, session: CourseSession, state: str, answer: str
) -> None:
    """A room that waits for somebody's approval has been asked; asking again changes nothing."""
    assert "Try again" not in buttons(owner, session, state, answer, "")


def test_what_is_missing_of_a_meeting_can_be_asked_for_again(
    owner: Visitor, session: CourseSession
) -> None:
    CourseSession.objects.update(teams_meeting=True)
    assert "Try again" in buttons(owner, session, "created", "accepted", "")


def buttons(
    owner: Visitor, session: CourseSession, state: str, answer: str, problem: str
) -> list[str]:
    """Return what can be pressed on the session's page while its entry stands like this."""
    account = Account.objects.get()
    Entry.objects.create(
        session=session,
        account=account,
        state=state,
        room_answer=answer,
        answers={ROOM: answer} if answer else {},
        problem=problem,
        requested_at=NOW,
    )
    return owner.get(f"/catalogs/academy/sessions/{session.pk}").buttons
