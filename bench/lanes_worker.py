"""The worker that `bench.lanes` measures, with providers that pause or hang."""

import time
from collections.abc import Sequence
from threading import Event, Lock, Thread
from uuid import UUID, uuid4

from django.db import DatabaseError, InterfaceError, connection

from bench.measures import PORTS
from classbell.delivery.handlers import Bundle, Handlers, Rendered
from classbell.delivery.lanes import TakenLane, lane_for
from classbell.delivery.ledger import Addressee, Birth, expand
from classbell.delivery.pace import UNLIMITED
from classbell.delivery.service import LaneService
from classbell.engine.loop import Engine
from classbell.ports.mail import Accepted, Address, Mail
from classbell.storage.models import Lane, LaneKind, Message, MessageState, Notification
from tests.storage.delivery.wakes import wake
from tests.support import an_organisation

LANES_FOR_A_THREAD = 16


class Provider:
    """Pauses for each mail; hangs until told for those whose address begins so.

    Args:
        seconds: how long a call takes.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._at_once = 0
        self.most_at_once = 0
        self.answer = Event()

    def send(self, _lane: Lane, _envelope_id: UUID, mail: Mail) -> Accepted:
        """Take a mail."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        if mail.to[0].address.startswith("hang"):
            self.answer.wait(300)
        else:
            time.sleep(self._seconds)
        with self._lock:
            self._at_once -= 1
        return Accepted(request_id="bench")


def fill(name: str, lanes: int, messages: int) -> None:
    """Queue mail on so many lanes of their own."""
    now = PORTS.clock.now()
    for _ in range(lanes):
        lane = lane_for(LaneKind.MAILBOX, uuid4().hex, organisation_id=an_organisation().pk)
        notification = Notification.objects.create(
            organisation=an_organisation(),
            kind="bench",
            audience_size=messages,
            created_at=now,
            due_at=now,
            expires_at=now.replace(year=now.year + 1),
        )
        people = [
            Addressee(None, f"{name}.{number}@contoso.example", name, "en", "UTC")
            for number in range(messages)
        ]
        expand(PORTS, notification, people, Birth(lane, MessageState.QUEUED), upto=messages)


def engine_for(provider: Provider, *, threads: int, holder: str = "bench") -> Engine[TakenLane]:
    """Return a worker's loop that sends by that provider, without a pace."""
    handlers = Handlers(
        render=_render,
        send=provider.send,
        on_account_verdict=lambda _lane, _verdict: None,
        work={},
        pace=UNLIMITED,
    )
    return Engine(
        LaneService(PORTS, lambda _lane: handlers, holder=holder),
        wake=wake(),
        threads=threads,
        wires=threads * LANES_FOR_A_THREAD * 3,
        most_lanes=threads * LANES_FOR_A_THREAD,
        recoverable=(DatabaseError, InterfaceError),
    )


def wait_until_sent() -> None:
    """Wait until all mail but that to hanging providers is accepted."""
    waiting = Message.objects.filter(address__startswith="well").exclude(
        state=MessageState.ACCEPTED
    )
    while waiting.exists():
        time.sleep(0.05)


def seconds_to_serve(provider: Provider, *, threads: int) -> float:
    """Run a worker until all mail but that to hanging providers is accepted; return how long."""
    stop = Event()
    worker = Thread(target=engine_for(provider, threads=threads).run, args=(stop,))
    begun = time.perf_counter()
    worker.start()
    wait_until_sent()
    took = time.perf_counter() - begun
    provider.answer.set()
    stop.set()
    worker.join()
    Message.objects.all().delete()
    connection.close()
    return took


def _render(bundles: Sequence[Bundle]) -> list[Rendered | Exception]:
    rows = Message.objects.in_bulk([bundle[0] for bundle in bundles])
    found = [rows[bundle[0]] for bundle in bundles]
    return [
        Rendered(Mail("Hello", "<p>Hello</p>", to=(Address(r.address, r.name),))) for r in found
    ]
