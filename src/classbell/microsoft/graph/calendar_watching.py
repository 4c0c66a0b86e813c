"""What changed in the account's calendar: read by delta, and reported by subscription.

https://learn.microsoft.com/en-us/graph/api/event-delta,
https://learn.microsoft.com/en-us/graph/change-notifications-overview
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import (
    MOST_PAGES,
    PREFERENCES,
    GraphCall,
    GraphClient,
    not_understood,
)
from classbell.microsoft.graph.codes import SUBSCRIPTIONS
from classbell.ports.errors import InvalidInput, ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.watching import (
    CalendarChanges,
    ChangedEvent,
    ChangeReport,
    Lifecycle,
    Subscription,
)

CALENDARS = "Calendars.ReadWrite"

# https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
_LIFECYCLES = {
    "reauthorizationRequired": Lifecycle.REAUTHORIZE,
    "subscriptionRemoved": Lifecycle.REMOVED,
    "missed": Lifecycle.MISSED,
}

# A delta query takes no $top and no $select; the header is how a page is made larger. Without it
# a calendar of ten thousand events would take a thousand calls.
PAGE = 200
HEADERS = {"Prefer": f"{PREFERENCES}, odata.maxpagesize={PAGE}"}


class GraphCalendarWatching:
    """Implements ``ports.watching.CalendarWatching``."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def begin(self, mailbox: Mailbox, start: datetime, end: datetime) -> CalendarChanges:
        """Read all events between two moments; the link keeps to those."""
        call = GraphCall(
            method="GET",
            path=f"{mailbox.path}/calendarView/delta",
            needs=CALENDARS,
            params={"startDateTime": _written(start), "endDateTime": _written(end)},
            headers=HEADERS,
        )
        return self._read(mailbox, call, "")

    def go_on(self, mailbox: Mailbox, link: str) -> CalendarChanges:
        """Read what changed since a link was given out."""
        call = GraphCall(method="GET", path="", needs=CALENDARS, headers=HEADERS)
        return self._read(mailbox, call, link)

    def subscribe(self, mailbox: Mailbox, url: str, word: str, until: datetime) -> Subscription:
        """Have changes of the calendar reported.

        https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions
        """
        wanted = {
            "changeType": "created,updated,deleted",
            "notificationUrl": url,
            "lifecycleNotificationUrl": url,
            "resource": f"{mailbox.path}/events",
            "expirationDateTime": _written(until),
            "clientState": word,
            "latestSupportedTlsVersion": "v1_2",
        }
        # A second one would report the same and lapse by itself.
        call = _call("POST", "/subscriptions", wanted)
        return _subscription(self._graph.read(mailbox, call))

    def renew(self, mailbox: Mailbox, subscription_id: str, until: datetime) -> Subscription:
        """Have changes reported for longer.

        https://learn.microsoft.com/en-us/graph/api/subscription-update
        """
        call = _call("PATCH", _path(subscription_id), {"expirationDateTime": _written(until)})
        return _subscription(self._graph.read(mailbox, call))

    def end(self, mailbox: Mailbox, subscription_id: str) -> None:
        """Have nothing reported any more.

        https://learn.microsoft.com/en-us/graph/api/subscription-delete
        """
        call = _call("DELETE", _path(subscription_id))
        try:
            self._graph.call(mailbox, call)
        except ProviderFailure as failure:
            if failure.verdict.kind is not VerdictKind.NOT_FOUND:
                raise

    def reports(self, body: bytes) -> tuple[ChangeReport, ...]:
        """Read what Graph has brought.

        https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
        """
        try:
            told = json.loads(body)
        except ValueError as cause:
            raise InvalidInput("The reports are no JSON.") from cause
        if not isinstance(told, dict) or not isinstance(told.get("value"), list):
            raise InvalidInput("The reports are no collection.")
        return tuple(_report(part) for part in JsonPart(told).parts("value"))

    def _read(self, mailbox: Mailbox, call: GraphCall, link: str) -> CalendarChanges:
        """Read page by page until Graph says where the next round begins.

        An event that several pages tell of counts as the last of them says.
        """
        found: dict[str, ChangedEvent] = {}
        for _ in range(MOST_PAGES):
            page = (
                self._graph.linked(mailbox, call, link) if link else self._graph.read(mailbox, call)
            )
            for part in page.parts("value"):
                event = _event(part)
                found[event.event_id] = event
            if end := page.text("@odata.deltaLink"):
                return CalendarChanges(tuple(found.values()), end)
            link = page.text("@odata.nextLink")
            if not link:
                raise not_understood("A round of changes has neither a next page nor an end.")
        raise not_understood("A round of changes has no end.")


def _event(part: JsonPart) -> ChangedEvent:
    """Read one item; what is gone comes as its id and the member «@removed»."""
    try:
        event_id = part.needed_text("id")
    except NotUnderstood as error:
        raise not_understood(error) from error
    gone = bool(part.part("@removed").text("reason")) or part.flag("isCancelled") is True
    return ChangedEvent(event_id, "" if gone else part.text("@odata.etag"), gone)


def _call(method: str, path: str, body: object = None) -> GraphCall:
    """Make a call about a subscription."""
    return GraphCall(method=method, path=path, needs=CALENDARS, json=body, area=SUBSCRIPTIONS)


def _path(subscription_id: str) -> str:
    """Return where a subscription is found."""
    return f"/subscriptions/{quote(subscription_id, safe='')}"


def _subscription(part: JsonPart) -> Subscription:
    """Read a subscription."""
    try:
        expires_at = datetime.fromisoformat(part.needed_text("expirationDateTime"))
        subscription_id = part.needed_text("id")
    except (NotUnderstood, ValueError) as error:
        raise not_understood(f"A subscription cannot be read: {error}") from error
    return Subscription(subscription_id, expires_at.astimezone(UTC))


def _report(part: JsonPart) -> ChangeReport:
    """Read a report; an event of life that is not known is one that asks for a look."""
    lifecycle = part.text("lifecycleEvent")
    return ChangeReport(
        part.text("subscriptionId"),
        part.text("clientState"),
        _LIFECYCLES.get(lifecycle, Lifecycle.MISSED) if lifecycle else None,
    )


def _written(moment: datetime) -> str:
    """Return a moment as the window takes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
