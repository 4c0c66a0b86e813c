"""When a route cannot carry a catalog's mail, or another was chosen: what waits is moved, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from classbell.delivery.doubt import LOOK_UP
from classbell.delivery.hold import hold
from classbell.delivery.ledger import WAITING
from classbell.domain.connections.alarms import email_provider_accepted, email_provider_refused
from classbell.domain.connections.waiting import leave_if_much_or_old
from classbell.domain.notifications.destination import (
    NOT_ACTIVATED,
    NOT_ACTIVATED_REASON,
    Destination,
    destination_for,
)
from classbell.domain.notifications.lane_state import lane_works, refusal
from classbell.domain.notifications.moving import (
    OTHER_KINDS,
    WATCH_AFTER,
    catalog_mail,
    put_on,
)
from classbell.domain.notifications.routes import move_on
from classbell.domain.organisations.audit import CLASSBELL, Actor, Facts, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    Connection,
    EmailProvider,
    HealthEvent,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Notification,
    WorkItem,
)
from classbell.storage.queries.email_provider import connections_of

AZURE = "Azure Communication Services"

UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)
"""States of mail that may show whether its lane works; what is held waits for an event."""


def reroute_catalog(
    ports: Ports, connection: Connection, *, chosen_anew: bool = False, actor: Actor = CLASSBELL
) -> int:
    """Move the catalog's waiting mail to where its mail goes now. Joins the caller's transaction.

    Mail moves off a lane that cannot carry it, and only while it waits: what is on the wire, and
    what may have left, stays. It never moves back by itself, so nothing goes out twice.

    Args:
        ports: the outside world.
        connection: the catalog's setting, with account and catalog.
        chosen_anew: whether an admin has just chosen another route, so that mail moves although its
            lane could carry it.
        actor: on whose behalf.

    Returns:
        How many messages were moved.
    """
    target, moved = destination_for(ports, connection), 0
    if target.lane is None or not (target.works or target.state == MessageState.HELD):
        return 0
    elsewhere = catalog_mail(connection.catalog).filter(lane__isnull=False)
    elsewhere = elsewhere.exclude(lane=target.lane)
    with transaction.atomic():
        for source in Lane.objects.filter(messages__in=elsewhere).distinct():
            if not chosen_anew:
                if lane_works(source, ports.clock.now()):
                    continue
                _leave_much_or_old(ports, connection, source)
            moved += _moved(ports, connection, source, target, actor)
    return moved


def reroute_account(ports: Ports, account: Account) -> int:
    """Move the waiting mail of the catalogs that may fall over, once their account is lost or back.

    Joins the caller's transaction.

    Returns:
        How many messages were moved.
    """
    rows = Connection.objects.filter(account=account, enabled=True, fall_over=True)
    return sum(
        reroute_catalog(ports, connection)
        for connection in rows.select_related("account", "catalog")
    )


def watch_route(ports: Ports, _lane: Lane, lane_id: str) -> datetime | None:
    """Look whether a lane's mail leaves, and move what may take another route if it does not.

    The work handler «watch_route». Where it is the operator's fault, the operator is told, once.

    Returns:
        When to look again; None once nothing goes there.
    """
    lane, now = Lane.objects.filter(pk=int(lane_id)).first(), ports.clock.now()
    if lane is None:
        return None
    if lane.kind == LaneKind.ACS:
        _tell_operator(ports, lane, now)
    if not lane_works(lane, now):
        _leave(ports, lane)
    return now + WATCH_AFTER if _is_under_way(lane) else None


def leave_alerts(ports: Ports, lane: Lane) -> int:
    """Put alerts and the like that wait on a lane that cannot carry them on the next route."""
    others = Notification.objects.filter(organisation=lane.organisation_id, kind__in=OTHER_KINDS)
    rows = Message.objects.filter(lane=lane, state__in=WAITING, notification__in=others)
    return move_on(ports, rows, lane, lane.organisation_id)


def hold_until_activated(ports: Ports, lane: Lane) -> int:
    """Hold what waits on the lane of a deactivated resource and may take no other route."""
    now = ports.clock.now()
    return hold(lane, reason_code=NOT_ACTIVATED, reason=NOT_ACTIVATED_REASON, now=now)


def _moved(
    ports: Ports, connection: Connection, source: Lane, target: Destination, actor: Actor
) -> int:
    """Move the mail of one lane and write down that it was moved."""
    lane = target.lane
    if lane is None:
        return 0
    rows = catalog_mail(connection.catalog).filter(lane=source)
    held = target.reason if target.state == MessageState.HELD else None
    moved = put_on(ports, rows, lane, held=held)
    if moved:
        facts = {"messages": moved, "from": _named(source), "to": _named(lane)}
        _note(ports, connection, facts, actor)
    return moved


def _leave(ports: Ports, lane: Lane) -> None:
    """Move what may leave a lane that cannot carry it."""
    waiting = Message.objects.filter(lane=lane, state__in=WAITING)
    rows = Connection.objects.filter(catalog__messages__in=waiting, enabled=True, fall_over=True)
    for connection in rows.select_related("account", "catalog").distinct():
        reroute_catalog(ports, connection)
    if lane.kind == LaneKind.ACS:
        leave_alerts(ports, lane)
        if not EmailProvider.objects.filter(pk=lane.key, active=True).exists():
            hold_until_activated(ports, lane)


def _is_under_way(lane: Lane) -> bool:
    """Say whether mail goes there, or may come back to it when it is known what became of it."""
    mail = Message.objects.filter(lane=lane, state__in=UNDER_WAY)
    return mail.exists() or WorkItem.objects.filter(lane=lane, kind=LOOK_UP).exists()


def _tell_operator(ports: Ports, lane: Lane, now: datetime) -> None:
    """Tell the operator that Azure refuses the organisation's mail, or end that alarm.

    When it has ended, mail that waits for another route that cannot carry it may come here.
    """
    provider = EmailProvider.objects.filter(pk=lane.key, active=True).first()
    if provider is None:
        return
    refused = refusal(lane, now, provider.activated_at)
    if refused is not None:
        email_provider_refused(ports, provider, refused)
    elif email_provider_accepted(ports, provider, lane):
        for connection in connections_of(provider.organisation_id):
            reroute_catalog(ports, connection)


def _leave_much_or_old(ports: Ports, connection: Connection, source: Lane) -> None:
    """Leave to an admin what was held on a lane and is too much, or too late, to go by itself."""
    held = catalog_mail(connection.catalog).filter(lane=source, state=MessageState.HELD)
    leave_if_much_or_old(ports, connection.catalog, held)


def _named(lane: Lane) -> str:
    """Return what people call a lane."""
    if lane.kind == LaneKind.ACS:
        return AZURE
    account = Account.objects.filter(pk=lane.key).first()
    return account.address if account else "the account"


def _note(ports: Ports, connection: Connection, facts: Facts, actor: Actor) -> None:
    """Write record, event and the account's history."""
    catalog = connection.catalog
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="mail.rerouted",
        subject=f"catalog:{catalog.slug}",
        after=facts,
    )
    emit(
        ports,
        catalog=catalog,
        name="mail.rerouted",
        payload={"catalog": catalog.slug, **facts},
    )
    if connection.account is not None:
        detail = (
            f"Of «{catalog.title}»: {facts['messages']} waiting, from {facts['from']} to "
            f"{facts['to']}."
        )
        HealthEvent.objects.create(
            account=connection.account,
            at=ports.clock.now(),
            name="rerouted",
            detail=detail[:500],
        )
