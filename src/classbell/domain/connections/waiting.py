"""Mail of one catalog that cannot go now: kept apart from the lane, and let go again."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min, QuerySet

from classbell.delivery.doubt import RESTORED, RESTORED_REASON
from classbell.delivery.hold import release
from classbell.delivery.ledger import move
from classbell.domain.connections.alerts import tell_held_mail
from classbell.domain.notifications.destination import destination_for
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Route
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    Connection,
    Lane,
    Message,
    MessageState,
    Notification,
)

SWITCHED_OFF = "switched_off"
DISCONNECTED = "disconnected"
LOST = "connection_lost"
ACCOUNT_CHANGED = "account_changed"
MUCH_OR_OLD = "held_long"

REASONS = {
    SWITCHED_OFF: "The catalog's Microsoft 365 connection was switched off.",
    DISCONNECTED: "The catalog's account was disconnected.",
    LOST: "The connection to the account is lost; the message waits for it.",
    ACCOUNT_CHANGED: "The catalog was connected to another account; an admin has to decide.",
    MUCH_OR_OLD: "It is much or old mail that had to wait; an admin has to decide.",
    RESTORED: RESTORED_REASON,
}

ALERTS = frozenset(kind.name for kind in REGISTRY.values() if kind.route is Route.SYSTEM)
"""Kinds that may take a lane of the catalog's, but are not the catalog's mail."""

TO_DECIDE = frozenset({ACCOUNT_CHANGED, MUCH_OR_OLD, RESTORED})
"""Reasons of mail that goes out only when an admin says so."""


def set_aside(catalog: Catalog, lane: Lane, *, reason_code: str, now: datetime) -> int:
    """Take the catalog's waiting mail off a lane and hold it until it expires.

    Runs in the caller's transaction. Mail of other catalogs that share the account stays; what is
    on the wire settles by itself.

    Args:
        catalog: whose mail.
        lane: the lane that shall not send it.
        reason_code: one of the codes of this module.
        now: business time.

    Returns:
        How many messages wait without a lane now because of this.
    """
    alerts = Notification.objects.filter(catalog=catalog, kind__in=ALERTS)
    rows = Message.objects.filter(catalog=catalog, lane=lane).exclude(notification__in=alerts)
    reason = REASONS[reason_code]
    held = rows.filter(state=MessageState.HELD).update(
        lane=None, reason_code=reason_code, reason=reason
    )
    return held + move(
        rows,
        start=MessageState.QUEUED,
        end=MessageState.HELD,
        now=now,
        lane=None,
        reason_code=reason_code,
        reason=reason,
    )


def set_aside_rows(catalog: Catalog) -> QuerySet[Message]:
    """Return the catalog's mail that is held and belongs to no lane."""
    return Message.objects.filter(catalog=catalog, lane=None, state=MessageState.HELD)


def rows_to_decide(catalog: Catalog) -> QuerySet[Message]:
    """Return the catalog's mail that goes out only when an admin says so."""
    return set_aside_rows(catalog).filter(reason_code__in=TO_DECIDE)


def bring_back(ports: Ports, connection: Connection) -> int:
    """Put the catalog's mail that was set aside where its mail goes now, and let it go.

    Runs in the caller's transaction. Much or old mail is left for an admin to decide on, and so is
    what was left for that before. Where the route cannot carry it, the mail waits there.

    Returns:
        How many messages of the lane are queued again.
    """
    catalog, target = connection.catalog, destination_for(ports, connection)
    rows = set_aside_rows(catalog).exclude(reason_code__in=TO_DECIDE)
    if target.lane is None:
        return 0
    if target.state == MessageState.HELD:
        code, reason = target.reason
        rows.update(lane=target.lane, reason_code=code, reason=reason)
        return 0
    if leave_if_much_or_old(ports, catalog, rows) or not rows.update(lane=target.lane):
        return 0
    return release(ports, target.lane, ports.clock.now())


def leave_for_decision(ports: Ports, catalog: Catalog) -> int:
    """Leave the mail set aside to an admin, after a change of account; its admins are told.

    Returns:
        How many messages wait so.
    """
    return _leave(ports, catalog, set_aside_rows(catalog), ACCOUNT_CHANGED)


def keep_much_or_old(ports: Ports, lane: Lane) -> int:
    """Take much or old held mail off a lane that works again, before the rest goes out.

    Runs in the caller's transaction. Judged for each catalog by itself; its admins are told.

    Returns:
        How many messages wait for a decision because of this.
    """
    held = Message.objects.filter(lane=lane, state=MessageState.HELD).exclude(catalog=None)
    kept = 0
    for catalog in Catalog.objects.filter(pk__in=held.values("catalog_id").distinct()):
        kept += leave_if_much_or_old(ports, catalog, held.filter(catalog=catalog))
    return kept


def leave_if_much_or_old(ports: Ports, catalog: Catalog, rows: QuerySet[Message]) -> int:
    """Leave a catalog's held mail to an admin if it is too much, or too late, to go by itself.

    Returns:
        How many messages wait for a decision because of this.
    """
    if not _is_much_or_old(ports, rows):
        return 0
    return _leave(ports, catalog, rows, MUCH_OR_OLD)


def _leave(ports: Ports, catalog: Catalog, rows: QuerySet[Message], reason_code: str) -> int:
    """Mark mail as waiting for a decision, and tell the catalog's admins if there is any."""
    facts = _unexpired(ports, rows).aggregate(count=Count("pk"), oldest=Min("due_at"))
    left = rows.update(lane=None, reason_code=reason_code, reason=REASONS[reason_code])
    if facts["count"]:
        tell_held_mail(ports, catalog, facts["count"], facts["oldest"])
    return left


def _is_much_or_old(ports: Ports, rows: QuerySet[Message]) -> bool:
    """Say whether held mail is too much, or too late, to go out without anybody looking."""
    rule, now = ports.held_mail, ports.clock.now()
    rows = _unexpired(ports, rows)
    if rows.filter(due_at__lt=now - rule.age).exists():
        return True
    return rows[: rule.messages + 1].count() > rule.messages


def _unexpired(ports: Ports, rows: QuerySet[Message]) -> QuerySet[Message]:
    """Leave out what is given up anyway."""
    return rows.filter(expires_at__gt=ports.clock.now())
