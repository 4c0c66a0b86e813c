"""What each kind of lane is served with, and the loop that serves them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError, transaction

from classbell.bootstrap.outside import most_lanes, ports, settings, wires
from classbell.bootstrap.routes import mailbox_pace, route_of
from classbell.config import Settings
from classbell.delivery.doubt import LOOK_UP, look_up
from classbell.delivery.following import FOLLOW, follow
from classbell.delivery.handlers import Handlers, WorkFunction
from classbell.delivery.hourly import COUNT_HOURS, count_hours
from classbell.delivery.lanes import TakenLane, housekeeping_lane
from classbell.delivery.pace import Pace
from classbell.delivery.retention import PURGE, purge_daily
from classbell.delivery.service import LaneService
from classbell.delivery.work import BULK, ask
from classbell.domain.backups.putting_back import require_finished
from classbell.domain.connections.alerts import STILL_LOST, still_lost
from classbell.domain.connections.connect import FORGET_PENDING, forget_pending
from classbell.domain.connections.daily import (
    OPERATOR_CHECK,
    ask_operator_check,
    daily_check,
    operator_check,
)
from classbell.domain.connections.daily_times import DAILY_CHECK
from classbell.domain.connections.handover import HAND_OVER, hand_over
from classbell.domain.connections.lost import lane_verdict
from classbell.domain.connections.rerouting import watch_route
from classbell.domain.connections.trouble import TROUBLE_CHECK, ask_trouble_check, trouble_check
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.moving import WATCH_ROUTE
from classbell.domain.notifications.notify import EXPAND
from classbell.domain.notifications.preferences import CANCEL_DECLINED, cancel_declined
from classbell.domain.notifications.reminders.send import REMIND, send_reminders
from classbell.domain.notifications.render import Renderer, resends_unknown
from classbell.domain.notifications.returned import READ_RETURNS, read_returns
from classbell.domain.notifications.routes import REROUTE, reroute
from classbell.domain.organisations.audit_keeping import KEEP_RECORD, keep_record
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.reconcile_shared import reconcile_shared
from classbell.domain.scheduling.request import RECONCILE, REFRESH_ROOMS, SHARE, WATCH
from classbell.domain.scheduling.room_listing import refresh_rooms
from classbell.domain.scheduling.watch import begin_watching, watch_calendar
from classbell.domain.webhooks.deliver import deliver_next
from classbell.domain.webhooks.pass_on import DELIVER, pass_on_events
from classbell.engine.alone import OnlyWorker
from classbell.engine.loop import Engine
from classbell.engine.wake_postgresql import Listener
from classbell.engine.wake_sqlite import DataVersion
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.storage.models import Lane
from classbell.storage.queries.delivery import CHANNEL, own_domains


def pace() -> Pace:
    """Return the figures that the operator set for a mailbox."""
    return mailbox_pace(settings())


def handlers_for(lane: Lane) -> Handlers:
    """Return what the work of a lane needs: rendering, sending, verdicts and work items."""
    outside, chosen = ports(), settings()
    route = route_of(outside, chosen, lane)
    handlers = Handlers(
        render=Renderer(outside).render,
        send=route.send,
        on_account_verdict=partial(lane_verdict, outside),
        work={},
        pace=route.pace.with_figures(lane.figures).smoothed(),
        traceable=route.traceable,
        look_up=route.look_up,
        follows=route.follows,
        resends_unknown=resends_unknown,
        is_external=partial(_is_external, own_domains(lane.organisation_id)),
    )
    return replace(handlers, work=_work(outside, chosen, handlers))


def _work(outside: Ports, chosen: Settings, handlers: Handlers) -> dict[str, WorkFunction]:
    """Return what lanes do beside mail, by the name that is in their work items."""
    return {
        CANCEL_DECLINED: partial(cancel_declined, outside),
        COUNT_HOURS: partial(count_hours, outside.clock),
        DAILY_CHECK: partial(daily_check, outside),
        EXPAND: partial(expand_notification, outside),
        FOLLOW: partial(follow, outside, handlers),
        HAND_OVER: partial(hand_over, outside),
        DELIVER: partial(deliver_next, outside),
        FORGET_PENDING: partial(forget_pending, outside),
        KEEP_RECORD: partial(keep_record, outside, chosen.audit_retention_days),
        LOOK_UP: partial(look_up, outside.clock, handlers),
        OPERATOR_CHECK: partial(operator_check, outside),
        PURGE: partial(purge_daily, outside.clock, chosen.retention_days),
        READ_RETURNS: partial(read_returns, outside),
        RECONCILE: partial(reconcile, outside),
        REFRESH_ROOMS: partial(refresh_rooms, outside),
        REMIND: partial(send_reminders, outside),
        REROUTE: partial(reroute, outside),
        SHARE: partial(reconcile_shared, outside),
        STILL_LOST: partial(still_lost, outside),
        TROUBLE_CHECK: partial(trouble_check, outside),
        WATCH: partial(watch_calendar, outside, timedelta(minutes=chosen.watch_minutes)),
        WATCH_ROUTE: partial(watch_route, outside),
    }


def _is_external(own: frozenset[str], address: str) -> bool:
    """Say whether an address lies outside the organisation's own domains."""
    return address.rpartition("@")[2].casefold() not in own


def begin_daily_work() -> None:
    """Ask for the installation's regular work; a worker does so when it starts."""
    outside = ports()
    ask_operator_check(outside)
    ask_trouble_check(outside)
    begin_watching(outside)
    with transaction.atomic():
        lane, now = housekeeping_lane(None), outside.clock.now()
        for kind in (PURGE, COUNT_HOURS):
            ask(outside, lane, kind=kind, subject="messages", due_at=now, priority=BULK)
        ask(outside, lane, kind=KEEP_RECORD, subject="audit", due_at=now, priority=BULK)


@contextmanager
def no_worker() -> Iterator[None]:
    """Keep workers off this process's SQLite file meanwhile; PostgreSQL's have no such lock.

    Raises:
        ConfigurationFault: a worker serves it.
    """
    path = settings().sqlite_path
    if path is None:
        yield
        return
    path.absolute().parent.mkdir(parents=True, exist_ok=True)
    with OnlyWorker(path):
        yield


def engine() -> Engine[TakenLane]:
    """Return the worker's loop for this process's store.

    Raises:
        ConfigurationFault: a required setting is missing or unusable, or the database was put back
            from a backup and that was not finished.
    """
    chosen = settings()
    require_finished()
    path = chosen.sqlite_path
    return Engine(
        LaneService(ports(), handlers_for, also=partial(pass_on_events, ports())),
        wake=DataVersion(path) if path else Listener(chosen.listen_url, CHANNEL),
        threads=chosen.worker_threads,
        wires=wires(chosen),
        most_lanes=most_lanes(chosen),
        recoverable=(DatabaseError, InterfaceError, ConfigurationFault),
        alone=OnlyWorker(path) if path else None,
    )
