"""The iCalendar part of a meeting message (RFC 5545, RFC 5546), for any calendar program."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from icalendar import Calendar, vCalAddress, vDDDTypes, vText
from icalendar import Event as CalendarEvent

from m365sandbox.calendars.zones import zone
from m365sandbox.mailboxes.model import Attachment, text_of_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m365sandbox.calendars.model import Attendee, Event
    from m365sandbox.calendars.recurrence import Recurrence
    from m365sandbox.mailboxes.model import MeetingKind

_FREQUENCIES: Final = {
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "absoluteMonthly": "MONTHLY",
    "relativeMonthly": "MONTHLY",
    "absoluteYearly": "YEARLY",
    "relativeYearly": "YEARLY",
}
_POSITIONS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
# The latest day that every month has.
_ALWAYS_THERE: Final = 28
_ROLES: Final = {
    "required": "REQ-PARTICIPANT",
    "optional": "OPT-PARTICIPANT",
    "resource": "NON-PARTICIPANT",
}


def calendar_attachment(
    event: Event, attendees: Sequence[Attendee], kind: MeetingKind
) -> Attachment:
    """Return the calendar file of a request or a cancellation.

    Args:
        event: The organiser's event.
        attendees: The people the file names.
        kind: What the message is.
    """
    method = "CANCEL" if kind == "cancellation" else "REQUEST"
    calendar = Calendar()
    calendar.add("prodid", "-//Microsoft 365 sandbox//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    entry = CalendarEvent()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("summary", event.subject)
    entry.add("dtstart", event.start.date() if event.is_all_day else event.start)
    entry.add("dtend", event.end.date() if event.is_all_day else event.end)
    if event.recurrence is not None:
        if not event.is_all_day:
            place = zone(event.recurrence.zone)
            entry["dtstart"], entry["dtend"] = (
                vDDDTypes(one.astimezone(place)) for one in (event.start, event.end)
            )
        entry.add("rrule", _rule(event.recurrence))
    entry.add("dtstamp", event.modified)
    entry.add("status", "CANCELLED" if kind == "cancellation" else "CONFIRMED")
    entry.add("description", text_of_html(event.body))
    names = [str(place["displayName"]) for place in event.locations if place.get("displayName")]
    if names:
        entry.add("location", "; ".join(names))
    entry["organizer"] = _person(event.organizer.address, event.organizer.name)
    for attendee in attendees:
        person = _person(attendee.address, attendee.name)
        person.params["ROLE"] = vText(_ROLES[attendee.kind])
        person.params["RSVP"] = vText("TRUE" if event.response_requested else "FALSE")
        entry.add("attendee", person, encode=False)
    calendar.add_component(entry)
    content = base64.b64encode(calendar.to_ical()).decode()
    return Attachment("invite.ics", f"text/calendar; method={method}", content)


def _rule(recurrence: Recurrence) -> dict[str, object]:
    """Return a recurrence as the rule of RFC 5545."""
    rule: dict[str, object] = {
        "FREQ": _FREQUENCIES[recurrence.kind],
        "INTERVAL": recurrence.interval,
    }
    if recurrence.month:
        rule["BYMONTH"] = recurrence.month
    if recurrence.days:
        rule["BYDAY"] = [one[:2].upper() for one in recurrence.days]
    if recurrence.kind == "weekly":
        rule["WKST"] = recurrence.first_day[:2].upper()
    if recurrence.kind in {"relativeMonthly", "relativeYearly"}:
        rule["BYSETPOS"] = _POSITIONS[recurrence.index]
    if recurrence.day_of_month > _ALWAYS_THERE:
        # The last day of a month that is too short, as in the service's calendar.
        rule["BYMONTHDAY"] = list(range(_ALWAYS_THERE, recurrence.day_of_month + 1))
        rule["BYSETPOS"] = -1
    elif recurrence.day_of_month:
        rule["BYMONTHDAY"] = recurrence.day_of_month
    return rule | _end_of(recurrence)


def _end_of(recurrence: Recurrence) -> dict[str, object]:
    if recurrence.range_kind == "numbered":
        return {"COUNT": recurrence.count}
    return {} if recurrence.end is None else {"UNTIL": recurrence.end}


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    if name:
        person.params["CN"] = vText(name)
    return person
