"""A whole worker in this process: it hears rings, follows the clock and stops gently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread, Timer
from time import monotonic, sleep

import pytest
from django.db import DatabaseError, InterfaceError, transaction

from classbell.delivery.lanes import TakenLane
from classbell.delivery.service import LaneService
from classbell.engine.loop import Engine
from classbell.storage.models import Lane, Message, MessageState
from tests.storage.delivery.wakes import wake
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@contextmanager
def working(world: World, *, threads: int = 4, interval: float = 0.5) -> Iterator[None]:
    """Run a worker beside the test."""
    service = LaneService(world.ports, lambda _lane: world.handlers, holder="test")
    engine: Engine[TakenLane] = Engine(
        service,
        wake=wake(),
        threads=threads,
        wires=threads * 3,
        recoverable=(DatabaseError, InterfaceError),
        interval=interval,
    )
    stop = Event()
    worker = Thread(target=engine.run, args=(stop,))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(timeout=20)
    assert not worker.is_alive()


def seconds_until(true: Callable[[], bool], *, most: float) -> float:
    """Wait until something holds and return how long it took."""
    began = monotonic()
    while not true():
        assert monotonic() - began < most, "it did not happen in time"
        sleep(0.005)
    return monotonic() - began


def all_in(state: MessageState) -> Callable[[], bool]:
    return lambda: not Message.objects.exclude(state=state).exists()


def test_a_rung_lane_starts_at_once_not_at_the_next_sweep(world: World) -> None:
    with working(world, interval=30):
        sleep(0.3)  # the worker has looked and found nothing
        with transaction.atomic():
            world.queue("ana")
        assert seconds_until(all_in(MessageState.ACCEPTED), most=5) < 1


def test_a_jump_of_business_time_takes_effect_within_a_second(world: World) -> None:
    world.queue("tomorrow", due_at=NOW + timedelta(days=1))
    world.queue("too-late", due_at=NOW + timedelta(days=2), lives=timedelta(hours=1))
    with working(world):
        sleep(0.3)
        world.clock.advance(timedelta(days=1))
        took = seconds_until(lambda: world.states()["tomorrow"] == "accepted", most=5)
        assert took < 1
        world.clock.advance(timedelta(days=2))
        assert seconds_until(lambda: world.states()["too-late"] == "expired", most=5) < 1
    assert world.provider.addresses == ["tomorrow@contoso.example"]


def test_one_lane_that_hangs_does_not_stop_the_others(world: World) -> None:
    release = Event()
    slow = world.another_lane()

    def hang(address: str) -> None:
        if address.startswith("slow"):
            release.wait(20)

    world.provider.before = hang
    world.queue("slow", lane=slow)
    world.queue("ana", "bo", "cai")
    with working(world):
        quick = Message.objects.exclude(name="slow")
        seconds_until(lambda: not quick.exclude(state="accepted").exists(), most=5)
        seconds_until(lambda: world.states()["slow"] == MessageState.SENDING, most=5)
        release.set()
        seconds_until(all_in(MessageState.ACCEPTED), most=5)


def test_no_more_than_three_requests_of_a_lane_are_in_flight(world: World) -> None:
    under_way: list[str] = []
    most: list[int] = []

    def count(address: str) -> None:
        under_way.append(address)
        most.append(len(under_way))
        sleep(0.02)
        under_way.remove(address)

    world.provider.before = count
    world.queue(*(f"p{n}" for n in range(12)))
    with working(world):
        seconds_until(all_in(MessageState.ACCEPTED), most=5)
    assert max(most) == 3


def test_no_transaction_is_open_while_mail_is_on_the_wire(world: World) -> None:
    seen: list[bool] = []
    other = world.another_lane()

    def write(address: str) -> None:
        # Another writer gets through while this mail is on the wire.
        with transaction.atomic():
            seen.append(Lane.objects.filter(pk=other.pk).update(holder=address[:20]) == 1)

    world.provider.before = write
    world.queue("ana", "bo")
    with working(world):
        seconds_until(all_in(MessageState.ACCEPTED), most=5)
    assert seen == [True, True]


def test_stopping_finishes_what_is_on_the_wire_and_begins_nothing(world: World) -> None:
    on_the_wire, release = Event(), Event()

    def wait(_address: str) -> None:
        on_the_wire.set()
        release.wait(20)

    world.provider.before = wait
    world.queue(*(f"p{n}" for n in range(9)))
    with working(world):
        assert on_the_wire.wait(5)
        sleep(0.1)
        Timer(0.2, release.set).start()
    states = list(world.states().values())
    assert (states.count("accepted"), states.count("queued")) == (3, 6)
    lane = world.reread()
    assert lane.lease_until is None, "the lane is let go, so another worker need not wait"
    assert lane.due_at is not None, "and it is due for the rest"
