"""What carries mail that must not depend on the account it is about: routes in their order.

Azure Communication Services comes first, where it is activated for the organisation, then the
operator's system mailer. Where neither is there, or both fail for a while, another healthy account
of the organisation steps in, if the organisation has allowed that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from classbell.delivery.lanes import housekeeping_lane, mailbox_lane, system_lane
from classbell.delivery.ledger import WAITING
from classbell.delivery.work import ask
from classbell.domain.notifications.lane_state import lane_works, provider_lane, provider_works
from classbell.domain.notifications.moving import put_on
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountState,
    AlertSetting,
    Lane,
    LaneKind,
    Message,
    Notification,
)
from classbell.storage.queries.email_provider import active_provider

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
    return next(iter(system_routes(ports, organisation_id)), None)


def system_routes(ports: Ports, organisation_id: UUID | None) -> list[Lane]:
    """Return the lanes of all routes that can be tried now, in their order."""
    lanes = []
    provider = active_provider(organisation_id)
    if provider is not None and provider_works(provider, ports.clock.now()):
        lanes.append(provider_lane(provider))
    if ports.system_mailer is not None:
        lanes.append(system_lane())
    account = substitute(organisation_id)
    if account is not None:
        lanes.append(mailbox_lane(account))
    return lanes


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
    organisation_id = notification.organisation_id
    if may_substitute(organisation_id) or active_provider(organisation_id) is not None:
        ask(
            ports,
            housekeeping_lane(organisation_id),
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
    waiting, now = _waiting(notification), ports.clock.now()
    for lane in Lane.objects.filter(messages__in=waiting).distinct():
        move_on(ports, _stuck(waiting, lane, now), lane, notification.organisation_id)
    if not waiting.exists() and notification.expanded >= notification.audience_size:
        return None
    return None if now >= notification.expires_at else now + PATIENCE


def move_on(ports: Ports, rows: QuerySet[Message], lane: Lane, organisation_id: UUID | None) -> int:
    """Put waiting mail on the route that follows the one that fails; the first follows the last.

    Args:
        ports: the outside world.
        rows: mail of a lane.
        lane: the lane that fails.
        organisation_id: whose people it is for.

    Returns:
        How many messages were moved; none where there is no other route.
    """
    lanes = system_routes(ports, organisation_id)
    place = next((number for number, one in enumerate(lanes, 1) if one.pk == lane.pk), 0)
    following = [one for one in (*lanes[place:], *lanes[:place]) if one.pk != lane.pk]
    return put_on(ports, rows, following[0]) if following else 0


def _waiting(notification: Notification) -> QuerySet[Message]:
    """Return the mail of a notification that waits."""
    return Message.objects.filter(notification=notification, state__in=WAITING)


def _stuck(waiting: QuerySet[Message], lane: Lane, now: datetime) -> QuerySet[Message]:
    """Return the messages of a lane that were tried in vain, or that it cannot send at all."""
    rows = waiting.filter(lane=lane)
    if lane.kind == LaneKind.MAILBOX:
        return rows.none() if lane_works(lane, now) else rows
    return rows.filter(attempt__gt=0) if lane_works(lane, now) else rows
