"""Entries in the account's calendar."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import GraphCall, GraphClient, not_understood
from classbell.microsoft.graph.events import (
    PARTS,
    TEAMS,
    changes,
    new_event,
    read_event,
    session_filter,
)
from classbell.microsoft.graph.mailbox_path import mailbox_path
from classbell.ports.calendar import CalendarFacts, DesiredEntry, EntrySnapshot
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox

CALENDARS = "Calendars.ReadWrite"
SHARED_CALENDARS = "Calendars.ReadWrite.Shared"
BAD_REQUEST = 400
DUPLICATE = "errorduplicatetransactionid"


class GraphCalendar:
    """Implements ``ports.calendar.Calendar``."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def shared(self, mailbox: Mailbox, address: str) -> Mailbox:
        """Return the mailbox of somebody else, whose calendar the account may write.

        https://learn.microsoft.com/graph/outlook-create-event-in-shared-delegated-calendar
        """
        return replace(mailbox, path=mailbox_path(address), is_shared=True)

    def facts(self, mailbox: Mailbox) -> CalendarFacts:
        """Read what the default calendar can do.

        https://learn.microsoft.com/en-us/graph/api/calendar-get
        """
        found = self._graph.read(mailbox, _call(mailbox, "GET", f"{mailbox.path}/calendar"))
        return CalendarFacts(
            can_edit=found.flag("canEdit") is True,
            teams_meetings=TEAMS in found.texts("allowedOnlineMeetingProviders"),
        )

    def create(self, mailbox: Mailbox, entry: DesiredEntry) -> EntrySnapshot:
        """Create the event; a repeated transaction id returns the event that exists already.

        https://learn.microsoft.com/en-us/graph/api/user-post-events
        """
        call = _call(mailbox, "POST", f"{mailbox.path}/events", json=new_event(entry))
        try:
            return _snapshot(self._graph.read(mailbox, call))
        except ProviderFailure as failure:
            if failure.verdict.code.casefold() != DUPLICATE:
                raise
            existing = self._existing(mailbox, failure.verdict.existing_id, entry.session_ref)
            if existing is None:
                raise
            return existing

    def get(self, mailbox: Mailbox, event_id: str) -> EntrySnapshot:
        """Read the event; verdict ``NOT_FOUND`` if it is gone.

        https://learn.microsoft.com/en-us/graph/api/event-get
        """
        return _snapshot(
            self._graph.read(mailbox, _call(mailbox, "GET", _event_path(mailbox, event_id)))
        )

    def find(self, mailbox: Mailbox, session_ref: str) -> EntrySnapshot | None:
        """Find the event that carries our id, or None.

        https://learn.microsoft.com/en-us/graph/api/user-list-events
        """
        call = GraphCall(
            method="GET",
            path=f"{mailbox.path}/events",
            needs=_needs(mailbox),
            params={"$filter": session_filter(session_ref), "$top": "10"},
        )
        found = [_snapshot(event) for event in self._graph.pages(mailbox, call)]
        return next((event for event in found if not event.cancelled), None)

    def differences(self, current: EntrySnapshot, entry: DesiredEntry) -> tuple[str, ...]:
        """Name what ``update`` would send, and send nothing."""
        return tuple(PARTS[name] for name in changes(current, entry) if name in PARTS)

    def update(
        self, mailbox: Mailbox, current: EntrySnapshot, entry: DesiredEntry
    ) -> EntrySnapshot:
        """Change what differs, guarded by the etag; verdict ``CONFLICT`` if somebody was faster.

        Without a difference nothing is sent and ``current`` is returned.

        https://learn.microsoft.com/en-us/graph/api/event-update
        """
        changed = changes(current, entry)
        if not changed:
            return current
        call = GraphCall(
            method="PATCH",
            path=_event_path(mailbox, current.event_id),
            needs=_needs(mailbox),
            json=changed,
            headers={"If-Match": current.etag} if current.etag else {},
        )
        return _snapshot(self._graph.read(mailbox, call))

    def cancel(self, mailbox: Mailbox, event_id: str, comment: str) -> None:
        """Cancel the event for everybody; an event already gone counts as cancelled.

        https://learn.microsoft.com/en-us/graph/api/event-cancel
        """
        path = f"{_event_path(mailbox, event_id)}/cancel"
        try:
            self._graph.call(mailbox, _call(mailbox, "POST", path, json={"Comment": comment}))
        except ProviderFailure as failure:
            if failure.verdict.kind is VerdictKind.NOT_FOUND:
                return
            if failure.verdict.status != BAD_REQUEST or not self._is_alone(mailbox, event_id):
                raise
            # An event nobody was invited to is no meeting that could be cancelled.
            self._delete(mailbox, event_id)

    def _is_alone(self, mailbox: Mailbox, event_id: str) -> bool:
        """Tell whether nobody is invited to the event."""
        return not self.get(mailbox, event_id).answers

    def _delete(self, mailbox: Mailbox, event_id: str) -> None:
        """Delete an event without telling anybody.

        https://learn.microsoft.com/en-us/graph/api/event-delete
        """
        self._graph.call(mailbox, _call(mailbox, "DELETE", _event_path(mailbox, event_id)))

    def _existing(self, mailbox: Mailbox, event_id: str, session_ref: str) -> EntrySnapshot | None:
        """Read back the event that a repeated create ran into."""
        if not event_id:
            return self.find(mailbox, session_ref)
        try:
            return self.get(mailbox, event_id)
        except ProviderFailure as failure:
            if failure.verdict.kind is VerdictKind.NOT_FOUND:
                return self.find(mailbox, session_ref)
            raise


def _call(mailbox: Mailbox, method: str, path: str, json: object = None) -> GraphCall:
    """Make a call about the calendar. Each may be repeated: a create names its transaction."""
    return GraphCall(method=method, path=path, needs=_needs(mailbox), json=json)


def _needs(mailbox: Mailbox) -> str:
    """Return the permission that a call about this mailbox's calendar takes."""
    return SHARED_CALENDARS if mailbox.is_shared else CALENDARS


def _event_path(mailbox: Mailbox, event_id: str) -> str:
    return f"{mailbox.path}/events/{quote(event_id, safe='')}"


def _snapshot(event: JsonPart) -> EntrySnapshot:
    """Read an event, or say that it makes no sense."""
    try:
        return read_event(event)
    except NotUnderstood as error:
        raise not_understood(error) from error
