"""Providers that do not answer: they keep their own lanes waiting, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from django.db import DatabaseError, InterfaceError

from classbell.delivery.lanes import TakenLane
from classbell.delivery.service import LaneService
from classbell.engine.loop import Engine
from classbell.storage.models import Message, MessageState
from tests.storage.delivery.wakes import wake
from tests.storage.delivery.world import World

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]

THREADS, HANGING, HEALTHY = 3, 30, 20


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@contextmanager
def a_small_worker(world: World) -> Iterator[None]:
    """Run a worker with far fewer threads than there are providers that hang."""
    engine: Engine[TakenLane] = Engine(
        LaneService(world.ports, lambda _lane: world.handlers, holder="test"),
        wake=wake(),
        threads=THREADS,
        wires=(HANGING + HEALTHY) * 3,
        most_lanes=HANGING + HEALTHY,
        recoverable=(DatabaseError, InterfaceError),
    )
    stop = Event()
    worker = Thread(target=engine.run, args=(stop,))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(timeout=30)
    assert not worker.is_alive()


def test_thirty_that_hang_do_not_stop_the_others(world: World) -> None:
    answer = Event()

    def hang(address: str) -> None:
        if address.startswith("hang"):
            answer.wait(60)

    world.provider.before = hang
    for number in range(HANGING):
        world.queue(f"hang{number}", lane=world.another_lane())
    for number in range(HEALTHY):
        world.queue(f"well{number}", lane=world.another_lane())
    healthy = Message.objects.filter(name__startswith="well")

    with a_small_worker(world):
        ends = monotonic() + 30
        while healthy.exclude(state=MessageState.ACCEPTED).exists():
            assert monotonic() < ends, "the healthy ones wait for those that hang"
            sleep(0.02)
        assert not answer.is_set()
        assert not Message.objects.filter(name__startswith="hang", state="accepted").exists()
        answer.set()
        while Message.objects.exclude(state=MessageState.ACCEPTED).exists():
            assert monotonic() < ends + 30, "those that hung are settled once they answer"
            sleep(0.02)
