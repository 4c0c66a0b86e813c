"""The sandbox's clock and what falls due by it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from m365sandbox.clock import SandboxClock
from m365sandbox.start import make_world, reset
from m365sandbox.store import SqliteStore
from m365sandbox.testing import Sandbox

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Machine:
    """A machine whose time the test moves."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


def test_the_clock_ticks_with_the_machine_from_where_it_was_set() -> None:
    machine = Machine()
    clock = SandboxClock(machine)
    clock.advance(timedelta(days=90))
    machine.time += timedelta(seconds=5)
    assert clock.now() == NOON + timedelta(days=90, seconds=5)


def test_a_frozen_clock_moves_only_when_told() -> None:
    machine = Machine()
    clock = SandboxClock(machine)
    clock.freeze()
    machine.time += timedelta(hours=1)
    assert clock.now() == NOON
    clock.advance(timedelta(minutes=1))
    assert clock.now() == NOON + timedelta(minutes=1)
    clock.unfreeze()
    machine.time += timedelta(seconds=1)
    assert clock.now() == NOON + timedelta(minutes=1, seconds=1)


def test_a_restart_keeps_the_offset() -> None:
    machine = Machine()
    clock = SandboxClock(machine)
    clock.advance(timedelta(days=3))
    later = SandboxClock(machine)
    later.restore(clock.snapshot())
    machine.time += timedelta(hours=8)
    assert later.now() == NOON + timedelta(days=3, hours=8)


def test_a_world_begins_where_it_is_told_and_begins_there_again_after_a_reset() -> None:
    world = make_world(begins_at=NOON)
    assert NOON <= world.now() < NOON + timedelta(minutes=1)
    world.clock.advance(timedelta(days=40))
    reset(world)
    assert NOON <= world.now() < NOON + timedelta(minutes=1)


def test_a_kept_world_goes_on_with_its_own_time(tmp_path: Path) -> None:
    for begins_at, shown in ((NOON, NOON), (NOON + timedelta(days=9), NOON)):
        store = SqliteStore(tmp_path / "sandbox.sqlite3")
        world = make_world(store, begins_at=begins_at)
        assert shown <= world.now() < shown + timedelta(minutes=1)
        world.save(everything=True)
        store.close()


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        SandboxClock().set(NOON.replace(tzinfo=None))


def test_actions_are_done_in_the_order_of_their_time_and_may_cause_others() -> None:
    world = make_world()
    world.clock.freeze(NOON)
    done: list[object] = []

    def handler(at: datetime, facts: Mapping[str, object]) -> None:
        done.append(facts["name"])
        if facts["name"] == "first":
            world.schedule(at + timedelta(seconds=1), "test", {"name": "caused"})

    world.handle("test", handler)
    world.schedule(NOON + timedelta(seconds=9), "test", {"name": "last"})
    world.schedule(NOON + timedelta(seconds=3), "test", {"name": "first"})
    world.run_due()
    assert done == []
    world.clock.advance(timedelta(minutes=1))
    world.run_due()
    assert done == ["first", "caused", "last"]


def test_a_jump_over_the_network_takes_effect_at_once(live_sandbox: Sandbox) -> None:
    done: list[str] = []

    def prepare() -> None:
        world = live_sandbox.world
        world.handle("test", lambda _at, facts: done.append(str(facts["name"])))
        world.schedule(world.now() + timedelta(days=1), "test", {"name": "tomorrow"})

    live_sandbox.run(lambda _world: prepare())
    before = live_sandbox.control.now()
    after = live_sandbox.control.advance(timedelta(days=2))
    assert after - before >= timedelta(days=2)
    assert done == ["tomorrow"]


@pytest.mark.parametrize(
    "body",
    [
        {"set": "soon"},
        {"set": "2026-12-01T08:00:00"},
        {"set": "0001-01-01T00:00:00Z"},
        {"set": "9999-12-31T23:59:59Z"},
        {"advance_seconds": "x"},
        {"advance_seconds": 1e12},
        {"advance_seconds": -1e12},
    ],
)
def test_the_clock_cannot_be_set_to_nonsense(live_sandbox: Sandbox, body: object) -> None:
    with live_sandbox.browser() as client:
        address = f"{live_sandbox.people_url}/_sandbox/clock"
        response = client.post(address, json=body)
    assert response.status_code == 400
    assert response.json()["error"]
