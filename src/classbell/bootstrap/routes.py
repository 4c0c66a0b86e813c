"""How each kind of lane sends: through which adapter, and at which pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from classbell.bootstrap.read_once import ReadOnce
from classbell.config import Settings
from classbell.delivery.handlers import cannot_tell
from classbell.delivery.pace import UNLIMITED, Pace, approved
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.notifications.returned import is_traced
from classbell.domain.providers.resource import resource_for
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.ports.mail import Accepted, EmailResource, EmailService, Mail, Sighting
from classbell.storage.models import Account, EmailProvider, Envelope, Lane, LaneKind


@dataclass(frozen=True, slots=True)
class Route:
    """One way for mail to leave.

    Attributes:
        send: hands one mail over.
        pace: the figures of its provider.
        traceable: whether the provider can be asked by an envelope's id what came of it.
        look_up: asks it.
        follows: whether it is asked as well how what it took has ended.
    """

    send: Callable[[Lane, UUID, Mail], Accepted]
    pace: Pace
    traceable: bool = False
    look_up: Callable[[Lane, UUID], Sighting | None] = cannot_tell
    follows: bool = False


def route_of(outside: Ports, chosen: Settings, lane: Lane) -> Route:
    """Return the way mail leaves a lane; housekeeping lanes never have mail."""
    if lane.kind == LaneKind.MAILBOX:
        return _mailbox_route(outside, chosen, UUID(lane.key))
    if lane.kind == LaneKind.ACS:
        return _azure_route(outside, UUID(lane.key))
    # The limits are Exchange Online's; the operator's own mail server has none of ours.
    return Route(partial(_send_by_system_mailer, outside), UNLIMITED)


def _mailbox_route(outside: Ports, chosen: Settings, account_id: UUID) -> Route:
    """Return the way as an account: in two steps that can be looked up, where it may do that."""
    if not is_traced(Account.objects.get(pk=account_id)):
        return Route(partial(_send_as_account, outside), mailbox_pace(chosen))
    return Route(
        partial(_send_traced, outside),
        mailbox_pace(chosen),
        traceable=True,
        look_up=partial(_ask_mailbox, outside),
    )


def _azure_route(outside: Ports, provider_id: UUID) -> Route:
    """Return the way through a resource, whose row is read once for each time the lane is taken."""
    provider = EmailProvider.objects.get(pk=provider_id)
    usable = ReadOnce(partial(resource_for, outside, provider_id))
    known = ReadOnce(partial(resource_for, outside, provider_id, only_active=False))
    return Route(
        partial(_send_through_azure, outside, usable),
        approved(provider.messages_per_minute, provider.messages_per_hour),
        traceable=True,
        look_up=partial(_ask_azure, outside, known),
        follows=not provider.report_key_hash,
    )


def mailbox_pace(chosen: Settings) -> Pace:
    """Return the figures that the operator set for every mailbox."""
    return Pace(
        messages_per_minute=chosen.messages_per_minute,
        recipients_per_day=chosen.recipients_per_day,
        urgent_reserve=chosen.recipients_reserve,
        recipients_per_envelope=chosen.recipients_per_envelope,
        requests_in_flight=chosen.requests_in_flight,
    )


def _send_as_account(outside: Ports, lane: Lane, _envelope_id: UUID, mail: Mail) -> Accepted:
    """Send as the account whose lane it is."""
    return outside.mail.send(mailbox_for(outside, UUID(lane.key)), mail)


def _send_traced(outside: Ports, lane: Lane, envelope_id: UUID, mail: Mail) -> Accepted:
    """Send as the account whose lane it is, as a draft that carries the envelope's id."""
    mailbox = mailbox_for(outside, UUID(lane.key))
    return outside.mail.send_traced(mailbox, mail, str(envelope_id))


def _ask_mailbox(outside: Ports, lane: Lane, envelope_id: UUID) -> Sighting:
    """Look for an envelope among the account's drafts and sent items."""
    begun = Envelope.objects.values_list("started_at", flat=True).get(pk=envelope_id)
    mailbox = mailbox_for(outside, UUID(lane.key))
    return outside.mail.look_up(mailbox, str(envelope_id), begun)


def _send_by_system_mailer(outside: Ports, _lane: Lane, _envelope_id: UUID, mail: Mail) -> Accepted:
    """Send through the operator's system mailer."""
    if outside.system_mailer is None:
        raise ConfigurationFault("CLASSBELL_SMTP_URL is not set.")
    return outside.system_mailer.send(mail)


def _send_through_azure(
    outside: Ports, resource: ReadOnce[EmailResource], _lane: Lane, envelope_id: UUID, mail: Mail
) -> Accepted:
    """Send through the resource whose lane it is, as an operation that can be looked up."""
    return _azure(outside).send(resource(), mail, str(envelope_id))


def _ask_azure(
    outside: Ports, resource: ReadOnce[EmailResource], _lane: Lane, envelope_id: UUID
) -> Sighting:
    """Ask the resource, deactivated or not, what became of an operation."""
    return _azure(outside).look_up(resource(), str(envelope_id))


def _azure(outside: Ports) -> EmailService:
    """Return Azure Communication Services."""
    if outside.email_service is None:
        raise ConfigurationFault("Azure Communication Services is not built in.")
    return outside.email_service
