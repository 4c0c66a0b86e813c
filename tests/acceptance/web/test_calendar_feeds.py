"""Calendars to subscribe to: made on the pages, read by programs, revoked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.session_room import move_session_room
from classbell.domain.courses.sessions import cancel_session, update_session
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.storage.models import AuditEntry, CalendarFeed, CourseSession, Room
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.fakes import FakeClock
from tests.support import NOW, a_session, an_enrolment

pytestmark = pytest.mark.django_db

CATALOG = "/catalogs/academy/calendar"
OWN = "/preferences/calendar"
ROOM = "harbour@contoso.example"


@pytest.fixture
def room(cast: Cast) -> Room:
    return Room.objects.create(
        organisation=cast.catalog.organisation, address=ROOM, name="Harbour", refreshed_at=NOW
    )


def made(visitor: Visitor, page: str, **fields: str) -> str:
    """Make an address on a page; return its path, as the page shows it once."""
    answer = visitor.post(page, {"act": "make", **fields})
    assert answer.status == 200
    (address,) = (word for word in answer.words.split() if word.endswith(".ics"))
    assert address not in visitor.get(page + (f"?room={ROOM}" if fields else "")).words
    return address.removeprefix("http://localhost:8000")


def read(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def events(path: str) -> list[Any]:
    answer = read(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def titles(path: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in events(path)]


def test_a_catalogs_calendar_has_its_published_sessions_and_nobodys_name(
    owner: Visitor, cast: Cast
) -> None:
    session = a_session(cast.catalog, meeting_url="https://meet.example.com/secret")
    an_enrolment(session, cast.learner)
    a_session(cast.catalog, "DRAFT", title="Draft", published=False)
    a_session(cast.catalog, "OLD", title="Old", starts_at=NOW - timedelta(days=40))
    a_session(cast.foreign_catalog, "ELSE", title="Elsewhere")
    path = made(owner, CATALOG)
    (event,) = events(path)
    assert str(event["SUMMARY"]) == "Fire safety: Session 1"
    assert event["DTSTART"].dt == session.starts_at
    assert str(event["UID"]) == f"{session.pk}@classbell"
    text = read(path).content.decode()
    assert "DTSTART:20261201T080000Z" in text, "a moment that every calendar understands"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert cast.learner.name not in text
    assert "meet.example.com" not in text


def test_a_cancelled_session_is_shown_as_cancelled_for_a_while(
    owner: Visitor, cast: Cast, ports: Ports
) -> None:
    session = a_session(cast.catalog, starts_at=NOW + timedelta(days=60), cancelled_at=NOW)
    path = made(owner, CATALOG)
    (event,) = events(path)
    assert str(event["STATUS"]) == "CANCELLED"
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(timedelta(days=15))
    assert events(path) == []
    assert CourseSession.objects.filter(pk=session.pk).exists()


def test_what_a_calendar_shows_raises_sequence_and_date_and_nothing_else_does(
    owner: Visitor, cast: Cast, ports: Ports, room: Room
) -> None:
    session = a_session(cast.catalog, place="Hall")
    path = made(owner, CATALOG)
    actor = Actor.of(cast.owner)

    def change(**changes: Any) -> None:
        session.refresh_from_db()
        details = replace(details_of(session), **changes)
        update_session(ports, session=session, details=details, actor=actor)

    later = details_of(session).starts - timedelta(hours=1)
    acts: list[tuple[Callable[[], object], int]] = [
        (lambda: change(title="Renamed"), 1),
        (lambda: change(seats=30), 1),
        (lambda: change(starts=later), 2),
        (lambda: change(place="Yard"), 3),
        (lambda: move_session_room(ports, session=session, address=ROOM, actor=actor), 4),
        (lambda: move_session_room(ports, session=session, address=ROOM, actor=actor), 4),
        (lambda: change(published=False), 5),
        (lambda: change(published=True), 6),
        (lambda: cancel_session(ports, session=session, actor=actor), 7),
    ]
    assert isinstance(ports.clock, FakeClock)
    assert states(path) == [("CONFIRMED", 0, NOW)]
    before, when = 0, NOW
    for number, (act, sequence) in enumerate(acts, start=1):
        ports.clock.advance(timedelta(minutes=1))
        act()
        if sequence != before:
            before, when = sequence, ports.clock.now()
        state = "CANCELLED" if number == len(acts) else "CONFIRMED"
        assert states(path) == ([] if number == 7 else [(state, sequence, when)]), number


def states(path: str) -> list[tuple[str, int, datetime]]:
    """Return status, SEQUENCE and date of each session of a calendar; both dates are one."""
    found = events(path)
    assert [one["DTSTAMP"].dt for one in found] == [one["LAST-MODIFIED"].dt for one in found]
    return [(str(one["STATUS"]), int(one["SEQUENCE"]), one["DTSTAMP"].dt) for one in found]


def test_ones_own_calendar_has_what_one_takes_part_in_with_the_link(cast: Cast) -> None:
    mine = a_session(cast.catalog, meeting_url="https://meet.example.com/in")
    an_enrolment(mine, cast.learner)
    teaching = a_session(cast.catalog, "T", title="Teaching", starts_at=NOW + timedelta(days=9))
    teaching.instructors.add(cast.learner)
    a_session(cast.catalog, "X", title="Not mine")
    learner = a_visitor(cast.learner)
    assert "My calendar" in learner.get("/preferences").words
    path = made(learner, OWN)
    assert titles(path) == ["Fire safety: Session 1", "Fire safety: Teaching"]
    assert str(events(path)[0]["URL"]) == "https://meet.example.com/in"


def test_a_rooms_calendar_has_what_takes_place_in_it(
    owner: Visitor, cast: Cast, room: Room
) -> None:
    a_session(cast.catalog, room_address=ROOM)
    a_session(cast.catalog, "X", title="Elsewhere", room_address="quay@contoso.example")
    a_session(cast.other_catalog, "Y", title="Of others", room_address=ROOM)
    assert "Calendar of Harbour" in str(owner.get("/catalogs/academy/rooms").buttons) + str(
        owner.get("/catalogs/academy/rooms").elements
    )
    assert titles(made(owner, CATALOG, room=ROOM)) == ["Fire safety: Session 1"]
    assert owner.post(CATALOG, {"act": "make", "room": "no@contoso.example"}).status == 404


def test_what_has_not_changed_is_not_sent_again(owner: Visitor, cast: Cast, ports: Ports) -> None:
    a_session(cast.catalog)
    path = made(owner, CATALOG)
    first = read(path)
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(timedelta(hours=2))
    assert read(path)["Last-Modified"] == first["Last-Modified"]
    known = read(path, if_none_match=first["ETag"])
    assert (known.status_code, known.content) == (304, b"")
    assert read(path, if_modified_since=first["Last-Modified"]).status_code == 304
    a_session(cast.catalog, "NEW", title="New")
    again = read(path, if_none_match=first["ETag"])
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert read(path, if_modified_since=first["Last-Modified"]).status_code == 200


def test_a_revoked_or_replaced_address_leads_nowhere(
    owner: Visitor, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    first = made(owner, CATALOG)
    second = made(owner, CATALOG)
    with caplog.at_level(logging.WARNING, logger="django.request"):
        assert read(first).status_code == 404
    secret = first.removeprefix("/calendars/").removesuffix(".ics")
    assert secret not in caplog.text, "a log never names it"
    assert read(second).status_code == 200
    owner.post(CATALOG, {"act": "revoke"})
    assert read(second).status_code == 404
    assert not CalendarFeed.objects.exists()
    actions = list(AuditEntry.objects.filter(action__startswith="calendar_feed"))
    assert [one.action for one in actions] == [
        "calendar_feed.made",
        "calendar_feed.made",
        "calendar_feed.revoked",
    ]
    assert secret not in str([vars(one) for one in actions])


def test_the_store_holds_no_secret(owner: Visitor) -> None:
    secret = made(owner, CATALOG).removeprefix("/calendars/").removesuffix(".ics")
    assert secret not in str(list(CalendarFeed.objects.values()))


def test_colleague_and_stranger_make_no_calendar_of_a_catalog(
    owner: Visitor, cast: Cast, room: Room
) -> None:
    path = made(owner, CATALOG)
    for person, status in ((cast.colleague, 403), (cast.stranger, 404)):
        visitor = a_visitor(person)
        assert visitor.get(CATALOG).status == status
        for act in ("make", "revoke"):
            assert visitor.post(CATALOG, {"act": act}).status == status
            assert visitor.post(CATALOG, {"act": act, "room": ROOM}).status == status
    assert read(path).status_code == 200
    assert a_visitor().get(OWN).location.startswith("/signin")
