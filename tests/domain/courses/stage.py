"""What tests of courses share: ports made of fakes, the cast, and a connected catalog."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Notification,
    Person,
    WorkItem,
)
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeCalendar, FakeClock, FakeRooms
from tests.support import a_connected_account, a_person, fake_ports


@dataclass
class Stage:
    """Fakes at hand, and a catalog whose account is connected."""

    clock: FakeClock = field(default_factory=FakeClock)
    calendar: FakeCalendar = field(default_factory=FakeCalendar)
    rooms: FakeRooms = field(default_factory=FakeRooms)
    ports: Ports = field(init=False)
    cast: Cast = field(init=False)
    account: Account = field(init=False)

    def __post_init__(self) -> None:
        self.ports = fake_ports(clock=self.clock, calendar=self.calendar, rooms=self.rooms)
        self.cast = a_cast(self.ports)
        self.account = a_connected_account(self.ports, self.cast.catalog)

    @property
    def owner(self) -> Actor:
        """The admin of the catalog, acting."""
        return Actor.of(self.cast.owner)

    def told(self, kind: str = "enrolment_confirmed") -> list[set[str]]:
        """Return the audience of each notification of a kind, oldest first."""
        rows = Notification.objects.filter(kind=kind).order_by("created_at", "id")
        return [{str(UUID(member)) for member in row.audience} for row in rows]

    def asked(self) -> dict[str, timedelta]:
        """Return for which sessions a look was asked for, and how soon."""
        return {
            item.subject: item.due_at - self.clock.now()
            for item in WorkItem.objects.filter(kind="reconcile")
        }

    def is_asked(self, session_id: UUID) -> bool:
        """Tell whether a look at a session was asked for."""
        return str(session_id) in self.asked()


def people(count: int) -> list[Person]:
    """Return learners with numbered names."""
    return [a_person(f"Learner No{number}") for number in range(count)]


def having(session: CourseSession, state: EnrolmentState = EnrolmentState.ENROLLED) -> list[str]:
    """Return the names of those who have a place, or wait for one, in their order."""
    rows = Enrolment.objects.filter(session=session, state=state).order_by("created_at")
    return [row.person.name for row in rows.select_related("person")]


def names(*found: Person) -> list[str]:
    """Return the names of people."""
    return [person.name for person in found]
