"""Calendars that are shared with the account: the fake and Graph keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from classbell.microsoft.graph import GraphCalendar, GraphClient
from classbell.network.clock import HttpClock
from classbell.ports.calendar import Calendar, DesiredEntry
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Mailbox
from m365sandbox.testing import Sandbox
from tests.contract.conftest import ALL_SCOPES, SERVICE_ACCOUNT
from tests.fakes import FakeCalendar
from tests.fakes.clock import MONDAY_MORNING

TRAINING = "training-calendar@contoso.example"


@dataclass
class Side:
    """One side of the contract, at the calendar of a shared mailbox that the account may edit."""

    calendar: Calendar
    mailbox: Mailbox
    start: datetime

    def entry(self) -> DesiredEntry:
        return DesiredEntry(
            session_ref="shared:one",
            transaction_id=f"shared-{self.start.isoformat()}",
            subject="Fire safety",
            html="<p>Bring your badge.</p>",
            starts_at=self.start,
            ends_at=self.start + timedelta(hours=2),
            time_zone="Europe/Copenhagen",
            place="Harbour",
            attendees=(),
            online=False,
        )

    def verdict_of(self, action: Callable[[], object]) -> Verdict:
        with pytest.raises(ProviderFailure) as caught:
            action()
        return caught.value.verdict


@pytest.fixture(params=["fake", "sandbox"])
def shared_side(request: pytest.FixtureRequest) -> Side:
    if request.param == "fake":
        fake = FakeCalendar()
        fake.editors_of.add(TRAINING)
        own = Mailbox("/me", "token")
        return Side(fake, fake.shared(own, TRAINING), MONDAY_MORNING + timedelta(days=8))
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    graph: GraphClient = request.getfixturevalue("graph")
    clock: HttpClock = request.getfixturevalue("sandbox_clock")
    sandbox.control.share_calendar(TRAINING, who=SERVICE_ACCOUNT, right="Editor")
    scopes = ALL_SCOPES | {"Calendars.ReadWrite.Shared"}
    own = Mailbox("/me", sandbox.access_token(SERVICE_ACCOUNT, *sorted(scopes)), scopes)
    calendar = GraphCalendar(graph)
    start = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=30)
    return Side(calendar, calendar.shared(own, TRAINING), start)


def test_a_calendar_that_is_shared_with_the_account_is_written_in_its_owners_name(
    shared_side: Side,
) -> None:
    calendar, there = shared_side.calendar, shared_side.mailbox
    assert calendar.facts(there).can_edit
    entry = shared_side.entry()
    made = calendar.create(there, entry)
    assert calendar.create(there, entry).event_id == made.event_id
    changed = calendar.update(there, made, replace(entry, subject="Moved"))
    assert changed.subject == "Moved"
    found = calendar.find(there, entry.session_ref)
    assert found is not None
    assert found.event_id == made.event_id
    calendar.cancel(there, made.event_id, "")
    assert calendar.find(there, entry.session_ref) is None


def test_a_calendar_that_nobody_shared_is_not_found_and_is_no_loss_of_the_account(
    shared_side: Side,
) -> None:
    calendar = shared_side.calendar
    stranger = calendar.shared(shared_side.mailbox, "ana.oliveira@contoso.example")
    entry = shared_side.entry()
    for act in (
        lambda: calendar.create(stranger, entry),
        lambda: calendar.find(stranger, entry.session_ref),
        lambda: calendar.facts(stranger),
    ):
        assert shared_side.verdict_of(act).kind in {
            VerdictKind.NOT_FOUND,
            VerdictKind.ADMIN_NEEDED,
        }
