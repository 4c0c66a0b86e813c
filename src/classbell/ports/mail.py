"""Sending mail: value objects and the protocol that every route fulfils."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mailbox a call speaks for, and with which key.

    ``path`` is ``/me`` or ``/users/{mailbox}``, built by ``microsoft.graph.mailbox_path`` alone.
    ``access_token`` never appears in a representation. ``granted`` names the permissions the token
    carries, short names, where the caller knows them: they tell «not consented» from «forbidden».
    ``is_shared`` says that the mailbox is somebody else's, opened with the account's own key.
    ``is_application`` says that the application itself calls, so that nobody's consent or sign-in
    mends a refusal: an administrator does.
    """

    path: str
    access_token: str = field(repr=False)
    granted: frozenset[str] | None = None
    is_shared: bool = False
    is_application: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address with the name to show beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along with a mail.

    With a ``content_id`` it is a picture within the mail's HTML, as ``cid:{content_id}``.
    """

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where a mail's reader can decline more of its kind.

    Attributes:
        address: a page of ours, absolute.
        one_click: whether a mail program may do it by itself, with a POST (RFC 8058).
    """

    address: str
    one_click: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as handed to a provider.

    ``text`` is used where the route can carry a plain-text part. ``headers`` must begin with x-.
    ``unsubscribe`` becomes the header List-Unsubscribe, as far as the route can carry it.
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
    unsubscribe: Unsubscribe | None = None


def unsubscribe_headers(mail: Mail) -> tuple[tuple[str, str], ...]:
    """Return the headers by which mail programs offer to unsubscribe.

    https://www.rfc-editor.org/rfc/rfc2369 and https://www.rfc-editor.org/rfc/rfc8058
    """
    if mail.unsubscribe is None:
        return ()
    where = ("List-Unsubscribe", f"<{mail.unsubscribe.address}>")
    if not mail.unsubscribe.one_click:
        return (where,)
    return (where, ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the mail; that is not yet delivery.

    Attributes:
        request_id: the provider's id of the exchange, for support.
        provider_id: its id of the mail; empty where it names none (Graph's sendMail).
        internet_message_id: what a non-delivery report would name; empty where it is not known.
    """

    request_id: str = ""
    provider_id: str = ""
    internet_message_id: str = ""


class SightingState(StrEnum):
    """What a provider says of a mail it is asked for."""

    SENT = "sent"
    """It took the mail."""
    UNDER_WAY = "under_way"
    """It cannot say yet; to be asked again."""
    FAILED = "failed"
    """It took the mail and gave it up."""
    NEVER_SENT = "never_sent"
    """It knows of no such mail, and none will leave any more: it may be sent again."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer to what became of a mail.

    Attributes:
        state: what the provider says.
        accepted: ids of the mail, where it was taken.
        code, reason: why it was given up, where it was.
        again_at: aware UTC moment before which the provider does not want to be asked again, where
            it named one.
    """

    state: SightingState
    accepted: Accepted = Accepted()
    code: str = ""
    reason: str = ""
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A non-delivery report that came back to the sender.

    Attributes:
        internet_message_id: of the mail that was not delivered.
        recipient: whom it did not reach; empty where the report does not say.
        code: enhanced status code, such as ``5.1.10``; may be empty.
        reason: one sentence, free of the mail's content.
        at: aware UTC moment of the report.
        key: the envelope's id, where the report repeats it; empty where it does not.
    """

    internet_message_id: str
    recipient: str
    code: str
    reason: str
    at: datetime
    key: str = ""


class MailSender(Protocol):
    """Sends as a Microsoft 365 mailbox."""

    def send(self, mailbox: Mailbox, mail: Mail) -> Accepted:
        """Hand one mail over.

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        ...


class TracedMailSender(Protocol):
    """Sends as a mailbox whose drafts and sent items may be read, so that it can be looked up.

    ``key`` is the envelope's id; it travels with the mail as a property of its own, and is used for
    one attempt only.
    """

    def send_traced(self, mailbox: Mailbox, mail: Mail, key: str) -> Accepted:
        """Hand one mail over in two steps, draft and send, so that neither is ever in doubt.

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        ...

    def look_up(self, mailbox: Mailbox, key: str, begun: datetime) -> Sighting:
        """Say what became of a mail, and delete what of it must not stay behind.

        Args:
            mailbox: as whom it was sent.
            key: the envelope's id.
            begun: when the attempt began, aware UTC: what cannot be seen yet may still appear.

        Raises:
            ProviderFailure: with a verdict.
        """
        ...

    def sweep(self, mailbox: Mailbox, before: datetime) -> int:
        """Delete our drafts, and verified copies in Sent Items, made before a moment; say how many.

        A bounded number at once: ask again until it says none. Nothing may be looked up afterwards
        that was begun before the moment.

        Raises:
            ProviderFailure: with a verdict.
        """
        ...

    def bounces(self, mailbox: Mailbox, since: datetime) -> Sequence[Bounce]:
        """Return the non-delivery reports that arrived since a moment, oldest first.

        Raises:
            ProviderFailure: with a verdict.
        """
        ...


class AccountMail(MailSender, TracedMailSender, Protocol):
    """Everything that mail as an account can do; what is traced needs a permission of its own."""


@dataclass(frozen=True, slots=True)
class EmailResource:
    """One Azure Communication Services resource.

    Attributes:
        endpoint: its address, such as ``https://contoso.europe.communication.azure.com``.
        sender_address: the fixed sender.
        access_key: base64; empty where ``access_token`` proves who asks. Never represented.
        access_token: of Microsoft Entra ID; empty where a key is used. Never represented.
    """

    endpoint: str
    sender_address: str
    access_key: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


class EmailService(Protocol):
    """Sends through Azure Communication Services."""

    def send(self, resource: EmailResource, mail: Mail, key: str) -> Accepted:
        """Hand one mail over as the operation ``key`` (a UUID), which may then be looked up.

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        ...

    def look_up(self, resource: EmailResource, key: str) -> Sighting:
        """Say what became of an operation.

        Raises:
            ProviderFailure: with a verdict.
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

    def check(self) -> None:
        """Connect and sign in as for a mail, and leave.

        Raises:
            ProviderFailure: with a verdict.
        """
        ...
