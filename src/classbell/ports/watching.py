"""Noticing what people do in the account's calendar: what changed since it was last read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from classbell.ports.mail import Mailbox


@dataclass(frozen=True, slots=True)
class ChangedEvent:
    """An event that changed.

    Attributes:
        event_id: as ``EntrySnapshot`` names it.
        etag: its version now; empty where it is gone.
        removed: whether it is gone from the days that are watched: deleted, or moved out of them.
    """

    event_id: str
    etag: str = ""
    removed: bool = False


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    """What one reading brought, and the link with which the next one goes on."""

    changed: tuple[ChangedEvent, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """Microsoft's promise to report changes of a calendar until a moment (aware UTC)."""

    subscription_id: str
    expires_at: datetime


class Lifecycle(StrEnum):
    """What a report says about the subscription itself."""

    REAUTHORIZE = "reauthorize"
    """It ends soon unless it is renewed."""
    REMOVED = "removed"
    """It is gone: Microsoft reports nothing more."""
    MISSED = "missed"
    """Reports were lost on their way."""


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """One report, which proves nothing before its word was compared.

    Attributes:
        subscription_id: which subscription it comes from.
        word: the secret word that was handed over when the subscription was made.
        lifecycle: what it says about the subscription; None where an event changed.
    """

    subscription_id: str
    word: str = field(repr=False)
    lifecycle: Lifecycle | None = None


class CalendarWatching(Protocol):
    """Reads what changed in a calendar, and has changes reported.

    Every method that asks Microsoft raises ``ProviderFailure`` with a verdict.
    """

    def begin(self, mailbox: Mailbox, start: datetime, end: datetime) -> CalendarChanges:
        """Read all events between two moments; the link keeps to those."""
        ...

    def go_on(self, mailbox: Mailbox, link: str) -> CalendarChanges:
        """Read what changed since a link was given out; it may tell of more than that.

        The verdict ``NOT_FOUND`` says that Microsoft has forgotten the link: begin anew.
        """
        ...

    def subscribe(self, mailbox: Mailbox, url: str, word: str, until: datetime) -> Subscription:
        """Have changes of the calendar reported.

        Before it agrees, Microsoft calls the address and expects its question back.

        Args:
            mailbox: whose calendar.
            url: where reports shall go, those about the subscription itself included.
            word: secret, comes along with each report; at most 128 characters.
            until: for how long, aware UTC.
        """
        ...

    def renew(self, mailbox: Mailbox, subscription_id: str, until: datetime) -> Subscription:
        """Have changes reported for longer; the verdict ``NOT_FOUND`` says to subscribe anew."""
        ...

    def end(self, mailbox: Mailbox, subscription_id: str) -> None:
        """Have nothing reported any more; nothing is wrong where it has ended already."""
        ...

    def reports(self, body: bytes) -> tuple[ChangeReport, ...]:
        """Read what Microsoft has brought. Asks nobody.

        Raises:
            InvalidInput: it is no collection of reports.
        """
        ...
