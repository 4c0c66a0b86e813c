"""Turns entries into Graph's events and back.

https://learn.microsoft.com/en-us/graph/api/resources/event
"""

from __future__ import annotations

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.graph.message import recipient
from classbell.microsoft.graph.teams_block import reads_the_same, with_block
from classbell.microsoft.graph.times import read_instant, read_time, write_time
from classbell.ports.calendar import (
    Answer,
    Attendee,
    AttendeeAnswer,
    AttendeeKind,
    DesiredEntry,
    EntrySnapshot,
)

TEAMS = "teamsForBusiness"

# Our own property on the event, so that it is found again whatever happens to ids:
# https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview
SESSION_PROPERTY = "String {c1a55be1-5e55-4d0c-9a11-0c1a55be1100} Name ClassbellSession"

_ANSWERS = {
    "organizer": Answer.ORGANIZER,
    "accepted": Answer.ACCEPTED,
    "tentativelyAccepted": Answer.TENTATIVE,
    "declined": Answer.DECLINED,
}
_KINDS = {kind.value: kind for kind in AttendeeKind}


# What each member of a change is to us; those that go with another one are not named again.
PARTS = {
    "subject": "subject",
    "start": "times",
    "location": "place",
    "body": "text",
    "attendees": "attendees",
    "isOnlineMeeting": "online",
}


def new_event(entry: DesiredEntry) -> dict[str, object]:
    """Return the event to create for an entry."""
    return {
        "subject": entry.subject,
        "body": _body(entry.html),
        "start": write_time(entry.starts_at),
        "end": write_time(entry.ends_at),
        "location": _location(entry),
        "attendees": [_attendee(attendee) for attendee in entry.attendees],
        "hideAttendees": entry.hide_attendees,
        "responseRequested": entry.ask_for_answers,
        "allowNewTimeProposals": False,
        "transactionId": entry.transaction_id,
        "singleValueExtendedProperties": [{"id": SESSION_PROPERTY, "value": entry.session_ref}],
        **(_online() if entry.online else {}),
    }


def changes(current: EntrySnapshot, entry: DesiredEntry) -> dict[str, object]:
    """Return only what differs between an event and its entry.

    A change of attendees alone mails only those who come or go; anything else mails everybody.
    A meeting that is online once stays so, because Graph cannot take that back. Whether answers are
    asked for goes along with what everybody is told anyway, and is no reason to tell them.
    """
    changed: dict[str, object] = {}
    if entry.subject != current.subject:
        changed["subject"] = entry.subject
    if entry.starts_at != current.starts_at or entry.ends_at != current.ends_at:
        changed["start"] = write_time(entry.starts_at)
        changed["end"] = write_time(entry.ends_at)
    if entry.place != current.place:
        changed["location"] = _location(entry)
    if not reads_the_same(entry.html, current.html):
        changed["body"] = _body(with_block(entry.html, current.html))
    if _invited(entry) != _on_event(current):
        changed["attendees"] = [_attendee(attendee) for attendee in entry.attendees]
    if entry.online and not current.online:
        changed.update(_online())
    if changed.keys() - {"attendees"} and entry.ask_for_answers != current.asks_for_answers:
        changed["responseRequested"] = entry.ask_for_answers
    return changed


def read_event(event: JsonPart) -> EntrySnapshot:
    """Return an event as we see it.

    Raises:
        NotUnderstood: it lacks its id or its times.
    """
    return EntrySnapshot(
        event_id=event.needed_text("id"),
        etag=event.text("@odata.etag"),
        ical_uid=event.text("iCalUId"),
        subject=event.text("subject"),
        html=event.part("body").text("content"),
        starts_at=read_time(event.part("start")),
        ends_at=read_time(event.part("end")),
        place=event.part("location").text("displayName"),
        answers=tuple(_answer(part) for part in event.parts("attendees")),
        online=event.flag("isOnlineMeeting") is True,
        join_url=event.part("onlineMeeting").text("joinUrl"),
        cancelled=event.flag("isCancelled") is True,
        asks_for_answers=event.flag("responseRequested") is not False,
    )


def session_filter(session_ref: str) -> str:
    """Return the filter that finds the events carrying our id.

    https://learn.microsoft.com/en-us/graph/api/singlevaluelegacyextendedproperty-get
    """
    value = session_ref.replace("'", "''")
    return (
        f"singleValueExtendedProperties/any(ep: ep/id eq '{SESSION_PROPERTY}' "
        f"and ep/value eq '{value}')"
    )


def _body(html: str) -> dict[str, str]:
    return {"contentType": "HTML", "content": html}


def _online() -> dict[str, object]:
    """Return what makes a Teams meeting of an event."""
    return {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS}


def _location(entry: DesiredEntry) -> dict[str, str]:
    """Return the place; the room's mailbox is named with it, so that Outlook shows a room."""
    if not entry.room or not entry.place or not entry.names_room:
        return {"displayName": entry.place}
    return {
        "displayName": entry.place,
        "locationEmailAddress": entry.room,
        "locationType": "conferenceRoom",
    }


def _attendee(attendee: Attendee) -> dict[str, object]:
    return {"type": attendee.kind.value, **recipient(attendee.address)}


def _answer(part: JsonPart) -> AttendeeAnswer:
    """Read an attendee. «none» and «notResponded» both mean that there is no answer yet."""
    status = part.part("status")
    return AttendeeAnswer(
        address=part.part("emailAddress").text("address"),
        kind=_KINDS.get(part.text("type"), AttendeeKind.REQUIRED),
        answer=_ANSWERS.get(status.text("response"), Answer.NONE),
        answered_at=read_instant(status.text("time")),
    )


def _invited(entry: DesiredEntry) -> set[tuple[str, AttendeeKind]]:
    return {(a.address.address.casefold(), a.kind) for a in entry.attendees}


def _on_event(current: EntrySnapshot) -> set[tuple[str, AttendeeKind]]:
    return {
        (a.address.casefold(), a.kind) for a in current.answers if a.answer is not Answer.ORGANIZER
    }
