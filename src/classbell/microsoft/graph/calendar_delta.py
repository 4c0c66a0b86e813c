"""What changed in the account's calendar since it was last read.

https://learn.microsoft.com/en-us/graph/api/event-delta
"""

from __future__ import annotations

from datetime import UTC, datetime

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import (
    MOST_PAGES,
    PREFERENCES,
    GraphCall,
    GraphClient,
    not_understood,
)
from classbell.ports.mail import Mailbox
from classbell.ports.watching import CalendarChanges, ChangedEvent

CALENDARS = "Calendars.ReadWrite"

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


def _written(moment: datetime) -> str:
    """Return a moment as the window takes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
