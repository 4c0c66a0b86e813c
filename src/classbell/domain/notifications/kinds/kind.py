"""What a kind of notification is: audience, life, urgency, variables and default texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classbell.ports.bundle import Ports
from classbell.ports.mail import Attachment
from classbell.storage.models import Message, Notification


class Route(StrEnum):
    """What carries the mail of a kind."""

    CATALOG = "catalog"
    """The catalog's connected account."""
    SYSTEM = "system"
    """The operator's system mailer, which no lost account can silence."""


class OnUnknown(StrEnum):
    """What to do where nobody can tell whether a mail went out."""

    LEAVE = "leave"
    """A second copy would do more harm than a missing one."""
    RESEND = "resend"
    """A second copy does no harm."""


class Carrier(StrEnum):
    """What brings the news of a kind to a person, so that one change reaches them once."""

    MAIL = "mail"
    ENTRY = "entry"
    """The calendar entry itself; mail only where the account may not touch its calendar."""


Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notification.

    Attributes:
        name: stable word in the ledger, the API and the settings.
        title: what admins call it.
        when: when it is sent, one phrase.
        audience: who receives it, one phrase.
        shared: whether it names nobody, so that many people can get the same mail.
        urgent: whether it overtakes bulk and may use the reserve of the daily budget.
        route, carrier, on_unknown: see the enumerations.
        variables: name in braces to what it stands for.
        subject, message: default texts; ``message`` is HTML.
        expires_at: from context and now to the moment after which it is pointless.
        values: fills the variables for one message.
        attachments: files to send along, made for one message.
    """

    name: str
    title: str
    when: str
    audience: str
    shared: bool
    urgent: bool
    route: Route
    carrier: Carrier
    on_unknown: OnUnknown
    variables: Mapping[str, str]
    subject: str
    message: str
    expires_at: Callable[[Mapping[str, str], datetime], datetime]
    values: Callable[[Ports, Notification, Message], Values]
    attachments: Callable[[Notification, Message], tuple[Attachment, ...]] = (
        lambda _notification, _message: ()
    )
