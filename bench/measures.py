"""What the bench measures, each as one function; needs Django's settings."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4, uuid5

from django.db import connections, transaction

from classbell.delivery.doorbell import LaneDoorbell
from classbell.delivery.drain import drain
from classbell.delivery.handlers import Bundle, Handlers, Rendered
from classbell.delivery.lanes import housekeeping_lane, lane_for, take
from classbell.delivery.ledger import Addressee, Birth, expand
from classbell.delivery.pace import UNLIMITED, Pace
from classbell.delivery.wire import Wire
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import notify
from classbell.engine.pool import Pool
from classbell.ports.mail import Accepted, Address, Mail
from classbell.storage.models import (
    CourseSession,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Notification,
    Person,
)
from tests.fakes.clock import FakeClock
from tests.support import (
    CONTOSO,
    NOW,
    a_catalog,
    a_connected_account,
    a_person,
    a_session,
    an_organisation,
    fake_ports,
)

CLOCK = FakeClock(NOW)
PORTS = fake_ports(clock=CLOCK, doorbell=LaneDoorbell(CLOCK))


@cache
def people(count: int) -> list[UUID]:
    """Make so many learners and return their ids."""
    home = an_organisation()
    addresses = [f"learner.{number}@contoso.example" for number in range(count)]
    rows = [
        Person(
            id=uuid5(CONTOSO, f"row {address}"),
            organisation=home,
            address=address,
            address_key=address,
            name=f"Learner {number}",
            object_id=uuid5(CONTOSO, address),
            created_at=NOW,
        )
        for number, address in enumerate(addresses)
    ]
    Person.objects.bulk_create(rows, batch_size=1_000)
    return [row.pk for row in rows]


@cache
def session() -> CourseSession:
    """Make a session of a connected catalog."""
    a_connected_account(PORTS, a_catalog())
    return a_session()


def _tell(count: int) -> Notification:
    with transaction.atomic():
        made = notify(
            PORTS,
            kind="enrolment_confirmed",
            organisation_id=an_organisation().pk,
            catalog=session().course.catalog,
            audience=people(count),
            context={"session": str(session().pk)},
        )
    if made is None:
        raise RuntimeError("Nobody was told.")
    return made


def seconds_to_accept(count: int) -> float:
    """Return what it takes to write down a notification with its audience."""
    people(count)
    session()
    begun = time.perf_counter()
    _tell(count)
    return time.perf_counter() - begun


def rows_a_second(count: int) -> float:
    """Return how fast a notification becomes messages."""
    notification = _tell(count)
    lane = housekeeping_lane(an_organisation().pk)
    begun = time.perf_counter()
    while expand_notification(PORTS, lane, str(notification.pk)):
        pass
    return count / (time.perf_counter() - begun)


def write_something() -> None:
    """Write one small row, as a page of the Admin Center would."""
    Person.objects.filter(pk=a_person("Somebody Else").pk).update(language="en")


@dataclass(frozen=True, slots=True)
class Cost:
    """What sending costs: processor seconds a message, and messages a second."""

    processor: float
    rate: float


def _lane_named(name: str) -> Lane:
    return lane_for(LaneKind.MAILBOX, name, organisation_id=an_organisation().pk)


def _queue(lane: Lane, count: int) -> list[int]:
    """Queue mail to so many people on a lane; return the ids of the messages."""
    notification = Notification.objects.create(
        organisation=an_organisation(),
        kind="bench",
        audience_size=count,
        created_at=CLOCK.now(),
        due_at=CLOCK.now(),
        expires_at=CLOCK.now() + timedelta(days=2),
    )
    somebody = [
        Addressee(None, f"reader.{number}@contoso.example", "Reader", "en", "UTC")
        for number in range(count)
    ]
    expand(
        PORTS,
        notification,
        somebody,
        Birth(lane, MessageState.QUEUED),
        upto=count,
    )
    return list(Message.objects.filter(notification=notification).values_list("pk", flat=True))


def _handlers(pace: Pace) -> Handlers:
    def render(bundles: Sequence[Bundle]) -> list[Rendered | Exception]:
        rows = Message.objects.in_bulk([bundle[0] for bundle in bundles])
        return [
            Rendered(Mail("Hello", "<p>Hello</p>", to=(Address(row.address, row.name),)))
            for row in (rows[bundle[0]] for bundle in bundles)
        ]

    return Handlers(
        render=render,
        send=lambda _lane, _envelope, _mail: Accepted(request_id="bench"),
        on_account_verdict=lambda _lane, _verdict: None,
        work={},
        pace=pace,
    )


def _serve(handlers: Handlers, lane: Lane, wire: Wire) -> None:
    """Serve the lane once, as a worker would; other lanes are passed over."""
    for taken in take(CLOCK.now(), holder="bench", limit=100, lease_seconds=15):
        if taken.lane_id == lane.pk:
            drain(PORTS, taken, handlers, wire=wire)


def cost_of_a_message(count: int, *, lane: Lane | None = None) -> Cost:
    """Send so many without a pace, three at once as to a mailbox; the provider accepts at once.

    Args:
        count: how many.
        lane: where; a new one by default.
    """
    chosen = lane or _lane_named(uuid4().hex)
    last = max(_queue(chosen, count))
    handlers = _handlers(UNLIMITED)
    begun, used = time.perf_counter(), time.process_time()
    with Pool(handlers.pace.requests_in_flight, "wire", connections.close_all) as wire:
        while Message.objects.filter(pk=last).exclude(state=MessageState.ACCEPTED).exists():
            _serve(handlers, chosen, wire)
    return Cost((time.process_time() - used) / count, count / (time.perf_counter() - begun))


def share_of_the_pace(span: timedelta) -> float:
    """Return the share of the default pace that a busy lane reaches; the clock is moved."""
    pace = Pace()
    most = round(span / timedelta(minutes=1) * pace.messages_per_minute)
    lane = _lane_named("paced")
    _queue(lane, most)
    handlers = _handlers(pace)
    end = CLOCK.now() + span
    with Pool(pace.requests_in_flight, "wire", connections.close_all) as wire:
        while CLOCK.now() < end:
            _serve(handlers, lane, wire)
            CLOCK.advance(timedelta(seconds=1))
    return Message.objects.filter(lane=lane, state=MessageState.ACCEPTED).count() / most
