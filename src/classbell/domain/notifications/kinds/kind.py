"""What a kind of notification is: audience, life, urgency, variables and default texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.templates.fields import RecipientRole
from classbell.ports.bundle import Ports
from classbell.ports.mail import Attachment
from classbell.storage.models import Message, Notification


class Route(StrEnum):
    """What carries the mail of a kind."""

    CATALOG = "catalog"
    """What the catalog has chosen: its connected account, or Azure Communication Services."""
    ACCOUNT = "account"
    """The connected account itself, whatever the catalog has chosen: it proves that it can send."""
    SYSTEM = "system"
    """What no lost account can silence: Azure Communication Services or the system mailer."""


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

MOST_TOGETHER = 1000
"""Most people who may share an envelope, whatever its route allows: Exchange Online's highest limit
(https://learn.microsoft.com/powershell/module/exchange/set-mailbox, RecipientLimits)."""


def person_name(_ports: Ports, _notification: Notification, message: Message) -> Values:
    """Return what most kinds say of their reader alone: the name."""
    return {"PERSON NAME": message.name or message.address}


def nothing_personal(_ports: Ports, _notification: Notification, _message: Message) -> Values:
    """Return what a kind says that names nobody: nothing."""
    return {}


def no_files(
    _ports: Ports, _notification: Notification, _message: Message | None
) -> tuple[Attachment, ...]:
    """Return the files of a kind that sends none along."""
    return ()


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
        variables: name in braces to what it stands for. The texts are files beside this folder,
            see ``default_texts``.
        expires_at: from context and now to the moment after which it is pointless.
        values: fills the variables that are the same for all readers of a language and time zone;
            they are kept as long as the notification, so none of them may be a secret.
        personal: fills the others for one message; never kept. Nothing where ``shared``.
        attachments: files to send along, made for one message, or for all where it is None.
        names_reader: variables that ``personal`` fills: where one is used, people get it singly.
        roles: whom a catalog may let it go to.
        reminder_days: whole days before a session, where it goes out by the calendar.
        switchable: whether a catalog may do without it.
        essential: whether its readers may not do without it.
        fixed: whether there is nothing to shape although it takes the catalog's route.
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
    expires_at: Callable[[Mapping[str, str], datetime], datetime]
    values: Callable[[Ports, Notification, Reader], Values]
    personal: Callable[[Ports, Notification, Message], Values] = person_name
    attachments: Callable[[Ports, Notification, Message | None], tuple[Attachment, ...]] = no_files
    names_reader: frozenset[str] = frozenset({"PERSON NAME"})
    roles: tuple[RecipientRole, ...] = tuple(RecipientRole)
    reminder_days: tuple[int, ...] = ()
    switchable: bool = True
    essential: bool = True
    fixed: bool = False

    @property
    def customisable(self) -> bool:
        """Whether catalogs may shape it: what goes around a lost account is not theirs."""
        return self.route is Route.CATALOG and not self.fixed
