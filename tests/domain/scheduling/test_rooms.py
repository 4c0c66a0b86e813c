"""Rooms: listed from Microsoft 365, and never called free without its word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.room_listing import (
    hide_room,
    refresh_rooms,
    refresh_rooms_now,
    show_room,
)
from classbell.domain.scheduling.rooms import (
    RoomChoice,
    RoomWish,
    room_alternatives,
    room_choices,
)
from classbell.ports.calendar import Answer
from classbell.ports.errors import (
    InvalidInput,
    NotFoundHere,
    ProviderFailure,
    Verdict,
    VerdictKind,
)
from classbell.ports.rooms import Availability
from classbell.ports.rooms import Room as ListedRoom
from classbell.ports.rooms import RoomList as ListedRoomList
from classbell.storage.models import (
    AccountState,
    AuditEntry,
    Connection,
    CourseSession,
    Room,
    RoomList,
    WorkItem,
)
from tests.domain.scheduling.stage import ROOM, Stage
from tests.support import FABRIKAM, NOW, an_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.store]

START = NOW + timedelta(days=8)


def refresh(stage: Stage) -> timedelta | None:
    again = refresh_rooms(stage.ports, stage.lane, str(stage.catalog.organisation_id))
    return None if again is None else again - stage.clock.now()


def choices(
    stage: Stage, *, session: CourseSession | None = None, seats: int | None = None
) -> dict[str, RoomChoice]:
    found = room_choices(
        stage.ports,
        catalog=stage.catalog,
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        session=session,
        seats=seats,
    )
    return {choice.room.name: choice for choice in found}


def test_rooms_are_kept_as_listed_and_forgotten_when_gone(stage: Stage) -> None:
    assert refresh(stage) == timedelta(days=1)
    assert Room.objects.count() == 6
    stage.rooms.rooms = (ListedRoom("Harbour@Contoso.example", "New Harbour", capacity=24),)
    refresh(stage)
    (room,) = Room.objects.all()
    assert (room.address, room.name, room.capacity) == (ROOM, "New Harbour", 24)


def test_rooms_of_other_organisations_are_untouched(stage: Stage) -> None:
    fabrikam = an_organisation("Fabrikam", FABRIKAM)
    Room.objects.create(
        organisation=fabrikam, address="den@fabrikam.example", name="Den", refreshed_at=NOW
    )
    refresh(stage)
    assert Room.objects.filter(organisation=fabrikam).count() == 1


def test_an_account_that_may_not_or_cannot_is_not_asked(stage: Stage) -> None:
    stage.account.state = AccountState.LOST
    stage.account.save()
    assert refresh(stage) is None
    stage.account.state = AccountState.CONNECTED
    stage.account.granted_scopes = ["Calendars.ReadWrite", "Mail.Send"]
    stage.account.save()
    assert refresh(stage) is None
    assert stage.rooms.calls == []


def test_rooms_withheld_are_no_loss_of_the_account(stage: Stage) -> None:
    withheld = Verdict(VerdictKind.ADMIN_NEEDED, "ErrorAccessDenied", permission="Place.Read.All")
    stage.rooms.fail_next(withheld)
    assert refresh(stage) == timedelta(days=1)
    assert Room.objects.filter(address=ROOM).exists()
    for kind in (VerdictKind.RETRY, VerdictKind.ADMIN_NEEDED):
        stage.rooms.fail_next(kind)
        with pytest.raises(ProviderFailure):
            refresh(stage)


def test_a_room_is_free_only_where_microsoft_says_so(stage: Stage) -> None:
    refresh(stage)
    stage.rooms.take("library@contoso.example", START, START + timedelta(hours=1))
    stage.rooms.rooms = stage.rooms.rooms[:5]  # The boardroom is not found any more.
    told = {name: choice.availability for name, choice in choices(stage).items()}
    assert told["Harbour"] is Availability.FREE
    assert told["Library"] is Availability.BUSY
    assert told["Boardroom"] is Availability.UNKNOWN


def test_without_an_answer_nothing_is_known_and_the_reason_is_told(stage: Stage) -> None:
    stage.rooms.fail_next(VerdictKind.RETRY, on="availability")
    assert choices(stage)["Harbour"].availability is Availability.UNKNOWN
    stage.account.granted_scopes = ["Mail.Send"]
    stage.account.save()
    without = choices(stage)["Harbour"]
    assert without.availability is Availability.UNKNOWN
    assert "not granted" in without.reason
    Connection.objects.update(enabled=False)
    assert "No account" in choices(stage)["Harbour"].reason


def test_the_room_a_session_holds_counts_as_free_for_it(stage: Stage) -> None:
    session = stage.session(starts_at=START)
    stage.run(session)
    stage.rooms.take(ROOM, START, START + timedelta(hours=2))
    assert choices(stage, session=session)["Harbour"].availability is Availability.BUSY
    stage.calendar.answer(stage.event.event_id, ROOM, Answer.ACCEPTED)
    stage.run(session)
    held = CourseSession.objects.get(pk=session.pk)
    assert choices(stage, session=held)["Harbour"].availability is Availability.FREE


def test_a_room_with_too_few_seats_is_marked(stage: Stage) -> None:
    assert choices(stage, seats=21)["Harbour"].too_small
    assert not choices(stage, seats=20)["Harbour"].too_small


def test_rooms_know_the_lists_that_name_them(stage: Stage) -> None:
    stage.rooms.lists = (
        ListedRoomList("HQ-Rooms@contoso.example", "HQ", ("HARBOUR@contoso.example",)),
        ListedRoomList("empty@contoso.example", "Empty", ()),
    )
    refresh(stage)
    assert Room.objects.get(address=ROOM).lists == ["hq-rooms@contoso.example"]
    assert Room.objects.get(address="library@contoso.example").lists == []
    assert set(RoomList.objects.values_list("name", flat=True)) == {"HQ", "Empty"}
    stage.rooms.lists = ()
    refresh(stage)
    assert Room.objects.get(address=ROOM).lists == []
    assert not RoomList.objects.exists()


def test_a_list_that_breaks_off_leaves_everything_as_it_was(stage: Stage) -> None:
    refresh(stage)
    stage.rooms.rooms = ()
    stage.rooms.fail_next(VerdictKind.RETRY, on="list_room_lists")
    with pytest.raises(ProviderFailure):
        refresh(stage)
    assert Room.objects.count() == 6


def test_what_fits_comes_first_and_what_is_hidden_does_not_come(stage: Stage) -> None:
    refresh(stage)
    stage.rooms.take("studio@contoso.example", START, START + timedelta(hours=1))
    hide_room(stage.ports, catalog=stage.catalog, address="Library@contoso.example", actor=OPERATOR)
    assert list(choices(stage, seats=18)) == [
        "Harbour",
        "Workshop",
        "Auditorium",
        "Boardroom",
        "Studio",
    ]
    show_room(stage.ports, catalog=stage.catalog, address="library@contoso.example", actor=OPERATOR)
    assert "Library" in choices(stage)
    assert {"room.hidden", "room.shown"} <= set(AuditEntry.objects.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("wish", "met"),
    [
        (RoomWish(text="AARHUS"), {"Auditorium", "Harbour", "Library", "Workshop", "Studio"}),
        (RoomWish(building="City"), {"Boardroom"}),
        (RoomWish(seats=21), {"Auditorium", "Workshop"}),
        (RoomWish(equipment="stage"), {"Auditorium"}),
        (RoomWish(accessible=True), {"Harbour"}),
        (RoomWish(room_list="hq-rooms@contoso.example", seats=24), {"Auditorium", "Workshop"}),
    ],
)
def test_only_rooms_like_the_wish_are_asked_about(
    stage: Stage, wish: RoomWish, met: set[str]
) -> None:
    stage.rooms.rooms = tuple(
        replace(
            room,
            features=("stage",) if room.name == "Auditorium" else (),
            wheelchair_accessible=True if room.name == "Harbour" else None,
        )
        for room in stage.rooms.rooms
    )
    refresh(stage)
    found = room_choices(
        stage.ports,
        catalog=stage.catalog,
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        wish=wish,
    )
    assert {choice.room.name for choice in found} == met


def test_alternatives_are_free_large_enough_and_of_the_same_building_first(stage: Stage) -> None:
    stage.rooms.rooms += (ListedRoom("annex@contoso.example", "Annex", "City", capacity=20),)
    refresh(stage)
    session = stage.session(starts_at=START, seats=18)
    stage.rooms.take("workshop@contoso.example", START, START + timedelta(hours=1))
    offered = [choice.room.name for choice in room_alternatives(stage.ports, session)]
    assert offered == ["Auditorium", "Annex"]


def test_nothing_is_offered_instead_while_nobody_knows(stage: Stage) -> None:
    refresh(stage)
    session = stage.session(starts_at=START)
    stage.rooms.fail_next(VerdictKind.THROTTLED, on="availability")
    assert room_alternatives(stage.ports, session) == ()


def test_listing_anew_is_asked_of_the_account_or_refused_with_the_reason(stage: Stage) -> None:
    WorkItem.objects.all().delete()
    refresh_rooms_now(stage.ports, catalog=stage.catalog, actor=OPERATOR)
    assert WorkItem.objects.get().kind == "refresh_rooms"
    stage.account.granted_scopes = ["Calendars.ReadWrite"]
    stage.account.save()
    with pytest.raises(InvalidInput, match="not granted"):
        refresh_rooms_now(stage.ports, catalog=stage.catalog, actor=OPERATOR)
    Connection.objects.update(enabled=False)
    with pytest.raises(InvalidInput, match="No Microsoft 365 account"):
        refresh_rooms_now(stage.ports, catalog=stage.catalog, actor=OPERATOR)


def test_a_room_that_is_not_listed_cannot_be_hidden(stage: Stage) -> None:
    with pytest.raises(NotFoundHere):
        hide_room(stage.ports, catalog=stage.catalog, address="x@contoso.example", actor=OPERATOR)
