"""A small world for delivery: a lane, messages on it, and a provider that writes down its mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4

from classbell.delivery import lanes, ledger
from classbell.delivery.doorbell import LaneDoorbell
from classbell.delivery.doubt import LOOK_UP, look_up
from classbell.delivery.drain import drain
from classbell.delivery.following import FOLLOW, follow
from classbell.delivery.handlers import Bundle, Handlers, Rendered, Undeliverable, WorkFunction
from classbell.delivery.holding import Holding
from classbell.delivery.meter import Meter
from classbell.delivery.pace import Pace
from classbell.delivery.wire import Wire
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict
from classbell.ports.mail import Accepted, Address, Mail, Sighting
from classbell.storage.models import (
    Catalog,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Notification,
    Organisation,
)
from tests.fakes.clock import FakeClock
from tests.support import NOW, an_organisation, fake_ports

FAST = Pace(messages_per_minute=0, recipients_per_day=0, urgent_reserve=0, requests_in_flight=3)


@dataclass
class Provider:
    """Takes mail unless told otherwise; ``answers`` maps an address to what it meets."""

    clock: FakeClock
    sent: list[tuple[datetime, str]] = field(default_factory=list)
    answers: dict[str, list[Verdict | Exception]] = field(default_factory=dict)
    lost: list[Verdict] = field(default_factory=list)
    envelopes: list[tuple[UUID, list[str]]] = field(default_factory=list)
    before: Callable[[str], None] = lambda _address: None

    def __post_init__(self) -> None:
        self._lock = Lock()

    def send(self, _lane: Lane, envelope_id: UUID, mail: Mail) -> Accepted:
        people = [one.address for one in (*mail.to, *mail.bcc)]
        self.before(people[0])
        with self._lock:
            for address in people:
                trouble = self.answers.get(address, [])
                if trouble:
                    first = trouble.pop(0)
                    raise ProviderFailure(first) if isinstance(first, Verdict) else first
            now = self.clock.now()
            self.sent += [(now, address) for address in people]
            self.envelopes.append((envelope_id, people))
        return Accepted(request_id=f"request-{people[0]}")

    @property
    def addresses(self) -> list[str]:
        """Who was written to, in order."""
        return [address for _, address in self.sent]


@dataclass
class World:
    """Ports, one mailbox lane and its provider."""

    clock: FakeClock = field(default_factory=FakeClock)
    pace: Pace = FAST
    work: dict[str, WorkFunction] = field(default_factory=dict)
    unwritable: dict[str, Exception] = field(default_factory=dict)
    resend_unknown: bool = False
    sightings: list[Sighting | Verdict | None] | None = None
    follows: bool = False

    def __post_init__(self) -> None:
        self.ports: Ports = fake_ports(clock=self.clock, doorbell=LaneDoorbell(self.clock))
        self.provider = Provider(self.clock)
        self.organisation: Organisation = an_organisation()
        self.lane = self.another_lane()

    def another_lane(self) -> Lane:
        return lanes.lane_for(LaneKind.MAILBOX, str(uuid4()), organisation_id=self.organisation.pk)

    def queue(
        self,
        *names: str,
        lane: Lane | None = None,
        priority: int = 50,
        due_at: datetime | None = None,
        lives: timedelta = timedelta(days=2),
        state: MessageState = MessageState.QUEUED,
        catalog: Catalog | None = None,
        together: int = 1,
        language: str = "en",
    ) -> Notification:
        """Write one notification to people with these names, or addresses."""
        now = self.clock.now()
        notification = Notification.objects.create(
            organisation=self.organisation,
            catalog=catalog,
            kind="test",
            audience_size=len(names),
            created_at=now,
            due_at=due_at or now,
            expires_at=(due_at or now) + lives,
        )
        people = [
            ledger.Addressee(
                None, name if "@" in name else f"{name}@contoso.example", name, language, "UTC"
            )
            for name in names
        ]
        ledger.expand(
            self.ports,
            notification,
            people,
            ledger.Birth(lane or self.lane, state, priority=priority, most_together=together),
            upto=len(names),
        )
        return notification

    def render(self, bundles: Sequence[Bundle]) -> list[Rendered | Exception]:
        return [self._rendered(bundle) for bundle in bundles]

    def _rendered(self, message_ids: Bundle) -> Rendered | Exception:
        rows = list(Message.objects.filter(pk__in=message_ids).order_by("pk"))
        for row in rows:
            if row.name in self.unwritable:
                return self.unwritable[row.name]
        people = tuple(Address(row.address, row.name) for row in rows)
        to, bcc = (people, ()) if len(people) == 1 else ((), people)
        return Rendered(Mail("Hello", "<p>Hello</p>", to=to, bcc=bcc), self.resend_unknown)

    @property
    def handlers(self) -> Handlers:
        return Handlers(
            render=self.render,
            send=self.provider.send,
            on_account_verdict=lambda _lane, verdict: self.provider.lost.append(verdict),
            work=self.work | {LOOK_UP: self._look_up, FOLLOW: self._follow},
            pace=self.pace,
            traceable=self.sightings is not None,
            follows=self.follows,
            look_up=lambda _lane, _envelope: self._asked(),
            resends_unknown=lambda _kind: self.resend_unknown,
            is_external=lambda address: not address.endswith("@contoso.example"),
        )

    def _asked(self) -> Sighting | None:
        """Say what the provider says next of an envelope."""
        said = (self.sightings or [None]).pop(0)
        if isinstance(said, Verdict):
            raise ProviderFailure(said)
        return said

    def _look_up(self, lane: Lane, subject: str) -> datetime | None:
        return look_up(self.clock, self.handlers, lane, subject)

    def _follow(self, lane: Lane, subject: str) -> datetime | None:
        return follow(self.ports, self.handlers, lane, subject)

    def holding(self, taken: lanes.TakenLane) -> Holding:
        """Return what the holder of the lane works with."""
        return Holding(self.lane, taken, self.handlers, Meter(self.lane.pk))

    def take(self, lane: Lane | None = None, *, lease: float = 15.0) -> lanes.TakenLane | None:
        """Take the lane if it is due."""
        wanted = (lane or self.lane).pk
        took = lanes.take(self.clock.now(), holder="test", limit=1000, lease_seconds=lease)
        return next((taken for taken in took if taken.lane_id == wanted), None)

    def drain(self, *, wire: Wire | None = None) -> bool:
        """Serve the lane as a worker would, until it is not due; False where it was not."""
        for turn in range(50):
            taken = self.take()
            if taken is None:
                return turn > 0
            drain(self.ports, taken, self.handlers, wire=wire)
        raise AssertionError("the lane never comes to rest")

    def run_until(self, end: datetime, *, step: timedelta = timedelta(seconds=1)) -> None:
        """Let business time pass and serve the lane whenever it is due."""
        while self.clock.now() < end:
            self.drain()
            self.clock.advance(step)

    def states(self) -> dict[str, str]:
        """Return each name's state."""
        return dict(Message.objects.values_list("name", "state"))

    def message(self, name: str) -> Message:
        return Message.objects.get(name=name)

    def reread(self) -> Lane:
        self.lane.refresh_from_db()
        return self.lane


def gone(code: str = "session_gone") -> Undeliverable:
    """Return the fault of a message that cannot be written."""
    return Undeliverable(code, "The session is no more.")


__all__ = ["FAST", "NOW", "Provider", "World", "gone"]
