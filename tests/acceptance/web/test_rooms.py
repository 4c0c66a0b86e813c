"""The pages about rooms: which are offered, which are free, and what helps after a refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.room_listing import refresh_rooms
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer
from classbell.ports.errors import VerdictKind
from classbell.storage.models import CourseSession, HiddenRoom, Lane
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.fakes import FakeCalendar, FakeRooms
from tests.support import NOW, a_session

pytestmark = pytest.mark.django_db

ACADEMY = "/catalogs/academy"
HARBOUR, LIBRARY = "harbour@contoso.example", "library@contoso.example"


@pytest.fixture
def directory(ports: Ports, lane: Lane, cast: Cast) -> FakeRooms:
    """The rooms, listed."""
    refresh_rooms(ports, lane, str(cast.catalog.organisation_id))
    assert isinstance(ports.rooms, FakeRooms)
    return ports.rooms


@pytest.fixture
def session(cast: Cast) -> CourseSession:
    """A session in the room Harbour."""
    return a_session(cast.catalog, room_address=HARBOUR, seats=16)


def decline(ports: Ports, lane: Lane, session: CourseSession) -> None:
    """Let the room refuse the session, and have that read."""
    assert isinstance(ports.calendar, FakeCalendar)
    reconcile(ports, lane, str(session.pk))
    (event,) = ports.calendar.events
    ports.calendar.answer(event.event_id, HARBOUR, Answer.DECLINED)
    reconcile(ports, lane, str(session.pk))


def test_rooms_are_found_by_building_seats_and_equipment(
    owner: Visitor, directory: FakeRooms
) -> None:
    page = owner.get(f"{ACADEMY}/rooms?building=HQ&seats=24")
    assert "Auditorium" in page.words
    assert "Workshop" in page.words
    assert "Library" not in page.words
    assert "Boardroom" not in page.words
    assert page.element("seats")["value"] == "24"
    assert "Nothing matches" in owner.get(f"{ACADEMY}/rooms?seats=900").words


def test_a_hidden_room_is_not_offered_until_it_is_shown_again(
    owner: Visitor, directory: FakeRooms, session: CourseSession
) -> None:
    assert "Hide Library" in owner.get(f"{ACADEMY}/rooms").buttons
    owner.post(f"{ACADEMY}/rooms/hide", {"room": LIBRARY})
    assert "Show Library" in owner.get(f"{ACADEMY}/rooms").buttons
    choose = f"{ACADEMY}/sessions/{session.pk}/rooms"
    assert "Request Library" not in owner.get(choose).buttons
    owner.post(f"{ACADEMY}/rooms/show", {"room": LIBRARY})
    assert not HiddenRoom.objects.exists()
    assert "Request Library" in owner.get(choose).buttons


def test_choosing_says_which_are_free_and_never_guesses(
    owner: Visitor, directory: FakeRooms, session: CourseSession
) -> None:
    directory.take(LIBRARY, session.starts_at, session.ends_at)
    directory.rooms = directory.rooms[:5]  # The boardroom is not found any more.
    page = owner.get(f"{ACADEMY}/sessions/{session.pk}/rooms")
    words = page.words
    assert words.index("Studio") < words.index("Boardroom") < words.index("Library")
    assert "Not known" in words
    assert "Too small" in words
    directory.fail_next(VerdictKind.RETRY, on="availability")
    unknown = owner.get(f"{ACADEMY}/sessions/{session.pk}/rooms")
    assert "Nobody knows which rooms are free" in unknown.words
    assert not {"success"} & {g.get("class", "") for _, g in unknown.elements}


def test_after_a_refusal_one_click_moves_to_a_free_room(
    owner: Visitor, ports: Ports, lane: Lane, directory: FakeRooms, session: CourseSession
) -> None:
    assert isinstance(ports.calendar, FakeCalendar)
    decline(ports, lane, session)
    page = owner.get(f"{ACADEMY}/sessions/{session.pk}")
    assert "Free instead" in page.words
    assert "Move to Studio" in page.buttons
    owner.post(f"{ACADEMY}/sessions/{session.pk}/room", {"room_address": "studio@contoso.example"})
    asked = owner.get(f"{ACADEMY}/sessions/{session.pk}")
    assert "Free instead" not in asked.words, "the new room has not refused"
    assert "declined" not in asked.words.casefold()
    assert "Requested" in asked.words
    assert "look=1" in asked.html, "the page looks for the answer by itself"
    reconcile(ports, lane, str(session.pk))
    (event,) = ports.calendar.events
    resources = [a.address for a in event.answers if a.kind.value == "resource"]
    assert resources == ["studio@contoso.example"]
    assert "Free instead" not in owner.get(f"{ACADEMY}/sessions/{session.pk}").words


def test_a_room_with_too_few_seats_is_warned_about(
    owner: Visitor, directory: FakeRooms, cast: Cast
) -> None:
    large = a_session(cast.catalog, room_address=HARBOUR, seats=40)
    page = owner.get(f"{ACADEMY}/sessions/{large.pk}")
    assert "Harbour holds 20 people, and the session has 40 seats." in page.words


def test_where_rooms_are_not_listed_an_address_is_typed(
    owner: Visitor, cast: Cast, lane: Lane, session: CourseSession
) -> None:
    page = owner.get(f"{ACADEMY}/sessions/{session.pk}/rooms")
    assert page.element("room_address")["type"] == "email"
    wrong = owner.post(f"{ACADEMY}/sessions/{session.pk}/room", {"room_address": "the attic"})
    assert wrong.status == 422
    assert "not an e-mail address" in wrong.words
    owner.post(f"{ACADEMY}/sessions/{session.pk}/room", {"room_address": "attic@contoso.example"})
    session.refresh_from_db()
    assert session.room_address == "attic@contoso.example"


def test_a_session_that_is_over_offers_no_other_room(
    owner: Visitor, directory: FakeRooms, cast: Cast
) -> None:
    over = a_session(cast.catalog, room_address=HARBOUR, starts_at=NOW - timedelta(days=2))
    assert "Choose another room" not in owner.get(f"{ACADEMY}/sessions/{over.pk}").words
