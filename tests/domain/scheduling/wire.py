"""Classbell's scheduling in front of a running sandbox, with a worker that may fall at any step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from classbell.delivery.chores import next_chore
from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.reconcile_shared import reconcile_shared
from classbell.domain.scheduling.request import RECONCILE, SHARE, WATCH
from classbell.domain.scheduling.watch import watch_calendar
from classbell.microsoft.graph import GraphCalendar
from classbell.network.http import watch_nothing
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.bundle import Ports
from classbell.ports.calendar import (
    Answer,
    Attendee,
    CalendarFacts,
    DesiredEntry,
    EntrySnapshot,
)
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import Address, Mailbox
from classbell.storage.models import Account, AccountKind, Entry, Lane, WorkItem
from m365sandbox.testing import Sandbox
from tests.acceptance.at_sandbox import account_with, ports_at
from tests.fakes import FakeClock
from tests.opening import used_by_itself

ACCOUNT = "learning@contoso.example"
SCOPES = ("Calendars.ReadWrite", "Mail.Send", "Place.Read.All", "User.Read")
INTERVAL = timedelta(minutes=5)
MOST_CHORES = 60


class Killed(Exception):
    """The worker is gone in the middle of its work."""


@dataclass
class MortalCalendar:
    """Graph's calendar, of whose caller nothing is left before or after one of its calls.

    ``under_way`` happens once, just before the next write reaches Microsoft, and ``answered`` once,
    when it has been made and before our caller hears of it: what somebody else does meanwhile.
    ``looked`` happens once, after the next reading of an event.
    Before a call, what was written to our store stands and Microsoft knows nothing of it; after a
    call it is the other way round.
    """

    graph: GraphCalendar
    before: int = 0
    after: int = 0
    under_way: Callable[[], None] | None = None
    answered: Callable[[], None] | None = None
    looked: Callable[[], object] | None = None

    def shared(self, mailbox: Mailbox, address: str) -> Mailbox:
        return self.graph.shared(mailbox, address)

    def facts(self, mailbox: Mailbox) -> CalendarFacts:
        with self._call():
            return self.graph.facts(mailbox)

    def create(self, mailbox: Mailbox, entry: DesiredEntry) -> EntrySnapshot:
        with self._call(), self._write():
            return self.graph.create(mailbox, entry)

    def get(self, mailbox: Mailbox, event_id: str) -> EntrySnapshot:
        with self._call():
            found = self.graph.get(mailbox, event_id)
        act, self.looked = self.looked, None
        if act is not None:
            act()
        return found

    def find(self, mailbox: Mailbox, session_ref: str) -> EntrySnapshot | None:
        with self._call():
            return self.graph.find(mailbox, session_ref)

    def differences(self, current: EntrySnapshot, entry: DesiredEntry) -> tuple[str, ...]:
        return self.graph.differences(current, entry)

    def update(
        self, mailbox: Mailbox, current: EntrySnapshot, entry: DesiredEntry
    ) -> EntrySnapshot:
        with self._call(), self._write():
            return self.graph.update(mailbox, current, entry)

    def cancel(self, mailbox: Mailbox, event_id: str, comment: str) -> None:
        with self._call():
            self.graph.cancel(mailbox, event_id, comment)

    @contextmanager
    def _write(self) -> Iterator[None]:
        act, self.under_way = self.under_way, None
        if act is not None:
            act()
        yield
        act, self.answered = self.answered, None
        if act is not None:
            act()

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Let somebody else than the worker call."""
        doomed = self.before, self.after
        self.spare()
        yield
        self.before, self.after = doomed

    def spare(self) -> None:
        """Let the worker live, undisturbed."""
        self.before = self.after = 0
        self.under_way = self.answered = self.looked = None

    @contextmanager
    def _call(self) -> Iterator[None]:
        if self.before and not (counted := self.before - 1):
            self.before = counted
            raise Killed
        self.before = max(self.before - 1, 0)
        yield
        if self.after and not (counted := self.after - 1):
            self.after = counted
            raise Killed
        self.after = max(self.after - 1, 0)


@dataclass
class Wire:
    """The parts, and what people in Outlook can do."""

    sandbox: Sandbox
    clock: FakeClock
    ports: Ports
    mortal: MortalCalendar
    account: Account
    lane: Lane
    outlook: Mailbox
    killed: int = field(default=0)

    def wait(self, span: timedelta) -> None:
        """Let time pass on both sides."""
        self.clock.set(self.sandbox.control.advance(span))

    def work_until_killed(self) -> None:
        """Do what is due in the lane with one worker; nobody takes over from it."""
        before = self.killed
        self.work(until=before + 1)
        assert self.killed == before + 1, "the worker was to die"

    def work(self, until: int | None = None) -> None:
        """Do what is due in the lane, as workers do that take over from each other.

        Args:
            until: stop when so many have been killed.
        """
        for _ in range(MOST_CHORES):
            item = next_chore(self.lane, self.clock.now())
            if item is None:
                return
            try:
                again = self._done(item)
            except Killed:
                self.killed += 1
                if self.killed == until:
                    return
                continue
            except ProviderFailure:
                again = self.clock.now() + timedelta(seconds=10)
            same = WorkItem.objects.filter(pk=item.pk, revision=item.revision)
            if again is None:
                same.delete()
            else:
                same.update(due_at=again)
        message = "The lane finds no rest."
        raise AssertionError(message)

    def _done(self, item: WorkItem) -> datetime | None:
        if item.kind == RECONCILE:
            return reconcile(self.ports, self.lane, item.subject)
        if item.kind == SHARE:
            return reconcile_shared(self.ports, self.lane, item.subject)
        if item.kind == WATCH:
            return watch_calendar(self.ports, INTERVAL, self.lane, item.subject)
        return None

    def rest(self) -> None:
        """Let everything come to rest: faults over, two rounds of the watch, rooms decided."""
        self.mortal.spare()
        self.sandbox.control.clear_faults()
        for _ in range(3):
            self.wait(INTERVAL + timedelta(seconds=1))
            self.work()

    def edit(self, entry: Entry, **changed: object) -> bool:
        """Change an event in Outlook; tell whether it was there."""
        current = self._seen_in_outlook(entry)
        if current is None:
            return False
        same = DesiredEntry(
            session_ref="",
            transaction_id="",
            subject=current.subject,
            html=current.html,
            starts_at=current.starts_at,
            ends_at=current.ends_at,
            time_zone="UTC",
            place=current.place,
            attendees=tuple(
                Attendee(Address(a.address), a.kind)
                for a in current.answers
                if a.answer is not Answer.ORGANIZER
            ),
            online=current.online,
        )
        self.mortal.graph.update(self.outlook, current, replace(same, **changed))  # type: ignore[arg-type]  # any field may be changed
        return True

    def delete(self, entry: Entry) -> bool:
        """Cancel an event in Outlook; tell whether it was there."""
        there = self._seen_in_outlook(entry) is not None
        if there:
            self.mortal.graph.cancel(self.outlook, entry.event_id, "")
        return there

    def _seen_in_outlook(self, entry: Entry) -> EntrySnapshot | None:
        """Return the event as people see it, whose own calls are not the ones that fail."""
        self.sandbox.control.clear_faults()
        try:
            return self.mortal.graph.get(self.outlook, entry.event_id)
        except ProviderFailure:
            return None

    def received(self, address: str) -> int:
        """Return how many messages somebody has received."""
        return len(self.sandbox.control.received(to=address))


@contextmanager
def wired(
    sandbox: Sandbox,
    observe: Callable[[HttpRequest, HttpAnswer], None] = watch_nothing,
    scopes: Sequence[str] = SCOPES,
    kind: AccountKind = AccountKind.DELEGATED,
) -> Iterator[Wire]:
    """Connect a catalog to the service account of a fresh sandbox, each exchange observed."""
    sandbox.control.reset()
    with ports_at(sandbox, observe) as at_sandbox:
        assert isinstance(at_sandbox.calendar, GraphCalendar)
        assert isinstance(at_sandbox.clock, FakeClock)
        mortal, clock = MortalCalendar(at_sandbox.calendar), at_sandbox.clock
        ports = replace(at_sandbox, calendar=mortal)
        token = sandbox.access_token(ACCOUNT, *scopes)
        account = account_with(ports, token, scopes)
        if kind == AccountKind.APPLICATION:
            used_by_itself(sandbox, ports, account, ports.identity, scopes)
        outlook = Mailbox("/me", token, frozenset(scopes))
        yield Wire(sandbox, clock, ports, mortal, account, mailbox_lane(account), outlook)
