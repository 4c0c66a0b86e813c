"""Any history, over the wire, comes to rest: the calendar is right and nobody was told twice.

Admins change sessions, learners come and go, also while the event is written, somebody edits,
moves or deletes events in Outlook, rooms are refused by a person or taken by somebody else,
sessions are shared and not shared, calls fail or their answers are lost, and the worker dies before
or after any call. Each change is worth one notice to those it concerns; a notice too many fails the
history.
``CLASSBELL_TEST_HISTORIES`` says how many histories are tried, in `make torture` more than here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.outlook_decisions import put_back, take_outlook_edit
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.organisation_calendar import SharingChoice, set_sharing
from classbell.ports.calendar import Attendee, AttendeeKind, DesiredEntry
from classbell.ports.mail import Address, Mailbox
from classbell.storage.models import AccountKind, Person, SharedWay
from m365sandbox.testing import Sandbox, start_sandbox
from m365sandbox.world import World
from tests.domain.scheduling.history import (
    BY_A_PERSON,
    DELEGATE,
    ROOMS,
    SHARED,
    SessionHistory,
)
from tests.domain.scheduling.wire import SCOPES

pytestmark = pytest.mark.django_db

GIVEN = os.environ.get("CLASSBELL_TEST_HISTORIES", "")
HISTORIES = int(GIVEN or "6")
STEPS = 16


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for all histories."""
    with start_sandbox(smtp=False) as running:
        yield running


class History(SessionHistory):
    """What admins, learners, people in Outlook, rooms, Microsoft and the worker may do."""

    """One session through a random history; the worker works between the steps or does not."""

    @rule(title=st.sampled_from(["Begun", "Renamed", "Again"]))
    @precondition(lambda self: self.alive)
    def rename(self, title: str) -> None:
        self.change(title=title)
        self.worth(1)

    @rule(hours=st.integers(min_value=-3, max_value=3))
    @precondition(lambda self: self.alive)
    def move(self, hours: int) -> None:
        start: datetime = self.session.starts_at.replace(tzinfo=None, hour=9 + hours)
        self.change(starts=start, ends=start + timedelta(hours=2))
        # An event that somebody deleted in Outlook comes back at the new time.
        self.worth(1)

    @rule(room=st.sampled_from(ROOMS))
    @precondition(lambda self: self.alive)
    def book(self, room: str) -> None:
        self.change(room_address=room)
        self.worth(1)

    @rule(online=st.booleans())
    @precondition(lambda self: self.alive)
    def meet_online(self, online: bool) -> None:  # noqa: FBT001 -- hypothesis passes by name
        self.change(teams_meeting=online)
        # A meeting cannot be taken off an event: one cancellation and one new invitation.
        self.worth(2)

    @rule(published=st.booleans())
    @precondition(lambda self: self.alive)
    def publish(self, published: bool) -> None:  # noqa: FBT001 -- hypothesis passes by name
        self.change(published=published)
        self.worth(1)

    @rule(number=st.integers(min_value=0, max_value=2))
    @precondition(lambda self: self.alive and self.session.published)
    def enrol(self, number: int) -> None:
        person: Person = self.people[number]
        enrol(self.wire.ports, session=self.session, people=[person], actor=OPERATOR)
        self.worth(1, person.address)

    @rule(number=st.integers(min_value=0, max_value=2))
    @precondition(lambda self: self.alive)
    def unenrol(self, number: int) -> None:
        person: Person = self.people[number]
        unenrol(self.wire.ports, session=self.session, people=[person], actor=OPERATOR)
        self.worth(1, person.address)

    @rule(number=st.integers(min_value=0, max_value=2), after=st.booleans())
    @precondition(lambda self: self.alive)
    def leave_while_it_is_written(self, number: int, after: bool) -> None:  # noqa: FBT001 -- by name
        person: Person = self.people[number]

        def leave() -> None:
            if self.alive:
                unenrol(self.wire.ports, session=self.session, people=[person], actor=OPERATOR)
                self.worth(1, person.address)

        name = "answered" if after else "under_way"
        setattr(self.wire.mortal, name, leave)

    @rule()
    @precondition(lambda self: self.alive)
    def cancel(self) -> None:
        cancel_session(self.wire.ports, session=self.session, actor=OPERATOR)
        self.worth(1)

    @rule(what=st.sampled_from([{"subject": "Lunch"}, {"place": "Elsewhere"}, {"attendees": ()}]))
    @precondition(lambda self: self.entry is not None)
    def edit_in_outlook(self, what: dict[str, object]) -> None:
        assert self.entry is not None
        if self.wire.edit(self.entry, **what):
            # Outlook tells of the edit, and of its repair.
            self.worth(2)

    @rule(hours=st.integers(min_value=12, max_value=16))
    @precondition(lambda self: self.entry is not None)
    def move_in_outlook(self, hours: int) -> None:
        assert self.entry is not None
        start = self.session.starts_at.replace(hour=hours)
        if self.wire.edit(self.entry, starts_at=start, ends_at=start + timedelta(hours=1)):
            self.worth(1)

    @rule()
    @precondition(lambda self: self.entry is not None)
    def delete_in_outlook(self) -> None:
        assert self.entry is not None
        if self.wire.delete(self.entry):
            self.worth(1)

    @rule(keep=st.booleans())
    @precondition(lambda self: self.waits())
    def decide(self, keep: bool) -> None:  # noqa: FBT001 -- hypothesis passes by name
        assert self.entry is not None
        keep = keep and self.entry.edited["kind"] != "rewritten"
        act = take_outlook_edit if keep else put_back
        act(self.wire.ports, session=self.session, actor=OPERATOR)
        # What is kept, Outlook has told of already.
        self.worth(0 if keep else 1)

    @rule(effect=st.sampled_from(["drop", "act_then_drop", "unavailable"]), skip=st.booleans())
    def trouble(self, effect: str, skip: bool) -> None:  # noqa: FBT001 -- by name
        method = "POST" if skip else "PATCH"
        fault: dict[str, object] = {"path": "/v1.0/me/events*", "method": method}
        told = {"status": 503} if effect == "unavailable" else {"effect": effect}
        self.wire.sandbox.control.add_fault(**fault, **told)

    @rule(calls=st.integers(min_value=1, max_value=4), after=st.booleans())
    def doom_the_worker(self, calls: int, after: bool) -> None:  # noqa: FBT001 -- by name
        self.wire.mortal.before, self.wire.mortal.after = (0, calls) if after else (calls, 0)

    @rule(seconds=st.sampled_from([1, 6, 30, 301]))
    def work(self, seconds: int) -> None:
        self.wire.wait(timedelta(seconds=seconds))
        self.wire.work()

    @rule(answer=st.sampled_from(["accepted", "declined"]))
    @precondition(lambda self: self.awaited() != "")
    def decide_about_the_room(self, answer: str) -> None:
        self.wire.sandbox.control.decide(BY_A_PERSON, self.awaited(), answer)

    @rule(room=st.sampled_from(ROOMS), hours=st.integers(min_value=-3, max_value=3))
    def somebody_else_books(self, room: str, hours: int) -> None:
        start = self.day + timedelta(hours=hours)
        self.wire.sandbox.control.clear_faults()
        token = self.wire.sandbox.access_token(DELEGATE, *SCOPES)
        self.rivals += 1
        self.wire.mortal.graph.create(
            Mailbox("/me", token, frozenset(SCOPES)), a_booking(room, start, self.rivals)
        )

    # An application acts in the mailboxes of its scope alone, and the shared calendar is in none.
    @rule(way=st.sampled_from([None, SharedWay.INVITE, SharedWay.WRITE]))
    @precondition(lambda self: self.kind == AccountKind.DELEGATED)
    def share(self, way: SharedWay | None) -> None:
        self.wire.sandbox.control.clear_faults()
        choice = SharingChoice(way is not None, SHARED, way or SharedWay.INVITE)
        catalog = self.session.course.catalog
        with self.wire.mortal.spared():
            set_sharing(self.wire.ports, catalog=catalog, choice=choice, actor=OPERATOR)
        self.shares = way is not None

    def awaited(self) -> str:
        """Return the request of ours that waits for the delegate; empty where none does."""
        entry = self.entry
        if entry is None or not entry.ical_uid:
            return ""

        def waiting(world: World) -> bool:
            booking = world.calendars.by_uid(BY_A_PERSON, entry.ical_uid)
            return booking is not None and booking.response != "accepted"

        return entry.ical_uid if self.wire.sandbox.run(waiting) else ""


def a_booking(room: str, start: datetime, number: int) -> DesiredEntry:
    """Return somebody else's meeting in a room."""
    return DesiredEntry(
        session_ref=f"rival {number}",
        transaction_id=f"rival-{number}",
        subject="Board",
        html="",
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        time_zone="UTC",
        place="",
        attendees=(Attendee(Address(room), AttendeeKind.RESOURCE),),
        online=False,
    )


@pytest.mark.parametrize("kind", list(AccountKind))
def test_any_history_comes_to_rest(sandbox: Sandbox, db: None, kind: AccountKind) -> None:
    History.sandbox, History.kind = sandbox, kind
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            # A shorter history takes minutes to find; the one that failed is printed as it is.
            phases=(Phase.generate,),
            database=None,
            derandomize=not GIVEN,
            suppress_health_check=list(HealthCheck),
        ),
    )
