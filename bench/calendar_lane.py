"""The product's calendar work against the sandbox, driven by hand so that requests can be counted.

Needs Django's settings: name the sandbox by `bench.delivery.start_django` first.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import partial

from bench.calendar_counts import Counted
from bench.peers import Peer
from bench.servers import SCOPES
from classbell import bootstrap
from classbell.delivery.drain import drain
from classbell.delivery.handlers import Handlers
from classbell.delivery.lanes import mailbox_lane, take
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.domain.courses.enrol import enrol
from classbell.domain.courses.session_details import SessionDetails
from classbell.domain.courses.sessions import update_session
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.request import RECONCILE, request_entry
from classbell.domain.scheduling.watch import watch_calendar
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, Attendee, DesiredEntry
from classbell.ports.mail import Address, Mailbox
from classbell.storage.models import Account, CourseSession, Entry, Lane, Person, WorkItem
from m365sandbox.control.client import Control
from tests.fakes import FakeClock
from tests.support import a_catalog, a_connected_account, a_person, a_session

ROOM = "harbour@contoso.example"
INTERVAL = timedelta(minutes=5)


@dataclass
class CalendarLane:
    """One account's lane, and what people do to its sessions and events."""

    control: Control
    clock: FakeClock
    ports: Ports
    account: Account
    lane: Lane
    mailbox: Mailbox
    handlers: Handlers

    def a_session(self, number: int, *, bare: bool = False) -> CourseSession:
        """Return a session with its event; bare ones have neither room nor learners."""
        start = self.clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
        session = a_session(
            code=f"S-{number}",
            starts_at=start + timedelta(days=8 + number % 200),
            room_address="" if bare else ROOM,
            seats=None,
        )
        if bare:
            reconcile(self.ports, self.lane, str(session.pk))
        else:
            request_entry(self.ports, session)
        return session

    def people(self, count: int) -> list[Person]:
        """Return so many people of the organisation."""
        return [a_person(f"Learner No{number}") for number in range(count)]

    def enrol(self, session: CourseSession, person: Person) -> None:
        """Enrol somebody, as a door of the product does."""
        enrol(self.ports, session=session, people=[person], actor=OPERATOR)

    def rename(self, session: CourseSession, title: str) -> None:
        """Give the session another title, as an admin does."""
        details = SessionDetails(
            title=title,
            starts=session.starts_at.astimezone(UTC).replace(tzinfo=None),
            ends=session.ends_at.astimezone(UTC).replace(tzinfo=None),
            time_zone="UTC",
            published=True,
        )
        update_session(self.ports, session=session, details=details, actor=OPERATOR)

    def wait(self, span: timedelta) -> None:
        """Let business time pass and the lane work.

        The sandbox's clock runs on while the machine works, so ours is moved by itself.
        """
        self.pass_by(span)
        self.work()

    def pass_by(self, span: timedelta) -> None:
        """Let business time pass on both sides, nobody at work."""
        self.control.advance(span)
        self.clock.advance(span)

    def settle(self) -> None:
        """Wait until the room has decided and nothing is due."""
        for _ in range(6):
            self.wait(timedelta(minutes=1))

    def work(self) -> int:
        """Let the lane be held and do what is due about sessions; return how much that was.

        Other work is not asked for here: what is counted is the work about sessions.
        """
        WorkItem.objects.filter(lane=self.lane).exclude(kind=RECONCILE).delete()
        due = WorkItem.objects.filter(lane=self.lane, due_at__lte=self.clock.now())
        asked = due.count()
        Lane.objects.exclude(pk=self.lane.pk).update(due_at=None)
        while due.exists():
            Lane.objects.filter(pk=self.lane.pk).update(due_at=self.clock.now())
            for taken in take(self.clock.now(), holder="bench", limit=1, lease_seconds=15):
                drain(self.ports, taken, self.handlers)
        return asked

    def read(self) -> None:
        """Read once what changed in the calendar."""
        watch_calendar(self.ports, INTERVAL, self.lane, str(self.account.pk))

    def attendees(self, session: CourseSession) -> int:
        """Return how many are on the event."""
        event_id = Entry.objects.get(session=session).event_id
        return len(self.ports.calendar.get(self.mailbox, event_id).answers)

    def title(self, session: CourseSession) -> str:
        """Return the title of the session's event."""
        event_id = Entry.objects.get(session=session).event_id
        return self.ports.calendar.get(self.mailbox, event_id).subject

    def edit_in_outlook(self, session: CourseSession) -> None:
        """Give the event another title."""
        event_id = Entry.objects.get(session=session).event_id
        current = self.ports.calendar.get(self.mailbox, event_id)
        same = DesiredEntry(
            session_ref="",
            transaction_id="",
            subject="Lunch",
            html=current.html,
            starts_at=current.starts_at,
            ends_at=current.ends_at,
            time_zone="UTC",
            place=current.place,
            attendees=tuple(
                Attendee(Address(one.address), one.kind)
                for one in current.answers
                if one.answer is not Answer.ORGANIZER
            ),
            online=current.online,
        )
        self.ports.calendar.update(self.mailbox, current, same)


@contextmanager
def opened(peer: Peer, counted: Counted) -> Iterator[CalendarLane]:
    """Connect a catalog to the sandbox's account, every request counted."""

    def note(request: HttpRequest, answer: HttpAnswer) -> None:
        counted.note(request.method, answer.status)

    with closing(Control(peer.url)) as control:
        clock = FakeClock(control.now())
        ports = replace(bootstrap.build(bootstrap.settings(), observe=note), clock=clock)
        account = a_connected_account(ports, a_catalog(), scopes=SCOPES)
        account.sealed_tokens = seal_tokens(
            ports, Tokens(peer.token, "none"), place=account_place(account.pk)
        )
        account.token_expires_at = clock.now() + timedelta(days=400)
        account.save()
        lane = mailbox_lane(account)
        handlers = replace(
            bootstrap.handlers_for(lane), work={RECONCILE: partial(reconcile, ports)}
        )
        mailbox = Mailbox("/me", peer.token, frozenset(SCOPES))
        yield CalendarLane(control, clock, ports, account, lane, mailbox, handlers)
