"""What carries mail that must not depend on the account it is about: routes in their order.

The operator's system mailer comes first. Where there is none, or it fails for a while, another
healthy account of the organisation steps in, if the organisation has allowed that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from classbell.delivery.lanes import housekeeping_lane, mailbox_lane, system_lane
from classbell.delivery.ledger import WAITING, move
from classbell.delivery.work import ask, wake
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountState,
    AlertSetting,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Notification,
)

REROUTE = "reroute"
"""Kind of the work item that looks after mail whose route fails."""

PATIENCE = timedelta(minutes=10)
"""How long a route may fail before the next one steps in, in business time."""

SEND_PERMISSION = "Mail.Send"


def system_route(ports: Ports, organisation_id: UUID | None) -> Lane | None:
    """Return the lane of the first route there is, or None.

    Args:
        ports: tells whether there is a system mailer.
        organisation_id: whose people are written to; None for the operator.
    """
    if ports.system_mailer is not None:
        return system_lane()
    account = substitute(organisation_id)
    return mailbox_lane(account) if account else None


def substitute(organisation_id: UUID | None) -> Account | None:
    """Return the healthy account that may carry the organisation's alerts, or None.

    That is the one that was seen working last, and only where the organisation has allowed it.
    """
    if organisation_id is None or not may_substitute(organisation_id):
        return None
    rows = Account.objects.filter(organisation_id=organisation_id, state=AccountState.CONNECTED)
    healthy = rows.order_by("-last_success_at", "id")
    return next((one for one in healthy if SEND_PERMISSION in one.granted_scopes), None)


def may_substitute(organisation_id: UUID | None) -> bool:
    """Say whether the organisation lets its accounts carry alerts."""
    if organisation_id is None:
        return False
    return AlertSetting.objects.filter(organisation_id=organisation_id, by_account=True).exists()


def look_after(ports: Ports, notification: Notification) -> None:
    """Have the mail of a notification moved to the next route if its route fails.

    Runs in the caller's transaction; does nothing where there is no other route.
    """
    if may_substitute(notification.organisation_id):
        ask(
            ports,
            housekeeping_lane(notification.organisation_id),
            kind=REROUTE,
            subject=str(notification.pk),
            due_at=notification.due_at + PATIENCE,
        )


def reroute(ports: Ports, _lane: Lane, notification_id: str) -> datetime | None:
    """Move mail whose route fails to the next route; the work handler «reroute».

    Returns:
        When to look again; None once nothing of the notification waits.
    """
    notification = Notification.objects.filter(pk=UUID(notification_id)).first()
    if notification is None:
        return None
    waiting = Message.objects.filter(notification=notification, state__in=WAITING)
    account = substitute(notification.organisation_id)
    if account is not None:
        for lane in Lane.objects.filter(messages__in=waiting).distinct():
            _move(ports, _stuck(waiting, lane), mailbox_lane(account))
    now = ports.clock.now()
    if not waiting.exists() and notification.expanded >= notification.audience_size:
        return None
    return None if now >= notification.expires_at else now + PATIENCE


def _stuck(waiting: QuerySet[Message], lane: Lane) -> list[int]:
    """Return the messages of a lane that were tried in vain, or whose account cannot send."""
    rows = waiting.filter(lane=lane)
    if lane.kind == LaneKind.MAILBOX:
        if Account.objects.filter(pk=UUID(lane.key), state=AccountState.CONNECTED).exists():
            return []
    else:
        rows = rows.filter(attempt__gt=0)
    return list(rows.values_list("pk", flat=True))


def _move(ports: Ports, ids: Iterable[int], lane: Lane) -> None:
    """Put messages on another lane, where they are queued."""
    rows, now = Message.objects.filter(pk__in=list(ids)), ports.clock.now()
    changes = {"lane": lane, "due_at": now, "attempt": 0, "reason_code": "", "reason": ""}
    with transaction.atomic():
        moved = rows.filter(state=MessageState.QUEUED).update(**changes)
        held, queued = MessageState.HELD, MessageState.QUEUED
        moved += move(rows, start=held, end=queued, now=now, **changes)
        if moved:
            wake(ports, lane, now)
