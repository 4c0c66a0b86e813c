"""What the panel says about the route of a catalog's mail, and what is read from its boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from classbell import bootstrap
from classbell.domain.connections.mail_route import RouteChoice
from classbell.storage.models import Catalog, Connection, EmailProvider
from classbell.storage.queries.connections import connection_of
from classbell.storage.queries.email_provider import active_provider
from classbell.storage.queries.pages_shell import ConnectionStatus

CHOSEN, FALL_OVER = "acs_enabled", "acs_fall_over"
"""Names of the two boxes."""


@dataclass(frozen=True, slots=True)
class MailRoute:
    """The route that mail takes, and the boxes about Azure Communication Service.

    Attributes:
        sends_as: the address that mail goes out as at this moment; empty where none does.
        by_provider: whether it goes out through Azure Communication Services.
        activated: whether the operator has activated that for the organisation.
        chosen: whether its box is ticked.
        can_choose: whether the box can be changed; a dead choice can still be taken back.
        fall_over: whether the other box is ticked.
        shows_fall_over: whether that box is there.
        hint: what stands beside the first box.
        gone: whether it is chosen, but not activated any more.
    """

    sends_as: str
    by_provider: bool
    activated: bool
    chosen: bool
    can_choose: bool
    fall_over: bool
    shows_fall_over: bool
    hint: str
    gone: bool


def mail_route_of(status: ConnectionStatus, *, sent: Mapping[str, str] | None) -> MailRoute:
    """Make the boxes.

    Args:
        status: how the catalog is connected.
        sent: the form as it was just sent in; None for the stored positions.
    """
    connection = status.connection
    provider = active_provider(connection.catalog.organisation_id)
    choice = RouteChoice() if sent is None else _read(sent, connection, provider)
    gone = connection.use_acs and provider is None
    return MailRoute(
        sends_as=status.sends_as,
        by_provider=status.mails_by_provider,
        activated=provider is not None,
        chosen=connection.use_acs if choice.use_acs is None else choice.use_acs,
        can_choose=_can_choose(connection, provider),
        fall_over=connection.fall_over if choice.fall_over is None else choice.fall_over,
        shows_fall_over=_shows_fall_over(connection, provider),
        hint=_hint(provider, gone=gone),
        gone=gone,
    )


def route_sent(sent: Mapping[str, str], catalog: Catalog) -> RouteChoice:
    """Read the boxes of a form that was sent in."""
    return _read(sent, connection_of(catalog), active_provider(catalog.organisation_id))


def _read(
    sent: Mapping[str, str], connection: Connection, provider: EmailProvider | None
) -> RouteChoice:
    """Read the boxes; browsers send nothing of a box that is disabled or not there."""
    return RouteChoice(
        use_acs=sent.get(CHOSEN) == "on" if _can_choose(connection, provider) else None,
        fall_over=sent.get(FALL_OVER) == "on" if _shows_fall_over(connection, provider) else None,
    )


def _can_choose(connection: Connection, provider: EmailProvider | None) -> bool:
    return provider is not None or connection.use_acs


def _shows_fall_over(connection: Connection, provider: EmailProvider | None) -> bool:
    return provider is not None or connection.fall_over


def _hint(provider: EmailProvider | None, *, gone: bool) -> str:
    """Return what stands beside the box: what it is for, from where mail comes, whom to ask."""
    if provider is not None:
        return _(
            "It is meant for organisations that send very many notifications; they then come from "
            "%(address)s, a fixed address that can’t be changed. Rooms, Teams meetings and "
            "calendar invitations still need the account."
        ) % {"address": provider.sender_address}
    if gone:
        return _(
            "It was deactivated for your organisation, so mail waits. Untick it to send as the "
            "account. %(whom)s"
        ) % {"whom": _whom_to_ask()}
    return _(
        "Not activated for your organisation. It is meant for organisations that send very many "
        "notifications; they then come from a fixed address that can’t be changed. %(whom)s"
    ) % {"whom": _whom_to_ask()}


def _whom_to_ask() -> str:
    """Return who can activate it, as the operator has said."""
    contact = bootstrap.ports().installation.activation_contact
    if not contact:
        return _("Ask whoever runs this installation to activate it.")
    return _("To have it activated, ask %(contact)s.") % {"contact": contact}
