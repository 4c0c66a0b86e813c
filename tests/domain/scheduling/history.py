"""One session in front of a running sandbox: what happens to it, and how it must be at rest."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, timedelta

from hypothesis.stateful import RuleBasedStateMachine

from classbell.domain.courses.enrolment_rows import ENDED
from classbell.domain.courses.outlook_decisions import put_back
from classbell.domain.courses.session_details import SessionDetails
from classbell.domain.courses.sessions import update_session
from classbell.domain.organisations.audit import OPERATOR
from classbell.ports.calendar import Answer, EntrySnapshot
from classbell.storage.models import (
    Account,
    AccountKind,
    CalendarOptions,
    CourseSession,
    DomainEvent,
    Enrolment,
    EnrolmentState,
    Entry,
    Lane,
    Notification,
    Person,
    SharedWay,
    WorkItem,
)
from m365sandbox.calendars.model import Event
from m365sandbox.testing import Sandbox
from m365sandbox.world import World
from tests.domain.scheduling.wire import ACCOUNT, SCOPES, Wire, wired
from tests.support import a_person, a_session

BY_ITSELF, BY_A_PERSON = "harbour@contoso.example", "library@contoso.example"
ROOMS = (BY_ITSELF, BY_A_PERSON)
DELEGATE = "zoe.dubois@contoso.example"
SHARED = "training-calendar@contoso.example"
LEARNERS = ("Kirstine Skovgaard", "Bodil Skovgaard", "Priya Whitaker")

MODELS = (WorkItem, CourseSession, CalendarOptions, Notification, DomainEvent, Account, Lane)
"""What a history begins without."""


class SessionHistory(RuleBasedStateMachine):
    """One session through a random history; the worker works between the steps or does not.

    The first room answers by itself; for the second a delegate decides.
    """

    sandbox: Sandbox
    kind: AccountKind

    def __init__(self) -> None:
        super().__init__()
        for model in MODELS:
            model.objects.all().delete()
        self.stack = ExitStack()
        scopes = (*SCOPES, "Calendars.ReadWrite.Shared")
        self.wire: Wire = self.stack.enter_context(
            wired(self.sandbox, scopes=scopes, kind=self.kind)
        )
        self.wire.sandbox.control.share_calendar(SHARED, who=ACCOUNT, right="Editor")
        self.wire.sandbox.control.room_rules(
            BY_A_PERSON, all_book_in_policy=False, resource_delegates=[DELEGATE]
        )
        self.shares = False
        self.rivals = 0
        self.people = [a_person(name) for name in LEARNERS]
        self.allowed: Counter[str] = Counter()
        start = self.wire.clock.now().astimezone(UTC).replace(hour=9, minute=0, second=0)
        self.strange: set[str] = set()
        self.day = start.replace(microsecond=0) + timedelta(days=8)
        self.strange = {one.key for one in self.events_of(ACCOUNT, SHARED)}
        self.made = a_session(
            starts_at=self.day,
            room_address=BY_ITSELF,
            time_zone="UTC",
            seats=None,
        )
        self.change(title="Begun")
        self.wire.wait(timedelta(seconds=10))
        self.wire.work()

    def teardown(self) -> None:
        try:
            self.come_to_rest()
            self.check()
        finally:
            self.stack.close()

    @property
    def session(self) -> CourseSession:
        """The session as it is stored now."""
        return CourseSession.objects.select_related("course__catalog").get(pk=self.made.pk)

    @property
    def alive(self) -> bool:
        """Whether the session was not cancelled."""
        return self.session.cancelled_at is None

    @property
    def entry(self) -> Entry | None:
        """The session's entry, once an event stands for it."""
        return Entry.objects.filter(session=self.made).exclude(event_id="").first()

    def enrolled(self) -> list[str]:
        rows = Enrolment.objects.filter(session=self.made, state=EnrolmentState.ENROLLED)
        return sorted(rows.values_list("person__address", flat=True))

    def worth(self, notices: int, *addresses: str) -> None:
        """Allow so many notices to each of these addresses; to all learners without any."""
        for address in addresses or [person.address for person in self.people]:
            self.allowed[address] += notices

    def change(self, **changed: object) -> None:
        """Change the session as an admin does."""
        session = self.session
        values: dict[str, object] = {
            "title": session.title,
            "starts": session.starts_at.replace(tzinfo=None),
            "ends": session.ends_at.replace(tzinfo=None),
            "time_zone": "UTC",
            "room_address": session.room_address,
            "teams_meeting": session.teams_meeting,
            "published": session.published,
            **changed,
        }
        details = SessionDetails(**values)  # type: ignore[arg-type]  # any field may be changed
        update_session(self.wire.ports, session=session, details=details, actor=OPERATOR)

    def waits(self) -> bool:
        """Tell whether an edit waits for a decision that can be made."""
        return self.alive and self.entry is not None and bool(self.entry.edited)

    def come_to_rest(self) -> None:
        """Let everything settle, and put back what still waits for a decision."""
        self.wire.rest()
        if self.waits():
            put_back(self.wire.ports, session=self.session, actor=OPERATOR)
            self.worth(1)
            self.wire.rest()

    def check(self) -> None:
        """Compare the calendar with the session, and the mailboxes with what was worth telling."""
        session = self.session
        stands = session.cancelled_at is None and session.published
        current = self.wire.mortal.graph.find(self.wire.outlook, str(session.pk))
        if stands:
            assert current is not None
            self.check_event(session, current)
        else:
            assert current is None, "no event stands for what does not take place"
            assert self.bookings() == [], "no room stays booked for it"
        shown = stands and self.shares
        self.check_shared(session, shown=shown)
        own = self.events_of(ACCOUNT)
        assert len(own) == stands + self.is_invited(shown=shown), "nothing else is left behind"
        told = {one.address: self.notices_of(one) for one in self.people}
        over = {who: (n, self.allowed[who]) for who, n in told.items() if n > self.allowed[who]}
        assert over == {}, "nobody gets more notices than there were changes"

    def notices_of(self, person: Person) -> int:
        """Return what reached somebody: Outlook's messages, and our mails of a place's end."""
        ended = Notification.objects.filter(kind=ENDED)
        mails = sum(person.pk.hex in one.audience for one in ended)
        return self.wire.received(person.address) + mails

    def check_event(self, session: CourseSession, current: EntrySnapshot) -> None:
        """Compare the event with a session that takes place."""
        entry = self.entry
        assert entry is not None
        assert entry.event_id == current.event_id
        assert entry.edited == {}
        assert current.subject == f"Fire safety: {session.title}"
        assert (current.starts_at, current.ends_at) == (session.starts_at, session.ends_at)
        assert current.online == session.teams_meeting
        assert sorted(a.address.casefold() for a in current.answers) == sorted(
            [*self.enrolled(), session.room_address]
        )
        answer = next(a.answer for a in current.answers if a.address == session.room_address)
        assert entry.room_answer == answer.value, "the page says what the room says"
        if session.room_address == BY_ITSELF and not self.rivals:
            assert answer is Answer.ACCEPTED
        holds = [] if answer is Answer.DECLINED else [session.room_address]
        assert self.bookings() == holds, "this room, once, and no other"
        assert (entry.problem_code == "room_declined") == (answer is Answer.DECLINED)

    def check_shared(self, session: CourseSession, *, shown: bool) -> None:
        """Compare the organisation's calendar with what it should show."""
        there = self.events_of(SHARED)
        assert len(there) == shown, "shown once, or not at all"
        for one in there:
            assert one.subject == f"Fire safety: {session.title}"
            assert (one.start, one.end) == (session.starts_at, session.ends_at)

    def is_invited(self, *, shown: bool) -> bool:
        """Tell whether the organisation's calendar is invited by an event of the account's own."""
        options = CalendarOptions.objects.filter(catalog=self.session.course.catalog).first()
        return shown and options is not None and options.shared_way == SharedWay.INVITE

    def events_of(self, *mailboxes: str) -> list[Event]:
        """Return what stands in these calendars and was not there before."""

        def standing(world: World) -> list[Event]:
            return [
                one
                for mailbox in mailboxes
                for one in world.calendars.of(mailbox)
                if not one.is_cancelled and one.key not in self.strange
            ]

        return self.wire.sandbox.run(standing)

    def bookings(self) -> list[str]:
        """Return the rooms that hold something of ours around the session's day."""
        start = self.day - timedelta(days=2)
        end = start + timedelta(days=4)

        def held(world: World) -> list[str]:
            between = world.calendars.between
            return [
                room
                for room in ROOMS
                for one in between(room, start, end)
                if one.organizer.address.casefold() == ACCOUNT
            ]

        return self.wire.sandbox.run(held)
