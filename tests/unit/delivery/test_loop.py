"""The loop by itself, with lanes that are only numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread, current_thread
from time import monotonic, sleep
from typing import Any

import pytest

from classbell.engine.alone import OnlyWorker
from classbell.engine.loop import Engine
from classbell.engine.pool import Pool
from classbell.ports.errors import ConfigurationFault


class StoreAway(Exception):
    """What a store raises that comes back."""


class Numbers:
    """Serves numbers as if they were lanes."""

    def __init__(self, *due: int) -> None:
        self.lease_seconds = 0.06
        self.due = list(due)
        self.served: list[int] = []
        self.kept: list[int] = []
        self.quiet: set[int] = set()
        self.sweeps = 0
        self.started_alone = 0
        self.left: set[str] = set()
        self.away = 0
        self.doing: Callable[[int, Callable[[], bool]], None] = lambda _number, _stopping: None
        self._lock = Lock()

    def start_alone(self) -> None:
        self.started_alone += 1

    def take(self, limit: int) -> Sequence[int]:
        if self.away:
            self.away -= 1
            raise StoreAway
        with self._lock:
            took, self.due = self.due[:limit], self.due[limit:]
        return took

    def serve(
        self,
        taken: int,
        submit: Callable[[Callable[[], Any]], Future[Any]],
        stopping: Callable[[], bool],
    ) -> None:
        submit(lambda: self.doing(taken, stopping)).result()
        self.served.append(taken)

    def is_quiet(self, taken: int) -> bool:
        return taken in self.quiet

    def keep(self, taken: Sequence[int]) -> None:
        self.kept.extend(taken)

    def sweep(self) -> bool:
        self.sweeps += 1
        return False

    def seconds_to_next(self) -> float | None:
        return None

    def stop(self) -> None:
        return

    def leave(self) -> None:
        self.left.add(current_thread().name.split("-")[0])


class Silent:
    """Never notices anything."""

    def watch(self, ring: Callable[[], None], done: Event) -> None:
        done.wait()


@contextmanager
def looping(numbers: Numbers, *, threads: int = 2, **words: Any) -> Iterator[Event]:
    engine: Engine[int] = Engine(
        numbers, wake=Silent(), threads=threads, interval=0.02, recoverable=(StoreAway,), **words
    )
    stop = Event()
    worker = Thread(target=engine.run, args=(stop,))
    worker.start()
    try:
        yield stop
    finally:
        stop.set()
        worker.join(timeout=10)
    assert not worker.is_alive()


def eventually(true: Callable[[], bool]) -> None:
    ends = monotonic() + 5
    while not true():
        assert monotonic() < ends, "it did not happen in time"
        sleep(0.005)


def hanging(*due: int) -> tuple[Numbers, Event]:
    """Return lanes whose work lasts until the event is set."""
    release = Event()

    def hang(_number: int, _stopping: Callable[[], bool]) -> None:
        release.wait(5)

    numbers = Numbers(*due)
    numbers.doing = hang
    return numbers, release


def test_more_lanes_than_threads_are_all_served() -> None:
    numbers = Numbers(*range(20))
    with looping(numbers):
        eventually(lambda: len(numbers.served) == 20)
    assert sorted(numbers.served) == list(range(20))


def test_lanes_that_only_wait_for_their_provider_do_not_stop_the_others() -> None:
    numbers, release = hanging(1, 2, 3, 4)
    numbers.quiet = {1, 2, 3, 4}
    with looping(numbers, threads=2, most_lanes=6):
        eventually(lambda: not numbers.due)
        numbers.due.append(5)
        numbers.doing = lambda _number, _stopping: None
        eventually(lambda: 5 in numbers.served)
        release.set()


def test_only_so_many_lanes_may_wait_at_once() -> None:
    numbers, release = hanging(1, 2, 3, 4)
    numbers.quiet = {1, 2, 3, 4}
    with looping(numbers, threads=2, most_lanes=3):
        eventually(lambda: numbers.due == [4])
        sleep(0.1)
        assert numbers.due == [4]
        release.set()


def test_a_lane_that_breaks_is_its_own_affair() -> None:
    def breaks(number: int, _stopping: Callable[[], bool]) -> None:
        if number == 1:
            raise KeyError(number)

    numbers = Numbers(1, 2, 3)
    numbers.doing = breaks
    with looping(numbers):
        eventually(lambda: sorted(numbers.served) == [2, 3])


def test_a_store_that_was_away_is_tried_again() -> None:
    numbers = Numbers(1)
    numbers.away = 1
    with looping(numbers):
        eventually(lambda: numbers.served == [1])


def test_lanes_are_kept_while_something_long_is_done() -> None:
    numbers, release = hanging(7)
    with looping(numbers):
        eventually(lambda: numbers.kept.count(7) >= 3)
        release.set()
    assert numbers.served == [7]


def test_the_sweep_goes_on_while_every_thread_is_busy() -> None:
    numbers, release = hanging(1, 2)
    with looping(numbers):
        eventually(lambda: numbers.sweeps >= 5)
        release.set()


def test_stopping_waits_for_what_runs_and_tells_it() -> None:
    began = Event()
    told: list[bool] = []

    def notices(_number: int, stopping: Callable[[], bool]) -> None:
        began.set()
        eventually(stopping)
        told.append(True)

    numbers = Numbers(1)
    numbers.doing = notices
    with looping(numbers) as stop:
        assert began.wait(5)
        numbers.due.append(2)
        stop.set()
    assert told == [True]
    assert numbers.served == [1]


def test_every_thread_that_used_the_store_tidies_up() -> None:
    numbers = Numbers(1)
    with looping(numbers):
        eventually(lambda: numbers.served == [1])
    assert {"lane", "wire", "keeper"} <= numbers.left


def test_old_leases_are_ended_only_by_a_worker_that_is_alone(tmp_path: Path) -> None:
    numbers = Numbers()
    with looping(numbers, alone=OnlyWorker(tmp_path / "classbell.sqlite3")):
        eventually(lambda: numbers.sweeps > 0)
    assert numbers.started_alone == 1
    others = Numbers()
    with looping(others):
        eventually(lambda: others.sweeps > 0)
    assert others.started_alone == 0


def test_one_file_has_one_worker(tmp_path: Path) -> None:
    file = tmp_path / "classbell.sqlite3"
    with OnlyWorker(file), pytest.raises(ConfigurationFault, match="Another worker"):
        OnlyWorker(file).__enter__()
    with OnlyWorker(file):
        """The lock is free again."""


def test_a_pool_hands_over_results_and_errors_and_starts_no_more_threads_than_asked() -> None:
    left: list[str] = []
    names: set[str] = set()

    def job(number: int) -> int:
        names.add(current_thread().name)
        sleep(0.002)
        return 10 // number

    with Pool(3, "p", lambda: left.append("left")) as pool:
        futures = [pool.submit(lambda n=n: job(n)) for n in (*range(1, 11), 0)]  # type: ignore[misc]  # the default binds n
        assert [future.result() for future in futures[:10]] == [10 // n for n in range(1, 11)]
        with pytest.raises(ZeroDivisionError):
            futures[10].result()
    assert len(names) == len(left) <= 3
