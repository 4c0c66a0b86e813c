"""The loop: takes many lanes at once, serves them on threads, sweeps, and stops gently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

import structlog

from classbell.engine.pool import Pool
from classbell.network.measures import DATABASE_ERRORS

log = structlog.get_logger(__name__)

Taken = TypeVar("Taken")

INTERVAL_SECONDS = 0.5
"""The sweep looks at business time this often, so that a jump of it shows within a second."""

BUSY_SECONDS = 0.1
"""How often it is looked whether a lane that is served has come to wait for its provider."""

BRIEFEST_SECONDS = 0.02
"""Shortest wait between two looks at the lanes."""


class Service(Protocol[Taken]):
    """What the loop drives. Every method may be called from any thread."""

    lease_seconds: float

    def start_alone(self) -> None:
        """End the leases that a former worker left; called where this worker is the only one."""
        ...

    def take(self, limit: int) -> Sequence[Taken]:
        """Take up to ``limit`` lanes that are due."""
        ...

    def serve(
        self,
        taken: Taken,
        submit: Callable[[Callable[[], Any]], Future[Any]],
        stopping: Callable[[], bool],
    ) -> None:
        """Serve one lane on this thread, with ``submit`` for what runs beside it."""
        ...

    def is_quiet(self, taken: Taken) -> bool:
        """Say whether a lane that is served only waits for its provider at present."""
        ...

    def keep(self, taken: Sequence[Taken]) -> None:
        """Renew the leases of lanes being served."""
        ...

    def sweep(self) -> bool:
        """Do what is due by time alone; True where more of it is left."""
        ...

    def seconds_to_next(self) -> float | None:
        """Return the seconds until the next lane falls due, or None."""
        ...

    def stop(self) -> None:
        """Note that this worker has ended as it should."""
        ...

    def leave(self) -> None:
        """Tidy up on a thread that is about to end."""
        ...


class Wake(Protocol):
    """Notices that lanes may have become due."""

    def watch(self, ring: Callable[[], None], done: Event) -> None:
        """Call ``ring`` at each sign until ``done`` is set; runs on a thread of its own."""
        ...


class Engine(Generic[Taken]):
    """One worker.

    Args:
        service: what to drive.
        wake: notices rings.
        threads: how many lanes are worked on at once.
        wires: how many calls to providers are under way at once.
        most_lanes: how many lanes are held at once, those included that only wait for a provider
            that does not answer; so that a hundred hanging providers do not stop the others.
        recoverable: errors of the store or the clock that pass; the loop waits and goes on.
        alone: entered before anything else where this must be the only worker; its leases are
            then cleared. None where several may run.
        interval: machine seconds between sweeps.
    """

    def __init__(
        self,
        service: Service[Taken],
        *,
        wake: Wake,
        threads: int = 16,
        wires: int = 32,
        most_lanes: int = 0,
        recoverable: tuple[type[Exception], ...] = (),
        alone: AbstractContextManager[object] | None = None,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._service = service
        self._wake = wake
        self._threads = threads
        self._wires = wires
        self._most_lanes = max(threads, most_lanes)
        self._recoverable = recoverable
        self._alone = alone
        self._interval = interval
        self._woken = Event()
        self._lock = Lock()
        self._running: set[Taken] = set()
        self._swept_at = 0.0

    def run(self, stop: Event) -> None:
        """Work until ``stop`` is set, then let every lane finish its step and go.

        Args:
            stop: set by whoever wants the worker to end.
        """
        finished = Event()
        with self._alone or nullcontext():
            if self._alone is not None:
                self._service.start_alone()
            helpers = [
                Thread(target=self._pass_on, args=(stop,), name="stop", daemon=True),
                Thread(target=self._keep_leases, args=(finished,), name="keeper", daemon=True),
                Thread(
                    target=self._wake.watch,
                    args=(self._woken.set, finished),
                    name="wake",
                    daemon=True,
                ),
            ]
            for helper in helpers:
                helper.start()
            try:
                self._loop(stop)
            finally:
                stop.set()
                finished.set()
                for helper in helpers:
                    helper.join(timeout=5)
                self._say_goodbye()
                self._service.leave()

    def _say_goodbye(self) -> None:
        """Note the end; where the store is away, the note grows old by itself."""
        try:
            self._service.stop()
        except self._recoverable as problem:
            log.warning("store does not answer at the end", problem=str(problem))

    def _loop(self, stop: Event) -> None:
        """Take and serve; leaving the pools waits for what still runs."""
        with (
            Pool(self._wires, "wire", self._service.leave) as wire,
            Pool(self._most_lanes, "lane", self._service.leave) as lanes,
        ):
            log.info("worker takes lanes", threads=self._threads)
            while not stop.is_set():
                self._woken.clear()
                try:
                    pause = self._round(lanes, wire, stop)
                except self._recoverable as problem:
                    DATABASE_ERRORS.labels("worker").inc()
                    log.warning("store or clock does not answer, waiting", problem=str(problem))
                    pause = 1.0
                if pause > 0 and not stop.is_set():
                    self._woken.wait(pause)
            log.info("worker stops, finishing what is under way", lanes=len(self._held()))

    def _round(self, lanes: Pool, wire: Pool, stop: Event) -> float:
        """Take what is due and sweep if it is time.

        Returns:
            Machine seconds to wait for a sign; 0 where there may be more to take at once.
        """
        free = self._free()
        took = self._service.take(free) if free else ()
        for taken in took:
            with self._lock:
                self._running.add(taken)
            lanes.submit(partial(self._serve, taken, wire, stop))
        more = False
        if monotonic() - self._swept_at >= self._interval:
            self._swept_at = monotonic()
            more = self._service.sweep()
        if more:
            self._swept_at = 0.0
            return BRIEFEST_SECONDS
        if len(took) == free:
            # Every thread is busy: the first that gets free rings, one that only waits does not.
            return min(self._interval, BUSY_SECONDS)
        next_in = self._service.seconds_to_next()
        wait = self._interval if next_in is None else min(self._interval, next_in)
        return max(wait, BRIEFEST_SECONDS)

    def _serve(self, taken: Taken, wire: Pool, stop: Event) -> None:
        """Serve one lane; a failure is that lane's alone."""
        try:
            self._service.serve(taken, wire.submit, stop.is_set)
        except Exception:  # one lane's failure must not end the others'; its lease will end
            log.exception("serving a lane failed", taken=str(taken))
        finally:
            with self._lock:
                self._running.discard(taken)
            self._woken.set()

    def _free(self) -> int:
        """Return how many lanes more may be taken; those that only wait take up no share."""
        held = self._held()
        busy = sum(not self._service.is_quiet(taken) for taken in held)
        return max(0, min(self._threads - busy, self._most_lanes - len(held)))

    def _held(self) -> list[Taken]:
        """Return the lanes being served."""
        with self._lock:
            return list(self._running)

    def _keep_leases(self, finished: Event) -> None:
        """Renew leases until all is done, so that long work keeps its lane."""
        while not finished.wait(self._service.lease_seconds / 3):
            held = self._held()
            if not held:
                continue
            try:
                self._service.keep(held)
            except self._recoverable as problem:
                log.warning("leases could not be renewed", problem=str(problem))
        self._service.leave()

    def _pass_on(self, stop: Event) -> None:
        """Wake the loop when it is to stop."""
        stop.wait()
        self._woken.set()
