"""How each kind of lane sends: through which adapter, and at which pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from classbell.config import Settings
from classbell.delivery.handlers import cannot_tell
from classbell.delivery.pace import UNLIMITED, Pace
from classbell.domain.connections.tokens import mailbox_for
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.ports.mail import Accepted, Mail, Sighting
from classbell.storage.models import Lane, LaneKind


@dataclass(frozen=True, slots=True)
class Route:
    """One way for mail to leave.

    Attributes:
        send: hands one mail over.
        pace: the figures of its provider.
        traceable: whether the provider can be asked by an envelope's id what came of it.
        look_up: asks it.
    """

    send: Callable[[Lane, UUID, Mail], Accepted]
    pace: Pace
    traceable: bool = False
    look_up: Callable[[Lane, UUID], Sighting | None] = cannot_tell


def route_of(outside: Ports, chosen: Settings, lane: Lane) -> Route:
    """Return the way mail leaves a lane; housekeeping lanes never have mail."""
    if lane.kind == LaneKind.MAILBOX:
        return Route(partial(_send_as_account, outside), mailbox_pace(chosen))
    # The limits are Exchange Online's; the operator's own mail server has none of ours.
    return Route(partial(_send_by_system_mailer, outside), UNLIMITED)


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


def _send_by_system_mailer(outside: Ports, _lane: Lane, _envelope_id: UUID, mail: Mail) -> Accepted:
    """Send through the operator's system mailer."""
    if outside.system_mailer is None:
        raise ConfigurationFault("CLASSBELL_SMTP_URL is not set.")
    return outside.system_mailer.send(mail)
