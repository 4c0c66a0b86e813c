"""Reads the events clients send and holds them to the rules of calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.calendars.model import Attendee, AttendeeType
from m365sandbox.calendars.zones import parse_wall_time, zone
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.event_view import html_of_text
from m365sandbox.graph.message_input import attachments, recipients
from m365sandbox.graph.parameters import moment
from m365sandbox.graph.recurrence import read_recurrence
from m365sandbox.graph.shapes import read_object

if TYPE_CHECKING:
    from datetime import date, datetime

    from m365sandbox.calendars.recurrence import Recurrence
    from m365sandbox.graph.call import JsonObject

MOST_ATTENDEES: Final = 500
_LONGEST: Final = timedelta(days=5 * 366)
# What a client may set and where it is kept. Members that are missing here are read-only; the
# service passes over them without a word, and so does the sandbox.
_PLAIN: Final = {
    "subject": ("subject", ""),
    "isAllDay": ("is_all_day", False),
    "isDraft": ("is_draft", False),
    "hideAttendees": ("hide_attendees", False),
    "responseRequested": ("response_requested", True),
    "allowNewTimeProposals": ("allow_new_time_proposals", True),
    "isReminderOn": ("is_reminder_on", True),
    "reminderMinutesBeforeStart": ("reminder_minutes", 15),
    "showAs": ("show_as", "busy"),
    "sensitivity": ("sensitivity", "normal"),
    "importance": ("importance", "normal"),
    "categories": ("categories", []),
}


def read_event(given: JsonObject, zone_name: str = "UTC") -> JsonObject:
    """Return the members of an event a body sets, by the names of the inner record.

    Args:
        given: The body.
        zone_name: The zone of the event's start as far as it is known.

    Raises:
        GraphError: 400 when a member is unknown, malformed or against a rule.
    """
    event = read_object(given, "event")
    changes: JsonObject = {
        name: otherwise if event[member] is None else event[member]
        for member, (name, otherwise) in _PLAIN.items()
        if member in event
    }
    _read_times(event, changes)
    if "recurrence" in event:
        series = cast("JsonObject | None", event["recurrence"])
        place = str(changes.get("start_zone", zone_name))
        changes["recurrence"] = None if series is None else read_recurrence(series, place)
    if "body" in event:
        changes["body"] = _body(cast("JsonObject | None", event["body"]))
    if "attendees" in event:
        changes["attendees"] = _attendees(cast("list[JsonObject]", event["attendees"]))
    if "location" in event or "locations" in event:
        changes["locations"] = _locations(event)
    if "attachments" in event:
        changes["attachments"] = attachments(event)
    if "singleValueExtendedProperties" in event:
        changes["extended"] = _extended(event)
    if event.get("isOnlineMeeting") is True:
        provider = event.get("onlineMeetingProvider") or "teamsForBusiness"
        changes["is_online_meeting"] = provider in {"teamsForBusiness", "unknown"}
    return changes


def creation_only(given: JsonObject) -> JsonObject:
    """Return the members that count only when an event is created."""
    event = read_object(given, "event")
    changes: JsonObject = {}
    if event.get("transactionId"):
        changes["transaction_id"] = event["transactionId"]
    return changes


def check_period(start: datetime, end: datetime, *, is_all_day: bool) -> None:
    """Hold a beginning and an end to the rules.

    Raises:
        GraphError: 400 with the calendar's own code.
    """
    if end <= start:
        text = "The end date is earlier than the start date."
        raise bad_request(text, "ErrorCalendarEndDateIsEarlierThanStartDate")
    if end - start > _LONGEST:
        text = "The duration of the calendar item is too long."
        raise bad_request(text, "ErrorCalendarDurationIsTooLong")
    if is_all_day and any((one.hour, one.minute, one.second) != (0, 0, 0) for one in (start, end)):
        text = "The Event.Start and Event.End of an all-day event need to be set to midnight."
        raise bad_request(text, "ErrorPropertyValidationFailure")


def first_day(start: datetime, recurrence: Recurrence, *, is_all_day: bool) -> date:
    """Return the day a series begins on, in its own zone."""
    return start.date() if is_all_day else start.astimezone(zone(recurrence.zone)).date()


def check_series(start: datetime, recurrence: Recurrence, *, is_all_day: bool) -> None:
    """Hold a series to its event's start.

    Raises:
        GraphError: 400 when the range begins on another day than the event.
    """
    if first_day(start, recurrence, is_all_day=is_all_day) != recurrence.start:
        text = "The start date of the recurrence must be the date on which the event starts."
        raise bad_request(text, "ErrorPropertyValidationFailure")


def _read_times(event: JsonObject, changes: JsonObject) -> None:
    is_all_day = event.get("isAllDay") is True
    for name in ("start", "end"):
        if name not in event:
            continue
        value = cast("JsonObject | None", event[name])
        when = moment(value, name)
        given = cast("JsonObject", value)
        # The days of an all-day event are kept as they are written, whatever the zone.
        changes[name] = parse_wall_time(str(given["dateTime"]))[0] if is_all_day else when
        changes[f"{name}_zone"] = str(given.get("timeZone") or "UTC")


def _body(given: JsonObject | None) -> str:
    if given is None:
        return ""
    content = str(given.get("content") or "")
    return content if given.get("contentType") == "html" else html_of_text(content)


def _attendees(given: list[JsonObject]) -> list[Attendee]:
    if len(given) > MOST_ATTENDEES:
        text = f"An event can have at most {MOST_ATTENDEES} attendees."
        raise bad_request(text, "ErrorInvalidRequest")
    result: dict[str, Attendee] = {}
    for one, address in zip(given, recipients(given), strict=True):
        kind = cast("AttendeeType", one.get("type") or "required")
        result.setdefault(address.address.lower(), Attendee(address.address, address.name, kind))
    return list(result.values())


def _locations(event: JsonObject) -> list[JsonObject]:
    """Return the places of an event; `locations` counts before `location`, as in the service."""
    many = cast("list[JsonObject]", event.get("locations") or [])
    one = cast("JsonObject | None", event.get("location"))
    given = many or ([one] if one else [])
    return [
        {
            "displayName": "",
            "locationType": "default",
            "uniqueIdType": "unknown",
            **{name: value for name, value in place.items() if value is not None},
        }
        for place in given
    ]


def _extended(event: JsonObject) -> dict[str, str]:
    result: dict[str, str] = {}
    for one in cast("list[JsonObject]", event["singleValueExtendedProperties"]):
        if not one.get("id"):
            raise bad_request("An extended property needs an id.", "ErrorInvalidRequest")
        result[str(one["id"])] = str(one.get("value") or "")
    return result
