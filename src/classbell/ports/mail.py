"""Sending mail: value objects and the protocol that every route fulfils."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mailbox a call speaks for, and with which key.

    ``path`` is ``/me`` or ``/users/{mailbox}``, built by ``microsoft.graph.mailbox_path`` alone.
    ``access_token`` never appears in a representation. ``granted`` names the permissions the token
    carries, short names, where the caller knows them: they tell «not consented» from «forbidden».
    """

    path: str
    access_token: str = field(repr=False)
    granted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address with the name to show beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as handed to a provider.

    ``text`` is used where the route can carry a plain-text part. ``headers`` must begin with x-.
    """

    subject: str
    html: str
    text: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the mail; that is not yet delivery.

    ``provider_id`` is empty where the provider names none (Graph's sendMail).
    """

    request_id: str = ""
    provider_id: str = ""


class MailSender(Protocol):
    """Sends as a Microsoft 365 mailbox."""

    def send(self, mailbox: Mailbox, mail: Mail) -> Accepted:
        """Hand one mail over.

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        ...


class SystemMailer(Protocol):
    """The operator's own mail server: the route that is never the lost account."""

    def send(self, mail: Mail) -> Accepted:
        """Hand one mail over; the sender's address is the operator's setting.

        Raises:
            ProviderFailure: with a verdict.
        """
        ...
