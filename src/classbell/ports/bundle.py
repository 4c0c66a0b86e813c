"""Everything from outside in one bundle, filled by bootstrap and handed to every use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from classbell.ports.account import AccountFacts, LicenceLists
from classbell.ports.calendar import Calendar
from classbell.ports.clock import Clock
from classbell.ports.identity import IdentityProvider
from classbell.ports.installation import Installation
from classbell.ports.mail import AccountMail, EmailService, Mailbox, SystemMailer
from classbell.ports.meetings import Meetings
from classbell.ports.queue import Doorbell
from classbell.ports.reports import ReportReader
from classbell.ports.rooms import RoomDirectory
from classbell.ports.secrets import Cipher
from classbell.ports.watching import CalendarWatching
from classbell.ports.webhooks import WebhookSender


@dataclass(frozen=True, slots=True)
class HeldMailRule:
    """How much held mail still goes out by itself when its account works again.

    Attributes:
        messages: above so many of one catalog its admins decide.
        age: where the first should have gone out longer ago than this, they decide as well.
    """

    messages: int = 1000
    age: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside world as one use case sees it.

    Attributes:
        base_url: public address of the Admin Center, without a trailing slash.
        secret_key: for keyed hashes of states and links; never shown.
        own_mailbox: the mailbox of the account that a token was issued to, from the token and the
            permissions it carries.
        application_mailbox: a mailbox that the application uses by itself, from its object id or
            address, the application's token, and what it may do there.
        system_mailer: None where the operator has set none.
        email_service, report_reader: Azure Communication Services; None where it is not built in.
        webhooks: sends events to addresses that admins named; None where it is not built in.
        held_mail: when admins decide about mail that waited for a lost account.
        public_url: where Microsoft reaches this installation, without a trailing slash; empty
            where it cannot.
        licences: which service plans are good enough.
        installation: what may be known and shown of this installation.
    """

    base_url: str
    secret_key: str = field(repr=False)
    clock: Clock
    cipher: Cipher
    doorbell: Doorbell
    identity: IdentityProvider
    mail: AccountMail
    calendar: Calendar
    meetings: Meetings
    watching: CalendarWatching
    rooms: RoomDirectory
    account_facts: AccountFacts
    own_mailbox: Callable[[str, frozenset[str]], Mailbox]
    application_mailbox: Callable[[str, str, frozenset[str]], Mailbox]
    system_mailer: SystemMailer | None = None
    email_service: EmailService | None = None
    report_reader: ReportReader | None = None
    webhooks: WebhookSender | None = None
    public_url: str = ""
    held_mail: HeldMailRule = HeldMailRule()
    licences: LicenceLists = field(default_factory=LicenceLists)
    installation: Installation = field(default_factory=Installation)
