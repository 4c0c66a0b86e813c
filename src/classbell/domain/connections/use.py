"""Making an account the one that a catalog uses, and what everybody is told about it."""

from __future__ import annotations

from classbell.delivery.lanes import lock_lanes
from classbell.domain.connections.daily_times import ask_daily
from classbell.domain.connections.disconnect import detach
from classbell.domain.connections.handover import begin_handover
from classbell.domain.connections.lost import account_back
from classbell.domain.connections.rerouting import reroute_catalog
from classbell.domain.connections.scopes import CALENDARS, has
from classbell.domain.connections.waiting import ACCOUNT_CHANGED, bring_back, leave_for_decision
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.request import request_all
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address
from classbell.storage.models import Account, Connection

SAVED, SHARED = "connection.saved", "connection.shared"
"""What record and event call it."""


def use_account(
    ports: Ports,
    connection: Connection,
    account: Account,
    *,
    actor: Actor,
    signed_in: bool,
) -> None:
    """Make an account the catalog's, in the caller's transaction; the toggle is switched on.

    Mail set aside goes out again, unless it was another account's: then admins decide. The account
    gets a confirmation mail that names the catalog, and sessions to come are looked at.

    Args:
        ports: the outside world.
        connection: the catalog's setting, locked by the caller.
        account: with tokens, unless it is lost.
        actor: who decided it.
        signed_in: whether somebody signed in with the account just now, so that it works; else it
            is shared by another catalog.
    """
    catalog, before = connection.catalog, facts(connection)
    former = connection.account or connection.former_account
    changes = former is not None and former.pk != account.pk
    if former is not None and changes:
        _leave(ports, connection, former, account, actor)
    connection.account, connection.enabled = account, True
    connection.connected_by, connection.connected_at = actor.person, ports.clock.now()
    connection.disconnected_at = None
    connection.save()
    lock_lanes(catalog.organisation_id)
    if signed_in:
        account_back(ports, account, actor=actor)
        ask_daily(ports, account)
    if changes:
        leave_for_decision(ports, catalog)
    else:
        bring_back(ports, connection)
    reroute_catalog(ports, connection, actor=actor)
    tell(ports, connection, SAVED if signed_in else SHARED, actor, before)
    notify(
        ports,
        kind="account_connected",
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[Address(account.address, account.name)],
        context={"account": str(account.id)},
    )
    look_at_sessions(ports, connection)


def _leave(
    ports: Ports, connection: Connection, former: Account, to: Account, actor: Actor
) -> None:
    """Let the former account hand over what it has made, and take the catalog's mail off it."""
    keeps = begin_handover(ports, connection, former, to, actor)
    if connection.account is not None:
        detach(ports, connection, former, reason_code=ACCOUNT_CHANGED, keep_tokens=keeps)


def look_at_sessions(ports: Ports, connection: Connection) -> None:
    """Ask for the entries of sessions to come, where the account may write its calendar."""
    if connection.account is not None and has(connection.account.granted_scopes, CALENDARS):
        request_all(ports, connection.catalog)


def facts(connection: Connection) -> dict[str, object]:
    """Return what the record says about the settings."""
    account = connection.account
    return {"enabled": connection.enabled, "account": account.address if account else ""}


def tell(
    ports: Ports,
    connection: Connection,
    action: str,
    actor: Actor,
    before: dict[str, object],
    *,
    after: dict[str, object] | None = None,
) -> None:
    """Write record and event of a change of the settings.

    Args:
        ports: the outside world.
        connection: as it is now.
        action: a stable word.
        actor: who did it.
        before: what ``facts`` said before.
        after: what it says now, where the change is about other facts than those.
    """
    catalog, now = connection.catalog, facts(connection) if after is None else after
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"catalog:{catalog.slug}",
        before=before,
        after=now,
    )
    emit(
        ports,
        catalog=catalog,
        name=action,
        payload={"catalog": catalog.slug, **now},
    )
