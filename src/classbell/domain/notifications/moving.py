"""Putting mail that waits on another route; never mail that may have left already."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Least

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.ledger import WAITING, move
from classbell.delivery.work import ask, wake
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Route
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    Lane,
    Message,
    MessageState,
    Notification,
    Organisation,
)

WATCH_ROUTE = "watch_route"
"""Kind of the work item that looks whether the mail of a lane leaves."""

WATCH_AFTER = timedelta(minutes=2)
"""How long a lane is left alone, in business time, before it is looked at (again)."""

OTHER_KINDS = frozenset(kind.name for kind in REGISTRY.values() if kind.route is not Route.CATALOG)
"""Kinds whose route is not for the catalog to choose, although they may name one."""


def move_alone(organisation_id: UUID) -> None:
    """Wait until nobody else moves mail among an organisation's routes, then keep them off.

    First in a transaction that changes an account, Azure Communication Services or a catalog's
    route, and moves mail because of it. Such a transaction locks rows of several catalogs and
    lanes, in an order that follows from what it finds; two that met half-way would wait for each
    other. Sending and writing mail need not wait: rows that only refer to the organisation may.

    Args:
        organisation_id: whose routes.
    """
    rows = Organisation.objects.select_for_update(no_key=True).filter(pk=organisation_id)
    rows.values_list("pk").get()


def catalog_mail(catalog: Catalog) -> QuerySet[Message]:
    """Return what waits of the mail that goes by the route the catalog has chosen."""
    rows = Message.objects.filter(catalog=catalog, state__in=WAITING)
    # Not by a join: an update over one would judge the states of another moment on PostgreSQL.
    others = Notification.objects.filter(catalog=catalog, kind__in=OTHER_KINDS)
    return rows.exclude(notification__in=others)


def put_on(
    ports: Ports, rows: QuerySet[Message], lane: Lane, *, held: tuple[str, str] | None = None
) -> int:
    """Put those of the given messages that wait on a lane, in the caller's transaction or its own.

    Each moves by one conditional update, so that what a worker claims at the same moment stays
    where it is and nothing is sent by two routes. They keep their due time and with it their place;
    a pause that the former route made for them alone ends.

    Args:
        ports: clock and doorbell.
        rows: which messages.
        lane: who sends them from now on.
        held: code and plain sentence where they wait there; None where they go.

    Returns:
        How many were put there.
    """
    now = ports.clock.now()
    code, reason = held or ("", "")
    changes = {"lane": lane, "reason_code": code, "reason": reason}
    with transaction.atomic():
        if held is not None:
            kept = rows.filter(state=MessageState.HELD).update(**changes)
            start, end = MessageState.QUEUED, MessageState.HELD
            return kept + move(rows, start=start, end=end, now=now, **changes)
        changes |= {"attempt": 0, "due_at": _without_pause(now)}
        moved = rows.filter(state=MessageState.QUEUED).update(**changes)
        moved += move(rows, start=MessageState.HELD, end=MessageState.QUEUED, now=now, **changes)
        if moved:
            wake(ports, lane, now)
    return moved


def watch(ports: Ports, lane: Lane) -> None:
    """Have it looked, in a while, whether a lane's mail leaves; in the caller's transaction.

    Asked for with every part of a notification, it is one work item all the same.
    """
    ask(
        ports,
        housekeeping_lane(lane.organisation_id),
        kind=WATCH_ROUTE,
        subject=str(lane.pk),
        due_at=ports.clock.now() + WATCH_AFTER,
    )


def _without_pause(now: datetime) -> Case:
    """Return the due time of messages, now for those that a retry had put off until later."""
    moment = Value(now, output_field=DateTimeField())
    return Case(
        When(attempt__gt=0, then=Least(F("due_at"), moment)),
        default=F("due_at"),
        output_field=DateTimeField(),
    )
