"""Serving one taken lane: its mail and its work by priority, within pace, lease and time slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic, sleep

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from classbell.delivery.choosing import Head, due_heads, heads
from classbell.delivery.chores import do_chore, next_chore
from classbell.delivery.claims import Chosen, Prepared, claim, prepare
from classbell.delivery.doubt import doubt_older
from classbell.delivery.flight import Flight
from classbell.delivery.handlers import Handlers
from classbell.delivery.holding import Holding
from classbell.delivery.killpoints import AFTER_CLAIM, AFTER_SETTLE, BEFORE_SETTLE, reach
from classbell.delivery.lanes import LaneLost, TakenLane, finish, renew
from classbell.delivery.meter import Meter
from classbell.delivery.pace import URGENT, Budget, Pace, learned
from classbell.delivery.settle import settle
from classbell.delivery.wire import Claim, OneByOne, Outcome, Wire, send
from classbell.ports.bundle import Ports
from classbell.ports.errors import Verdict
from classbell.storage.models import Lane, LaneKind, WorkItem

log = structlog.get_logger(__name__)

SLICE_SECONDS = 2.0
"""Machine seconds after which a lane makes room for others that wait for a thread."""

ROUNDS_AHEAD = 4
"""For how many times the requests in flight mail is rendered at once, where the pace lets it go at
once: looking for what goes next costs nearly the same for one mail as for many. What is rendered is
not claimed yet, so a worker that dies leaves no more in doubt than was on the wire."""

PART_OF_A_MINUTE = 20
"""What is rendered at once leaves within this part of a minute: catalogs take turns that often."""

STORE_PAUSE_SECONDS = 0.25
"""Machine seconds between two tries to reach a store that is away."""


def never() -> bool:
    """Say that nobody asks to stop."""
    return False


def drain(
    ports: Ports,
    taken: TakenLane,
    handlers: Handlers,
    *,
    wire: Wire | None = None,
    stopping: Callable[[], bool] = never,
    meter: Meter | None = None,
) -> None:
    """Serve a lane until it has nothing more to do now, then let it go.

    No transaction is open while anything is on the wire.

    Args:
        ports: the clock.
        taken: the hold on the lane.
        handlers: what the lane is served with.
        wire: runs sends beside each other; without one they go one by one in this thread.
        stopping: asked between steps; once true, nothing more is begun.
        meter: what the lane has spent, where the caller held it last and knows.
    """
    lane = Lane.objects.get(pk=taken.lane_id)
    with structlog.contextvars.bound_contextvars(
        lane=str(lane), account=lane.key if lane.kind == LaneKind.MAILBOX else "", epoch=taken.epoch
    ):
        try:
            counted = meter or Meter(lane.pk)
            _Drain(ports, lane, taken, handlers, wire, stopping, counted).run()
        except LaneLost:
            log.warning("lane was taken over, leaving it to its new holder")


class _Drain:
    """One holder's work on one lane."""

    def __init__(  # noqa: PLR0917 -- private: what ``drain`` was given
        self,
        ports: Ports,
        lane: Lane,
        taken: TakenLane,
        handlers: Handlers,
        wire: Wire | None,
        stopping: Callable[[], bool],
        meter: Meter,
    ) -> None:
        self._clock = ports.clock
        self._lane = lane
        self._taken = taken
        self._handlers = handlers
        self._wire: Wire = wire or OneByOne()
        self._beside = wire is not None
        self._meter = meter
        self._holding = Holding(lane, taken, handlers, meter)
        self._stopping = stopping
        self._slice_ends = monotonic() + SLICE_SECONDS
        self._worked_last = False

    def run(self) -> None:
        """Work until nothing may be done now, the slice is over or somebody asks to stop."""
        doubtful = doubt_older(self._holding, self._clock.now())
        if doubtful:
            log.warning("envelopes of a lost holder are in doubt", envelopes=doubtful)
        while self._may_go_on() and self._step():
            pass
        finish(self._taken, self._next_at(self._clock.now()))

    def _may_go_on(self) -> bool:
        """Say whether another step may begin."""
        self._taken.last_step = monotonic()
        return not self._stopping() and monotonic() < self._slice_ends

    def _step(self) -> bool:
        """Do the most urgent thing that may be done now; False where there is none."""
        now = self._clock.now()
        if self._blocked_until(now) is not None:
            return False
        chosen = self._choose(now)
        chore = next_chore(self._lane, now)
        if chore is not None and self._goes_first(chore, chosen):
            self._worked_last = True
            self._told(do_chore(self._clock, self._lane, self._taken, self._handlers, chore))
            return True
        self._worked_last = False
        return chosen is not None and self._send_mail(chosen, now)

    def _goes_first(self, chore: WorkItem, mail: Chosen | None) -> bool:
        """Say whether work goes before mail; of equal priority they take turns."""
        if mail is None or chore.priority != mail.head.priority:
            return mail is None or chore.priority < mail.head.priority
        return not self._worked_last

    def _choose(self, now: datetime) -> Chosen | None:
        """Return the messages that go next: due, within the budget, fair among catalogs."""
        for head in due_heads(self._lane, self._meter, now):
            allowed = self._budget(head, now)
            if allowed.now_allowed:
                return Chosen(head, allowed)
        return None

    def _pace(self, now: datetime) -> Pace:
        """Return the figures in force: those configured, less what the lane has learned."""
        return learned(self._lane, self._handlers.pace, now)

    def _budget(self, head: Head, now: datetime) -> Budget:
        """Return what messages of a head's priority may spend."""
        return self._meter.budget(
            self._pace(now), now, urgent=head.priority <= URGENT, rounds=self._rounds(now)
        )

    def _send_mail(self, chosen: Chosen, now: datetime) -> bool:
        """Send one envelope or a few beside each other, and go on while nothing else is due.

        While some are on the wire the next are rendered. As soon as half of them have ended, one
        transaction settles these and claims as many others, so that the wire is never idle.
        """
        flight, ready = Flight(), self._prepare(chosen, now)
        claims = self._settle_and_claim([], self._next_of(ready, flight))
        while claims or flight:
            if claims:
                reach(AFTER_CLAIM)
            for each in claims:
                flight.add(self._wire.submit(self._job(each)))
            ready = ready or self._prepare_next()
            outcomes = flight.land(max(1, len(flight) // 2) if ready else len(flight))
            reach(BEFORE_SETTLE)
            claims = self._settle_and_claim(outcomes, self._next_of(ready, flight))
        return True

    def _next_of(self, ready: list[Prepared], flight: Flight) -> list[Prepared]:
        """Take from what is rendered as much as there is room for on the wire."""
        room = max(0, self._width(self._clock.now()) - len(flight))
        first, ready[:] = ready[:room], ready[room:]
        return first

    def _width(self, now: datetime) -> int:
        """Return how many requests may be on the wire at once."""
        return self._pace(now).requests_in_flight if self._beside else 1

    def _rounds(self, now: datetime) -> int:
        """Return for how many times that mail is rendered at once."""
        a_minute = self._pace(now).messages_per_minute
        if not a_minute:
            return ROUNDS_AHEAD
        return max(1, min(ROUNDS_AHEAD, a_minute // PART_OF_A_MINUTE // self._width(now)))

    def _job(self, each: Claim) -> Callable[[], Outcome]:
        """Bind one send for another thread."""
        return lambda: send(self._lane, self._taken, self._handlers, each)

    def _prepare(self, chosen: Chosen, now: datetime) -> list[Prepared]:
        """Render the envelopes that go next."""
        most = self._width(now) * self._rounds(now)
        return prepare(self._lane, self._handlers, self._pace(now), chosen, now, most=most)

    def _prepare_next(self) -> list[Prepared]:
        """Render what follows, unless something else has its turn."""
        if not self._may_go_on():
            return []
        try:
            now = self._clock.now()
            chosen = self._choose(now)
            chore = next_chore(self._lane, now)
            if chosen is None or (chore is not None and self._goes_first(chore, chosen)):
                return []
            return self._prepare(chosen, now)
        except (OperationalError, InterfaceError) as problem:
            # What is on the wire must be settled all the same.
            log.warning("store does not answer, preparing nothing", problem=str(problem))
            return []

    def _settle_and_claim(
        self, outcomes: Sequence[Outcome], ready: Sequence[Prepared]
    ) -> list[Claim]:
        """Settle what was sent and claim what goes next; tell of a lost account afterwards."""
        try:
            lost, claims = self._in_one_transaction(outcomes, ready)
        except (OperationalError, InterfaceError) as problem:
            if not outcomes:
                raise
            log.warning(
                "store does not answer, keeping what is to be settled", problem=str(problem)
            )
            lost, claims = self._settle_when_store_is_back(outcomes), []
        if outcomes:
            reach(AFTER_SETTLE)
        self._told(lost)
        return claims

    def _in_one_transaction(
        self, outcomes: Sequence[Outcome], ready: Sequence[Prepared]
    ) -> tuple[Verdict | None, list[Claim]]:
        """Renew the lease, which fences the rest, then settle and claim."""
        now = self._clock.now()
        with transaction.atomic():
            renew(self._taken)
            lost = settle(self._holding, outcomes, self._pace(now), now)
            rests = self._lane.blocked_until is not None and self._lane.blocked_until > now
            # What was rendered first goes even where that took the whole slice: on a slow machine
            # nothing ever would, otherwise.
            more = self._may_go_on() if outcomes else not self._stopping()
            if rests or not more:
                return lost, []
            return lost, claim(self._holding, ready, now)

    def _settle_when_store_is_back(self, outcomes: Sequence[Outcome]) -> Verdict | None:
        """Write down what is known already, as long as the lane is surely ours.

        A store that restarts would otherwise leave in doubt what the provider has answered.
        """
        while True:
            connection.close()
            sleep(STORE_PAUSE_SECONDS)
            try:
                return self._in_one_transaction(outcomes, [])[0]
            except (OperationalError, InterfaceError):
                if not self._taken.may_send():
                    raise

    def _told(self, lost: Verdict | None) -> None:
        """Tell the owner of a lost account, outside any transaction."""
        if lost is not None:
            log.warning("account cannot work", verdict=lost.kind.value, reason_code=lost.code)
            self._handlers.on_account_verdict(self._lane, lost)

    def _blocked_until(self, now: datetime) -> datetime | None:
        """Read anew whether the lane rests; a reconnect may have ended its pause."""
        self._lane.refresh_from_db(fields=["blocked_until"])
        until = self._lane.blocked_until
        return until if until is not None and until > now else None

    def _next_at(self, now: datetime) -> datetime | None:
        """Return when the lane has something to do again."""
        times = [
            (self._budget(head, now).next_at or now) if head.due_at <= now else head.due_at
            for head in heads(self._lane)
        ]
        first = WorkItem.objects.filter(lane=self._lane).order_by("due_at").first()
        if first is not None:
            times.append(first.due_at)
        if not times:
            return None
        return max(min(times), self._blocked_until(now) or now)
