"""Which route carries a notification's messages, and in which state they begin on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.kinds.kind import Route
from classbell.domain.notifications.lane_state import (
    account_works,
    provider_lane,
    provider_works,
)
from classbell.domain.notifications.routes import system_route
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    AccountState,
    Connection,
    Lane,
    LaneKind,
    MessageState,
    Notification,
)
from classbell.storage.queries.email_provider import provider_of

NOT_ACTIVATED = "provider_deactivated"
NOT_ACTIVATED_REASON = (
    "Azure Communication Services is not activated for the organisation any more; the message "
    "waits for it."
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the messages of a notification go and in which state they begin.

    Attributes:
        lane: who sends them; None where nobody can.
        state: ``queued``, ``held`` or ``not_sent``.
        reason: code and plain sentence where a message does not simply go out.
        works: whether mail leaves there now, as far as is known.
        watched: whether another route could step in, so that the lane is looked after.
    """

    lane: Lane | None
    state: MessageState
    reason: tuple[str, str] = ("", "")
    works: bool = False
    watched: bool = False


def destination_of(ports: Ports, notification: Notification) -> Destination:
    """Decide by how things stand now where the messages of a notification go.

    Never connected or switched off means recorded and never released later; lost or disconnected
    means held until the connection is back, unless the catalog's mail may take another route.
    """
    route = kind_named(notification.kind).route
    if route is Route.SYSTEM or notification.catalog is None:
        return _by_system(ports, notification)
    connection = (
        Connection.objects.select_related("account", "catalog")
        .filter(catalog=notification.catalog)
        .first()
    )
    if connection is None or not connection.enabled:
        return _off()
    if route is Route.ACCOUNT:
        return _by_account(connection, ports.clock.now())
    return destination_for(ports, connection)


def destination_for(ports: Ports, connection: Connection) -> Destination:
    """Decide where a catalog's mail goes: by its chosen route, or the other if it may fall over.

    A route that was never there, or that somebody ended by disconnecting, is not stepped in for:
    then people have decided that nothing goes out.

    Args:
        ports: the clock.
        connection: the catalog's setting, with account and catalog.
    """
    if not connection.enabled:
        return _off()
    now = ports.clock.now()
    if not connection.use_acs:
        account = connection.account
        chosen = _by_account(connection, now)
        given_up = account is None or account.state == AccountState.DISCONNECTED
        if chosen.works or given_up or not connection.fall_over:
            return chosen
        other = _by_provider(connection, now)
        return other if other is not None and other.works else chosen
    through = _by_provider(connection, now)
    if through is None:
        # The row was removed by hand: what the catalog chose is not there at all.
        return Destination(None, MessageState.HELD, (NOT_ACTIVATED, NOT_ACTIVATED_REASON))
    if through.works or not connection.fall_over:
        return through
    instead = _by_account(connection, now)
    return instead if instead.works else through


def _by_system(ports: Ports, notification: Notification) -> Destination:
    """Decide for mail that must not depend on the account it is about."""
    lane = system_route(ports, notification.organisation_id)
    if lane is None:
        reason = ("no_system_mailer", "The operator has set no system mailer.")
        return Destination(None, MessageState.NOT_SENT, reason)
    watched = lane.kind == LaneKind.ACS
    return Destination(lane, MessageState.QUEUED, works=True, watched=watched)


def _by_provider(connection: Connection, now: datetime) -> Destination | None:
    """Decide for the route through Azure Communication Services; None where it never was."""
    provider = provider_of(connection.catalog.organisation_id)
    if provider is None:
        return None
    lane = provider_lane(provider)
    if not provider.active:
        reason = (NOT_ACTIVATED, NOT_ACTIVATED_REASON)
        return Destination(lane, MessageState.HELD, reason, watched=True)
    works = provider_works(provider, now)
    return Destination(lane, MessageState.QUEUED, works=works, watched=True)


def _by_account(connection: Connection, now: datetime) -> Destination:
    """Decide for the route through the catalog's account."""
    account = connection.account
    if account is None and connection.disconnected_at is None:
        reason = ("never_connected", "The catalog was never connected to an account.")
        return Destination(None, MessageState.NOT_SENT, reason)
    if account is None or account.state == AccountState.DISCONNECTED:
        reason = ("disconnected", "The catalog's account was disconnected.")
        return Destination(None, MessageState.HELD, reason)
    if account.state == AccountState.LOST:
        reason = ("connection_lost", "The connection to the account is lost.")
        return Destination(mailbox_lane(account), MessageState.HELD, reason)
    return Destination(
        mailbox_lane(account),
        MessageState.QUEUED,
        works=account_works(account, now),
        watched=connection.fall_over,
    )


def _off() -> Destination:
    """Decide for a catalog whose toggle is off."""
    reason = ("switched_off", "The catalog's Microsoft 365 connection is switched off.")
    return Destination(None, MessageState.NOT_SENT, reason)
