"""Tells what changed in the calendar in memory, as Graph's delta query does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from classbell.ports.errors import InvalidInput, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.watching import CalendarChanges, ChangedEvent, ChangeReport, Subscription
from tests.fakes.calendar import FakeCalendar
from tests.fakes.script import Scripted, refuse


@dataclass(frozen=True)
class _Round:
    """What a link remembers: its days, and the versions that were told."""

    start: datetime
    end: datetime
    versions: dict[str, str]


@dataclass(frozen=True)
class Subscribed:
    """What a subscription was asked for."""

    url: str
    word: str
    until: datetime


class FakeCalendarWatching(Scripted):
    """Implements ``ports.watching.CalendarWatching`` over a ``FakeCalendar``.

    Call ``forget`` for links that expire. ``subscriptions`` maps ids to what was asked for, and
    ``unreachable`` lets Microsoft's question at the address come back without an answer.
    """

    def __init__(self, calendar: FakeCalendar) -> None:
        super().__init__()
        self._calendar = calendar
        self._rounds: dict[str, _Round] = {}
        self._numbers = count(1)
        self.subscriptions: dict[str, Subscribed] = {}
        self.unreachable = False

    def forget(self) -> None:
        """Let every link expire."""
        self._rounds.clear()

    def begin(self, mailbox: Mailbox, start: datetime, end: datetime) -> CalendarChanges:
        with self._turn("begin", mailbox=mailbox, start=start, end=end):
            return self._told(_Round(start, end, {}))

    def go_on(self, mailbox: Mailbox, link: str) -> CalendarChanges:
        with self._turn("go_on", mailbox=mailbox, link=link):
            known = self._rounds.get(link)
            if known is None:
                raise refuse(VerdictKind.NOT_FOUND, "SyncStateNotFound", 410)
            return self._told(known)

    def subscribe(self, mailbox: Mailbox, url: str, word: str, until: datetime) -> Subscription:
        with self._turn("subscribe", mailbox=mailbox, url=url, until=until):
            if self.unreachable:
                raise refuse(VerdictKind.OPERATOR_FAULT, "ValidationError", 400)
            name = f"subscription-{next(self._numbers)}"
            self.subscriptions[name] = Subscribed(url, word, until)
            return Subscription(name, until)

    def renew(self, mailbox: Mailbox, subscription_id: str, until: datetime) -> Subscription:
        with self._turn("renew", mailbox=mailbox, subscription_id=subscription_id, until=until):
            known = self.subscriptions.get(subscription_id)
            if known is None:
                raise refuse(VerdictKind.NOT_FOUND, "ResourceNotFound", 404)
            self.subscriptions[subscription_id] = Subscribed(known.url, known.word, until)
            return Subscription(subscription_id, until)

    def end(self, mailbox: Mailbox, subscription_id: str) -> None:
        with self._turn("end", mailbox=mailbox, subscription_id=subscription_id):
            self.subscriptions.pop(subscription_id, None)

    def reports(self, body: bytes) -> tuple[ChangeReport, ...]:
        try:
            told = json.loads(body)["value"]
            return tuple(
                ChangeReport(one["subscriptionId"], one.get("clientState", "")) for one in told
            )
        except (ValueError, KeyError, TypeError) as cause:
            raise InvalidInput("The reports are no collection.") from cause

    def _told(self, known: _Round) -> CalendarChanges:
        """Compare what is there with what was told, and remember it under a new link."""
        present = {
            event.event_id: event.etag
            for event in self._calendar.events
            if event.starts_at < known.end and event.ends_at > known.start
        }
        changed = [
            ChangedEvent(event_id, etag)
            for event_id, etag in present.items()
            if known.versions.get(event_id) != etag
        ]
        gone = [ChangedEvent(one, removed=True) for one in known.versions if one not in present]
        link = f"delta-{next(self._numbers)}"
        self._rounds[link] = _Round(known.start, known.end, present)
        return CalendarChanges((*changed, *gone), link)
