"""The route that admins choose for a catalog's mail: account or Azure Communication Services.

Rooms, Teams meetings and calendar entries need the account, whatever route mail takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from classbell.delivery.lanes import lock_lanes, mailbox_lane
from classbell.domain.connections.rerouting import reroute_catalog
from classbell.domain.connections.use import tell
from classbell.domain.connections.waiting import set_aside
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Connection
from classbell.storage.queries.email_provider import active_provider, lane_of, provider_of


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """What admins chose for a catalog's mail; None leaves what is stored.

    Attributes:
        use_acs: whether it goes through Azure Communication Services.
        fall_over: whether it may take the other route where that one cannot carry it.
    """

    use_acs: bool | None = None
    fall_over: bool | None = None


def choose_route(connection: Connection, choice: RouteChoice) -> dict[str, object]:
    """Set the catalog's route for mail, in the caller's transaction.

    Args:
        connection: the catalog's setting, locked by the caller.
        choice: what was chosen.

    Returns:
        What the record said about it before.

    Raises:
        InvalidInput: Azure Communication Services is chosen and not activated.
    """
    before = route_facts(connection)
    newly = bool(choice.use_acs) and not connection.use_acs
    if newly and active_provider(connection.catalog.organisation_id) is None:
        raise InvalidInput(
            "Azure Communication Service is not activated for your organisation.",
            field="acs_enabled",
            meaning="The settings were not saved.",
            remedy="Leave the box unticked, or have it activated first.",
        )
    if choice.use_acs is not None:
        connection.use_acs = choice.use_acs
    if choice.fall_over is not None:
        connection.fall_over = choice.fall_over
    connection.save(update_fields=["use_acs", "fall_over"])
    return before


def follow_route(
    ports: Ports, connection: Connection, before: dict[str, object], actor: Actor
) -> None:
    """Take the waiting mail along to the route that was chosen, in the caller's transaction.

    Args:
        ports: the outside world.
        connection: as it is now.
        before: what ``choose_route`` returned.
        actor: who chose it.
    """
    after = route_facts(connection)
    if after == before:
        return
    lock_lanes(connection.catalog.organisation_id)
    tell(ports, connection, "connection.route_changed", actor, before, after=after)
    chosen_anew = before["use_acs"] != after["use_acs"]
    reroute_catalog(ports, connection, chosen_anew=chosen_anew, actor=actor)


def route_facts(connection: Connection) -> dict[str, object]:
    """Return what the record says about the route of the catalog's mail."""
    return {"use_acs": connection.use_acs, "fall_over": connection.fall_over}


def may_mail_without_account(connection: Connection) -> bool:
    """Say whether the catalog's mail can leave although no account is connected."""
    return connection.use_acs and active_provider(connection.catalog.organisation_id) is not None


def set_mail_aside(ports: Ports, connection: Connection, *, reason_code: str) -> int:
    """Take the catalog's waiting mail off every lane it may be on and hold it until it expires.

    Runs in the caller's transaction.

    Returns:
        How many messages wait without a lane now because of this.
    """
    lanes = [mailbox_lane(connection.account)] if connection.account else []
    provider = provider_of(connection.catalog.organisation_id)
    if provider is not None:
        lanes += lane_of(provider)
    now = ports.clock.now()
    return sum(
        set_aside(connection.catalog, lane, reason_code=reason_code, now=now) for lane in lanes
    )
