"""Choosing how a catalog uses calendars, and making a link anew: who may, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import QuerySet

from classbell.domain.organisations.audit import Actor
from classbell.domain.scheduling.choose import CalendarChoice, set_calendar_options
from classbell.domain.scheduling.recreate import recreate_entry
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.ports.meetings import Lobby
from classbell.storage.models import AuditEntry, CalendarOptions, CourseSession, WorkItem
from tests.domain.people import Cast, a_cast
from tests.domain.scheduling.stage import Stage, entry_of
from tests.fakes import FakeMeetings

pytestmark = pytest.mark.django_db

CHOICE = CalendarChoice(
    by_mail_only=True, ask_for_answers=False, place_when_firm=True, lobby="everybody"
)
DEFAULTS = CalendarChoice(by_mail_only=False, ask_for_answers=True, place_when_firm=False)


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return a_cast(stage.ports)


@pytest.fixture
def mine(stage: Stage, cast: Cast) -> Stage:
    """Give a stage whose catalog is the owner's."""
    stage.catalog = cast.catalog
    connection = stage.account.connections.get()
    connection.catalog = cast.catalog
    connection.save()
    return stage


def acts() -> QuerySet[AuditEntry]:
    """Return what the record says, apart from how the cast came by its roles."""
    return AuditEntry.objects.exclude(action__startswith="role.")


Act = Callable[[Stage, Cast, Actor], None]


def choosing(stage: Stage, cast: Cast, actor: Actor) -> None:
    set_calendar_options(stage.ports, catalog=cast.catalog, choice=CHOICE, actor=actor)


def recreating(stage: Stage, _cast: Cast, actor: Actor) -> None:
    session = CourseSession.objects.get()
    recreate_entry(stage.ports, session=session, actor=actor)


@pytest.mark.parametrize("act", [choosing, recreating])
def test_owner_colleague_and_stranger(mine: Stage, cast: Cast, act: Act) -> None:
    mine.run(mine.session("Ana Sørensen", room_address="", teams_meeting=True))
    before = AuditEntry.objects.count()
    with pytest.raises(NotAllowed):
        act(mine, cast, Actor.of(cast.colleague))
    with pytest.raises(NotFoundHere):
        act(mine, cast, Actor.of(cast.stranger))
    assert AuditEntry.objects.count() == before
    assert not CalendarOptions.objects.exists()
    act(mine, cast, Actor.of(cast.owner))
    row = acts().get()
    assert row.actor == cast.owner


def test_the_record_says_what_changed_and_the_same_again_is_no_change(
    mine: Stage, cast: Cast
) -> None:
    owner = Actor.of(cast.owner)
    assert not set_calendar_options(mine.ports, catalog=cast.catalog, choice=DEFAULTS, actor=owner)
    other = CalendarChoice(by_mail_only=True, ask_for_answers=True, place_when_firm=False)
    assert set_calendar_options(mine.ports, catalog=cast.catalog, choice=other, actor=owner)
    row = acts().get()
    assert (row.before, row.after) == ({"by_mail_only": False}, {"by_mail_only": True})
    assert not set_calendar_options(mine.ports, catalog=cast.catalog, choice=other, actor=owner)
    assert acts().count() == 1


def test_a_lobby_that_does_not_exist_is_refused(mine: Stage, cast: Cast) -> None:
    choice = CalendarChoice(
        by_mail_only=False, ask_for_answers=True, place_when_firm=False, lobby="nowhere"
    )
    with pytest.raises(InvalidInput) as caught:
        set_calendar_options(
            mine.ports, catalog=cast.catalog, choice=choice, actor=Actor.of(cast.owner)
        )
    assert caught.value.field == "lobby"


def test_a_new_lobby_reaches_meetings_that_exist_and_mails_nobody(mine: Stage, cast: Cast) -> None:
    mine.account.granted_scopes = [*mine.account.granted_scopes, "OnlineMeetings.ReadWrite"]
    mine.account.save()
    session = mine.session("Ana Sørensen", room_address="", teams_meeting=True)
    mine.run(session)
    etag, mailed = mine.event.etag, mine.mailed()
    choosing(mine, cast, Actor.of(cast.owner))
    assert WorkItem.objects.filter(kind="reconcile", subject=str(session.pk)).exists()
    mine.run(session, after=timedelta(minutes=1))
    meetings = mine.ports.meetings
    assert isinstance(meetings, FakeMeetings)
    assert meetings.by_link[mine.event.join_url].lobby is Lobby.EVERYBODY
    assert (mine.event.etag, mine.mailed()) == (etag, mailed)


def test_a_new_link_is_a_new_event_and_the_old_one_goes_first(mine: Stage, cast: Cast) -> None:
    session = mine.session("Ana Sørensen", teams_meeting=True)
    mine.run(session)
    old_id, old_link = mine.event.event_id, entry_of(session).join_url
    recreating(mine, cast, Actor.of(cast.owner))
    mine.wire()
    mine.run(session)
    assert mine.wire() == ["cancel", "find", "create"]
    assert mine.event.event_id != old_id
    assert entry_of(session).join_url not in ("", old_link)
    assert [one.event_id for one in mine.calendar.cancelled] == [old_id]
    assert "ana.sorensen@contoso.example" in mine.attendees()
    row = acts().get()
    assert (row.action, row.after["people"]) == ("session.entry_recreated", 3)


def test_without_an_entry_there_is_no_link_to_make_anew(mine: Stage, cast: Cast) -> None:
    mine.session("Ana Sørensen", teams_meeting=True)
    with pytest.raises(InvalidInput):
        recreating(mine, cast, Actor.of(cast.owner))
