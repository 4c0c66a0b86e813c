"""A session moves to another room: one change, the former room released."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.courses.session_room import move_session_room
from classbell.domain.organisations.audit import Actor
from classbell.domain.scheduling.room_listing import hide_room
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import AuditEntry, CourseSession, Room
from tests.domain.courses.stage import Stage
from tests.support import NOW, a_session

pytestmark = [pytest.mark.django_db, pytest.mark.store]

HARBOUR, LIBRARY = "harbour@contoso.example", "library@contoso.example"


def rooms(stage: Stage) -> None:
    for address in (HARBOUR, LIBRARY):
        Room.objects.create(
            organisation=stage.cast.catalog.organisation,
            address=address,
            name=address.partition("@")[0].title(),
            refreshed_at=NOW,
        )


def move(stage: Stage, session: CourseSession, address: str) -> CourseSession:
    return move_session_room(stage.ports, session=session, address=address, actor=stage.owner)


def test_the_new_room_is_requested_and_the_act_recorded(stage: Stage) -> None:
    rooms(stage)
    session = a_session(stage.cast.catalog, room_address=HARBOUR)
    moved = move(stage, session, " Library@Contoso.example ")
    assert moved.room_address == LIBRARY
    assert stage.is_asked(session.pk)
    entry = AuditEntry.objects.get(action="session.changed")
    assert (entry.before["room_address"], entry.after["room_address"]) == (HARBOUR, LIBRARY)
    move(stage, moved, LIBRARY)
    assert AuditEntry.objects.filter(action="session.changed").count() == 1


def test_a_text_that_named_the_former_place_gives_way_to_the_room(stage: Stage) -> None:
    rooms(stage)
    session = a_session(stage.cast.catalog, place="Kiosk at the port")
    assert move(stage, session, HARBOUR).place == ""
    released = move(stage, session, "")
    assert (released.room_address, released.place) == ("", "")


def test_where_rooms_are_listed_only_an_offered_one_is_taken(stage: Stage) -> None:
    rooms(stage)
    session = a_session(stage.cast.catalog)
    with pytest.raises(InvalidInput, match="lists no room"):
        move(stage, session, "attic@contoso.example")
    hide_room(stage.ports, catalog=stage.cast.catalog, address=LIBRARY, actor=stage.owner)
    with pytest.raises(InvalidInput, match="hidden"):
        move(stage, session, LIBRARY)


def test_where_rooms_are_not_listed_the_typed_address_is_taken(stage: Stage) -> None:
    session = a_session(stage.cast.catalog)
    assert move(stage, session, "attic@contoso.example").room_address == "attic@contoso.example"
    with pytest.raises(InvalidInput) as caught:
        move(stage, session, "the attic")
    assert caught.value.field == "room_address"


def test_what_is_over_or_cancelled_keeps_its_room(stage: Stage) -> None:
    over = a_session(stage.cast.catalog, "FIRE-0", starts_at=NOW - timedelta(days=1))
    gone = a_session(stage.cast.catalog, "FIRE-2", cancelled_at=NOW)
    for session, word in ((over, "over"), (gone, "cancelled")):
        with pytest.raises(InvalidInput, match=word):
            move(stage, session, HARBOUR)


def test_only_the_catalogs_admins_move_its_sessions(stage: Stage) -> None:
    session = a_session(stage.cast.catalog)
    for person, refusal in (
        (stage.cast.colleague, NotAllowed),
        (stage.cast.stranger, NotFoundHere),
    ):
        with pytest.raises(refusal):
            move_session_room(stage.ports, session=session, address=HARBOUR, actor=Actor.of(person))
    session.refresh_from_db()
    assert session.room_address == ""
