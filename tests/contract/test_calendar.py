"""Entries in the calendar: the fake and Graph keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from classbell.microsoft.graph import GraphCalendar, GraphClient
from classbell.network.clock import HttpClock
from classbell.ports.calendar import (
    Answer,
    Attendee,
    AttendeeKind,
    Calendar,
    DesiredEntry,
    EntrySnapshot,
)
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Address, Mailbox
from m365sandbox.testing import Sandbox
from tests.fakes import FakeCalendar
from tests.fakes.clock import MONDAY_MORNING

ZOE = Attendee(Address("zoe.dubois@contoso.example", "Zoé Dubois"))
RAFAEL = Attendee(Address("rafael.garcia@contoso.example", "Rafael García"))
ROOM = Attendee(Address("harbour@contoso.example", "Harbour"), AttendeeKind.RESOURCE)


@dataclass
class Side:
    """One side of the contract, and a room that has had time to answer."""

    calendar: Calendar
    mailbox: Mailbox
    start: datetime
    let_the_room_answer: Callable[[EntrySnapshot], None]
    act_then_break: Callable[[str], None]

    def entry(self, **changed: object) -> DesiredEntry:
        """Return an entry nobody has used yet, some weeks ahead."""
        reference = str(uuid4())
        usual = DesiredEntry(
            session_ref=reference,
            transaction_id=f"session-{reference}",
            subject="Brandschutz für alle",
            html="<p>Bring your <b>badge</b>.</p>",
            starts_at=self.start,
            ends_at=self.start + timedelta(hours=2),
            time_zone="Europe/Copenhagen",
            place="Harbour",
            attendees=(ZOE,),
            online=False,
        )
        return replace(usual, **changed)  # type: ignore[arg-type]  # any field may be changed

    def make(self, **changed: object) -> tuple[DesiredEntry, EntrySnapshot]:
        entry = self.entry(**changed)
        return entry, self.calendar.create(self.mailbox, entry)

    def verdict_of(self, action: Callable[[], object]) -> Verdict:
        with pytest.raises(ProviderFailure) as caught:
            action()
        return caught.value.verdict


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.getfixturevalue(f"{request.param}_side")
    return made


@pytest.fixture
def fake_side() -> Side:
    fake = FakeCalendar()
    room = ROOM.address.address
    return Side(
        calendar=fake,
        mailbox=Mailbox("/me", "token"),
        start=MONDAY_MORNING + timedelta(days=8),
        let_the_room_answer=lambda made: fake.answer(
            made.event_id, room, Answer.ACCEPTED, MONDAY_MORNING
        ),
        act_then_break=lambda method: fake.fail_next(
            VerdictKind.RETRY, on="create" if method == "POST" else "update", carried_out=True
        ),
    )


@pytest.fixture
def sandbox_side(
    sandbox: Sandbox, graph: GraphClient, service_account: Mailbox, sandbox_clock: HttpClock
) -> Side:
    control = sandbox.control

    def break_after(method: str) -> None:
        control.add_fault(path="/v1.0/me/events*", method=method, effect="act_then_drop")

    def settle(_made: EntrySnapshot) -> None:
        control.advance(timedelta(minutes=1))

    today = sandbox_clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    # Each test books its own day, so that rooms are free.
    day = timedelta(days=40 + next(_days))
    return Side(GraphCalendar(graph), service_account, today + day, settle, break_after)


_days = iter(range(1000))


def test_the_account_can_edit_and_make_teams_meetings(side: Side) -> None:
    facts = side.calendar.facts(side.mailbox)
    assert facts.can_edit
    assert facts.teams_meetings


def test_an_entry_is_read_back_as_it_was_made(side: Side) -> None:
    entry, made = side.make(online=True)
    read = side.calendar.get(side.mailbox, made.event_id)
    for event in (made, read):
        assert (event.subject, event.place) == (entry.subject, entry.place)
        assert (event.starts_at, event.ends_at) == (entry.starts_at, entry.ends_at)
        assert event.event_id
        assert event.etag
        assert event.ical_uid
        assert not event.cancelled
        assert [(a.address.casefold(), a.answer) for a in event.answers] == [
            (ZOE.address.address, Answer.NONE)
        ]
    assert read.online
    assert read.join_url.startswith("https://teams.microsoft.com/")


def test_an_entry_without_a_meeting_has_no_link(side: Side) -> None:
    made = side.make()[1]
    assert (made.online, made.join_url) == (False, "")


def test_a_repeated_create_is_the_same_event(side: Side) -> None:
    entry, made = side.make()
    again = side.calendar.create(side.mailbox, entry)
    assert again.event_id == made.event_id


def test_a_create_whose_answer_was_lost_is_repeated_without_a_second_event(side: Side) -> None:
    entry = side.entry()
    side.act_then_break("POST")
    failed = side.verdict_of(lambda: side.calendar.create(side.mailbox, entry))
    assert failed.kind is VerdictKind.RETRY
    found = side.calendar.find(side.mailbox, entry.session_ref)
    assert found is not None
    assert side.calendar.create(side.mailbox, entry).event_id == found.event_id


def test_an_entry_is_found_by_our_own_reference(side: Side) -> None:
    entry, made = side.make()
    found = side.calendar.find(side.mailbox, entry.session_ref)
    assert found is not None
    assert found.event_id == made.event_id
    assert side.calendar.find(side.mailbox, f"{entry.session_ref}-other") is None


def test_a_room_answers_and_its_answer_is_read(side: Side) -> None:
    _, made = side.make(attendees=(ROOM,))
    side.let_the_room_answer(made)
    (answer,) = side.calendar.get(side.mailbox, made.event_id).answers
    assert (answer.kind, answer.answer) == (AttendeeKind.RESOURCE, Answer.ACCEPTED)
    assert answer.answered_at is not None


def test_what_changed_is_changed_and_the_link_stays(side: Side) -> None:
    entry, made = side.make(online=True)
    wanted = replace(
        entry,
        subject="Fire safety",
        html="<p>Bring water.</p>",
        starts_at=entry.starts_at + timedelta(hours=1),
        ends_at=entry.ends_at + timedelta(hours=1),
        attendees=(ZOE, RAFAEL),
    )
    current = side.calendar.get(side.mailbox, made.event_id)
    side.calendar.update(side.mailbox, current, wanted)
    read = side.calendar.get(side.mailbox, made.event_id)
    assert (read.subject, read.starts_at) == ("Fire safety", wanted.starts_at)
    assert "Bring water." in read.html
    assert {a.address.casefold() for a in read.answers} == {
        ZOE.address.address,
        RAFAEL.address.address,
    }
    assert (read.online, read.join_url) == (True, current.join_url)


def test_without_a_difference_nothing_is_touched(side: Side) -> None:
    entry, made = side.make(online=True, attendees=(ZOE, ROOM))
    current = side.calendar.get(side.mailbox, made.event_id)
    assert side.calendar.update(side.mailbox, current, entry) == current
    assert side.calendar.get(side.mailbox, made.event_id).etag == current.etag


def test_differences_are_named_without_touching_the_event(side: Side) -> None:
    entry, made = side.make(attendees=(ZOE, ROOM))
    current = side.calendar.get(side.mailbox, made.event_id)
    wanted = replace(
        entry,
        subject="Fire safety",
        html="<p>Bring water.</p>",
        starts_at=entry.starts_at + timedelta(hours=1),
        place="Library",
        attendees=(ZOE,),
        online=True,
    )
    assert side.calendar.differences(current, entry) == ()
    assert set(side.calendar.differences(current, wanted)) == {
        "subject",
        "times",
        "place",
        "text",
        "attendees",
        "online",
    }
    assert side.calendar.get(side.mailbox, made.event_id).etag == current.etag


def test_whoever_is_late_gets_a_conflict(side: Side) -> None:
    entry, made = side.make()
    stale = side.calendar.get(side.mailbox, made.event_id)
    side.calendar.update(side.mailbox, stale, replace(entry, subject="First"))
    late = side.verdict_of(
        lambda: side.calendar.update(side.mailbox, stale, replace(entry, subject="Second"))
    )
    assert late.kind is VerdictKind.CONFLICT
    assert side.calendar.get(side.mailbox, made.event_id).subject == "First"


def test_a_cancelled_entry_is_gone_and_may_be_cancelled_again(side: Side) -> None:
    entry, made = side.make()
    side.calendar.cancel(side.mailbox, made.event_id, "The trainer is ill.")
    side.calendar.cancel(side.mailbox, made.event_id, "The trainer is ill.")
    gone = side.verdict_of(lambda: side.calendar.get(side.mailbox, made.event_id))
    assert gone.kind is VerdictKind.NOT_FOUND
    assert side.calendar.find(side.mailbox, entry.session_ref) is None


def test_an_entry_nobody_is_invited_to_can_be_cancelled(side: Side) -> None:
    _, made = side.make(attendees=())
    side.calendar.cancel(side.mailbox, made.event_id, "")
    gone = side.verdict_of(lambda: side.calendar.get(side.mailbox, made.event_id))
    assert gone.kind is VerdictKind.NOT_FOUND


def test_an_event_that_is_gone_cannot_be_changed(side: Side) -> None:
    entry, made = side.make()
    other = replace(entry, subject="Other")
    side.calendar.cancel(side.mailbox, made.event_id, "")
    verdict = side.verdict_of(lambda: side.calendar.update(side.mailbox, made, other))
    assert verdict.kind is VerdictKind.NOT_FOUND


def test_answers_are_asked_for_as_wished_and_a_wish_alone_tells_nobody(side: Side) -> None:
    entry, made = side.make(ask_for_answers=False)
    assert not side.calendar.get(side.mailbox, made.event_id).asks_for_answers
    asking = replace(entry, ask_for_answers=True)
    assert side.calendar.update(side.mailbox, made, asking).etag == made.etag
    moved = replace(asking, ends_at=entry.ends_at + timedelta(hours=1))
    assert side.calendar.update(side.mailbox, made, moved).asks_for_answers
