"""Delivery as the engine sees it: taking lanes, serving them, keeping them, and the sweep."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from time import monotonic

from django.db import close_old_connections, connections

from classbell.delivery.drain import drain
from classbell.delivery.handlers import Handlers
from classbell.delivery.heartbeat import BEAT_SECONDS, beat, no_more
from classbell.delivery.hold import expire_due
from classbell.delivery.lanes import (
    LEASE_SECONDS,
    TakenLane,
    end_all_leases,
    keep,
    next_due,
    take,
)
from classbell.delivery.meter import Meter
from classbell.delivery.wire import Outcome, Wire
from classbell.network.measures import LANE_SECONDS
from classbell.network.tracing import span
from classbell.ports.bundle import Ports
from classbell.storage.models import Lane

EXPIRE_AT_ONCE = 500

MOST_METERS = 10_000
"""Of how many lanes it is remembered what they have spent."""

QUIET_SECONDS = 0.25
"""A lane that has waited for its provider for longer needs no share of this worker meanwhile."""

PATIENCE_SECONDS = 120.0
"""A step without an end is given up after this; every call to a provider ends far sooner."""


def nothing_more() -> bool:
    """Do nothing besides: the default of ``also``."""
    return False


class LaneService:
    """Serves lanes with what the domain provides.

    Args:
        ports: the outside world.
        handlers_for: what a lane is served with.
        lease_seconds: machine seconds for which a lane is held without a sign of life.
        holder: who holds the lanes, for people to read; host and process by default.
        also: what a sweep does besides; says whether there is more of it.
    """

    def __init__(
        self,
        ports: Ports,
        handlers_for: Callable[[Lane], Handlers],
        *,
        lease_seconds: float = LEASE_SECONDS,
        holder: str = "",
        also: Callable[[], bool] = nothing_more,
    ) -> None:
        self._ports = ports
        self._handlers_for = handlers_for
        self._holder = (holder or f"{socket.gethostname()}:{os.getpid()}")[-100:]
        self._also = also
        self.lease_seconds = lease_seconds
        self._beaten_at = -BEAT_SECONDS
        self._meters: dict[int, tuple[int, Meter]] = {}

    def start_alone(self) -> None:
        """End the leases of a worker that is known to be gone."""
        end_all_leases()

    def take(self, limit: int) -> Sequence[TakenLane]:
        """Take lanes that are due by business time."""
        close_old_connections()
        return take(
            self._ports.clock.now(),
            holder=self._holder,
            limit=limit,
            lease_seconds=self.lease_seconds,
        )

    def serve(
        self,
        taken: TakenLane,
        submit: Callable[[Callable[[], Outcome]], Future[Outcome]],
        stopping: Callable[[], bool],
    ) -> None:
        """Serve one lane on the calling thread.

        What is raised leaves the lane to its lease: it is taken again when that has ended.
        """
        close_old_connections()
        try:
            lane = Lane.objects.get(pk=taken.lane_id)
            with span("lane turn", kind=lane.kind), LANE_SECONDS.labels(lane.kind).time():
                drain(
                    self._ports,
                    taken,
                    self._handlers_for(lane),
                    wire=Submitting(submit),
                    stopping=stopping,
                    meter=self._meter(taken),
                )
        finally:
            close_old_connections()

    def is_quiet(self, taken: TakenLane) -> bool:
        """Say whether a lane only waits for its provider at present."""
        return monotonic() - taken.last_step > QUIET_SECONDS

    def _meter(self, taken: TakenLane) -> Meter:
        """Return what a lane has spent, from memory where nobody else has held it meanwhile."""
        epoch, meter = self._meters.pop(taken.lane_id, (0, None))
        if meter is None or epoch != taken.epoch - 1:
            meter = Meter(taken.lane_id)
        if len(self._meters) >= MOST_METERS:
            self._meters.clear()
        self._meters[taken.lane_id] = (taken.epoch, meter)
        return meter

    def keep(self, taken: Sequence[TakenLane]) -> None:
        """Renew the leases of lanes that are being served."""
        close_old_connections()
        keep(taken, patience_seconds=PATIENCE_SECONDS)

    def sweep(self) -> bool:
        """Give up messages whose time has passed, and what else waits for no lane.

        Now and then it is also noted that this worker is alive.
        """
        if monotonic() - self._beaten_at >= BEAT_SECONDS:
            self._beaten_at = monotonic()
            beat(self._holder, self._ports.installation.version)
        more = expire_due(self._ports.clock.now(), limit=EXPIRE_AT_ONCE) == EXPIRE_AT_ONCE
        return self._also() or more

    def seconds_to_next(self) -> float | None:
        """Return business seconds until the next lane falls due, or None."""
        now = self._ports.clock.now()
        due_at = next_due(now)
        return None if due_at is None else (due_at - now).total_seconds()

    def stop(self) -> None:
        """Take the sign of life back, for this worker ends as it should."""
        no_more(self._holder)

    def leave(self) -> None:
        """Close this thread's connection to the store, for the thread is about to end."""
        connections.close_all()


class Submitting(Wire):
    """A wire over a pool of threads."""

    def __init__(self, submit: Callable[[Callable[[], Outcome]], Future[Outcome]]) -> None:
        self._submit = submit

    def submit(self, job: Callable[[], Outcome], /) -> Future[Outcome]:
        """Start one send on a thread of the pool; what it logs carries what this thread's does."""
        context = copy_context()
        return self._submit(lambda: context.run(self._on_its_thread, job))

    @staticmethod
    def _on_its_thread(job: Callable[[], Outcome]) -> Outcome:
        """Send; the adapter may read the store, on a connection that must be alive."""
        close_old_connections()
        try:
            return job()
        finally:
            close_old_connections()
