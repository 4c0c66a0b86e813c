"""Noticing what people do in the account's calendar: what changed since it was last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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


class CalendarWatching(Protocol):
    """Reads what changed in a calendar. Every method raises ``ProviderFailure`` with a verdict."""

    def begin(self, mailbox: Mailbox, start: datetime, end: datetime) -> CalendarChanges:
        """Read all events between two moments; the link keeps to those."""
        ...

    def go_on(self, mailbox: Mailbox, link: str) -> CalendarChanges:
        """Read what changed since a link was given out; it may tell of more than that.

        The verdict ``NOT_FOUND`` says that Microsoft has forgotten the link: begin anew.
        """
        ...
