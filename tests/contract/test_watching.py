"""What changes in a calendar is noticed: the fake and Graph keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from classbell.microsoft.graph import GraphCalendar, GraphCalendarWatching, GraphClient
from classbell.network.clock import HttpClock
from classbell.ports.calendar import Attendee, Calendar, DesiredEntry, EntrySnapshot
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Address, Mailbox
from classbell.ports.watching import CalendarChanges, CalendarWatching, ChangedEvent
from m365sandbox.testing import Sandbox
from tests.fakes import FakeCalendar, FakeCalendarWatching
from tests.fakes.clock import MONDAY_MORNING

ACCOUNT = "learning@contoso.example"
ZOE = Attendee(Address("zoe.dubois@contoso.example", "Zoé Dubois"))
_references = count(1)


@dataclass
class Side:
    """One side of the contract: a calendar, who reads its changes, and links that expire."""

    calendar: Calendar
    watching: CalendarWatching
    mailbox: Mailbox
    start: datetime
    expire: Callable[[], None]
    link: str = ""

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=30)

    def begin(self) -> dict[str, ChangedEvent]:
        return self.keep(self.watching.begin(self.mailbox, self.start, self.end))

    def go_on(self) -> dict[str, ChangedEvent]:
        return self.keep(self.watching.go_on(self.mailbox, self.link))

    def keep(self, changes: CalendarChanges) -> dict[str, ChangedEvent]:
        self.link = changes.link
        return {one.event_id: one for one in changes.changed}

    def make(self, days: int = 3) -> tuple[DesiredEntry, EntrySnapshot]:
        reference = f"watched-{next(_references)}-{id(self)}"
        entry = DesiredEntry(
            session_ref=reference,
            transaction_id=reference,
            subject="Brandschutz",
            html="<p>Bring water.</p>",
            starts_at=self.start + timedelta(days=days),
            ends_at=self.start + timedelta(days=days, hours=2),
            time_zone="Europe/Copenhagen",
            place="Harbour",
            attendees=(ZOE,),
            online=False,
        )
        return entry, self.calendar.create(self.mailbox, entry)


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.getfixturevalue(f"{request.param}_side")
    return made


@pytest.fixture
def fake_side() -> Side:
    calendar = FakeCalendar()
    watching = FakeCalendarWatching(calendar)
    start = MONDAY_MORNING + timedelta(days=8)
    return Side(calendar, watching, Mailbox("/me", "token"), start, watching.forget)


@pytest.fixture
def sandbox_side(
    sandbox: Sandbox, graph: GraphClient, service_account: Mailbox, sandbox_clock: HttpClock
) -> Side:
    today = sandbox_clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    return Side(
        GraphCalendar(graph),
        GraphCalendarWatching(graph),
        service_account,
        today + timedelta(days=2000),
        lambda: sandbox.control.expire_delta(ACCOUNT),
    )


def test_beginning_tells_of_every_event_with_its_version(side: Side) -> None:
    made = side.make()[1]
    outside = side.make(days=40)[1]
    told = side.begin()
    assert told[made.event_id] == ChangedEvent(made.event_id, made.etag)
    assert outside.event_id not in told


def test_a_round_in_which_nothing_happened_tells_nothing(side: Side) -> None:
    side.make()
    side.begin()
    assert side.go_on() == {}
    assert side.go_on() == {}


def test_what_is_new_changed_moved_away_and_gone_is_told(side: Side) -> None:
    entry, changed = side.make()
    moved_entry, moved = side.make()
    gone = side.make()[1]
    side.make()
    side.begin()
    new = side.make()[1]
    changed = side.calendar.update(side.mailbox, changed, replace(entry, subject="Other"))
    far = replace(
        moved_entry,
        starts_at=side.end + timedelta(days=3),
        ends_at=side.end + timedelta(days=3, hours=2),
    )
    side.calendar.update(side.mailbox, moved, far)
    side.calendar.cancel(side.mailbox, gone.event_id, "")
    assert side.go_on() == {
        new.event_id: ChangedEvent(new.event_id, new.etag),
        changed.event_id: ChangedEvent(changed.event_id, changed.etag),
        moved.event_id: ChangedEvent(moved.event_id, removed=True),
        gone.event_id: ChangedEvent(gone.event_id, removed=True),
    }


def test_a_forgotten_link_says_so_and_beginning_anew_tells_everything(side: Side) -> None:
    made = side.make()[1]
    side.begin()
    side.expire()
    with pytest.raises(ProviderFailure) as caught:
        side.go_on()
    assert caught.value.verdict.kind is VerdictKind.NOT_FOUND
    assert side.begin()[made.event_id].etag == made.etag
    assert side.go_on() == {}


def test_a_long_round_comes_in_pages(sandbox_side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "classbell.microsoft.graph.calendar_watching.HEADERS",
        {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=2'},
    )
    made = {sandbox_side.make()[1].event_id for _ in range(5)}
    assert made <= set(sandbox_side.begin())
    assert sandbox_side.go_on() == {}


def test_a_link_to_another_host_is_not_followed(sandbox_side: Side) -> None:
    with pytest.raises(ProviderFailure) as caught:
        sandbox_side.watching.go_on(sandbox_side.mailbox, "https://elsewhere.example/v1.0/me")
    assert caught.value.verdict.code == "malformed_answer"
