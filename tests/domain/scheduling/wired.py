"""Scheduling in front of a running sandbox, for tests that count what goes over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, AccountKind, CourseSession, Lane, SessionInstructor
from m365sandbox.testing import Sandbox
from tests.acceptance.at_sandbox import account_with, ports_at
from tests.acceptance.sandbox_account import SENDER
from tests.fakes import FakeClock
from tests.opening import used_by_itself
from tests.support import a_person, a_session

SCOPES = (
    "Calendars.ReadWrite",
    "Mail.Send",
    "OnlineMeetings.ReadWrite",
    "Place.Read.All",
    "User.Read",
)
MAIL_AND_CALENDAR = frozenset(SCOPES) - {"OnlineMeetings.ReadWrite"}
"""What Exchange can open; online meetings of applications take a policy of Teams besides."""

ROOM = "harbour@contoso.example"


@dataclass
class Wire:
    """Classbell's scheduling in front of a running sandbox, both telling the same time."""

    sandbox: Sandbox
    clock: FakeClock
    ports: Ports
    account: Account
    lane: Lane

    def wait(self, span: timedelta) -> None:
        self.clock.set(self.sandbox.control.advance(span))

    def run(self, session: CourseSession) -> datetime | None:
        return reconcile(self.ports, self.lane, str(session.pk))

    def invitations(self, address: str) -> int:
        return len(self.sandbox.control.received(to=address))

    def graph_calls(self) -> list[str]:
        """Return the methods of all calls about events so far, oldest first."""
        calls = self.sandbox.control.log()
        return [call["method"] for call in calls if "/events" in call["path"]]


def wired(sandbox: Sandbox, kind: AccountKind = AccountKind.DELEGATED) -> Iterator[Wire]:
    """Connect a catalog to the sandbox's service account, in one of the two ways."""
    sandbox.control.reset()
    with ports_at(sandbox) as ports:
        assert isinstance(ports.clock, FakeClock)
        account = account_with(ports, sandbox.access_token(SENDER, *SCOPES), SCOPES)
        if kind == AccountKind.APPLICATION:
            used_by_itself(sandbox, ports, account, ports.identity, MAIL_AND_CALENDAR)
        yield Wire(sandbox, ports.clock, ports, account, mailbox_lane(account))


def a_room_session(wire: Wire, days: int, **chosen: object) -> CourseSession:
    """Return a session in the room, on a day of its own."""
    start = wire.clock.now().astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    values: dict[str, object] = {
        "starts_at": start + timedelta(days=days),
        "room_address": ROOM,
        "description": "Bring your badge.\n\nAnd <b>no</b> markup & “quotes”.",
        **chosen,
    }
    session = a_session(**values)  # type: ignore[arg-type]  # any field
    SessionInstructor.objects.create(
        session=session, person=a_person("Zoé Dubois", known_to_microsoft=False)
    )
    return session
