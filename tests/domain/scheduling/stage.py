"""What tests of scheduling share: a connected catalog and a lane to reconcile in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.ports.bundle import Ports
from classbell.ports.calendar import EntrySnapshot
from classbell.storage.models import (
    Account,
    Catalog,
    CourseSession,
    DomainEvent,
    Entry,
    Lane,
    Notification,
    Person,
    Room,
    SessionInstructor,
)
from tests.fakes import FakeCalendar, FakeClock, FakeRooms
from tests.support import (
    NOW,
    a_catalog,
    a_connected_account,
    a_person,
    a_session,
    an_enrolment,
    fake_ports,
)

ROOM = "harbour@contoso.example"


@dataclass
class Stage:
    """Fakes at hand, and a catalog whose account is connected."""

    clock: FakeClock = field(default_factory=FakeClock)
    calendar: FakeCalendar = field(default_factory=FakeCalendar)
    rooms: FakeRooms = field(default_factory=FakeRooms)
    ports: Ports = field(init=False)
    catalog: Catalog = field(init=False)
    account: Account = field(init=False)
    lane: Lane = field(init=False)

    def __post_init__(self) -> None:
        self.ports = fake_ports(clock=self.clock, calendar=self.calendar, rooms=self.rooms)
        self.catalog = a_catalog()
        self.account = a_connected_account(self.ports, self.catalog)
        self.lane = mailbox_lane(self.account)
        Room.objects.create(
            organisation=self.catalog.organisation,
            address=ROOM,
            name="Harbour",
            building="HQ",
            capacity=20,
            refreshed_at=NOW,
        )

    def session(self, *learners: str, **chosen: object) -> CourseSession:
        """Return a session in the room Harbour with learners and the instructor Zoé."""
        values: dict[str, object] = {"room_address": ROOM, **chosen}
        session = a_session(self.catalog, **values)  # type: ignore[arg-type]  # any field
        SessionInstructor.objects.create(session=session, person=a_person("Zoé Dubois"))
        for name in learners:
            an_enrolment(session, a_person(name))
        return session

    def run(self, session: CourseSession, *, after: timedelta = timedelta(0)) -> datetime | None:
        """Let some time pass, then reconcile as the lane would."""
        self.clock.advance(after)
        return reconcile(self.ports, self.lane, str(session.pk))

    def in_from_now(self, session: CourseSession, **passing: float) -> timedelta | None:
        """Reconcile after some time; return how soon it wants to look again."""
        again = self.run(session, after=timedelta(**passing))
        return None if again is None else again - self.clock.now()

    @property
    def event(self) -> EntrySnapshot:
        """The only event in the calendar."""
        (event,) = self.calendar.events
        return event

    def wire(self) -> list[str]:
        """Return the calls made to the calendar so far, and forget them."""
        names = [call.name for call in self.calendar.calls]
        self.calendar.calls.clear()
        return names

    def attendees(self) -> dict[str, str]:
        """Return who is on the event, and in which part."""
        return {answer.address: answer.kind.value for answer in self.event.answers}

    def events_told(self) -> list[str]:
        """Return the names of domain events, oldest first."""
        return list(DomainEvent.objects.order_by("id").values_list("name", flat=True))

    def mailed(self, kind: str = "session_invitation") -> list[set[str]]:
        """Return whom each mail of a kind went to, by name."""
        names = {person.pk.hex: person.name for person in Person.objects.all()}
        rows = Notification.objects.filter(kind=kind).order_by("created_at", "id")
        return [{names[member] for member in row.audience} for row in rows]


def entry_of(session: CourseSession) -> Entry:
    """Return the entry as it is stored now."""
    return Entry.objects.get(session=session)
