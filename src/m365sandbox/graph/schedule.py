"""getSchedule: https://learn.microsoft.com/graph/api/calendar-getschedule."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.calendars.freebusy import Window, availability_view
from m365sandbox.errors import GraphError
from m365sandbox.graph.calendars import check_calendar
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.event_view import output_zone, preference_applied, time_view
from m365sandbox.graph.hours import working_hours
from m365sandbox.graph.parameters import action_parameters, moment
from m365sandbox.graph.shapes import read, read_list

if TYPE_CHECKING:
    from m365sandbox.calendars.model import Event

_PARAMETERS: Final = ("schedules", "startTime", "endTime", "availabilityViewInterval")
_MOST_ADDRESSES: Final = 20
_LONGEST: Final = timedelta(days=42)
_INTERVALS: Final = range(5, 1441)


def get_schedule(call: Call) -> Answer:
    """Answer when mailboxes are free and busy; an address that fails has its own error."""
    check_calendar(call)
    given = action_parameters(call.json_object(), _PARAMETERS)
    schedules = [str(one) for one in read_list(given.get("schedules"), "string")]
    if not schedules:
        raise bad_request("The parameter 'Schedules' is missing.", "ErrorInvalidParameter")
    if len(schedules) > _MOST_ADDRESSES:
        text = f"At most {_MOST_ADDRESSES} schedules may be asked for at once."
        raise bad_request(text, "ErrorInvalidParameter")
    window = _window(given)
    values = [_schedule(call, one, window) for one in schedules]
    context = call.context("Collection(microsoft.graph.scheduleInformation)")
    return Answer(200, {"@odata.context": context, "value": values}, preference_applied(call))


def _window(given: JsonObject) -> Window:
    start = moment(given.get("startTime"), "StartTime")
    end = moment(given.get("endTime"), "EndTime")
    minutes = read(given.get("availabilityViewInterval"), "integer")
    interval = 30 if minutes is None else cast("int", minutes)
    if interval not in _INTERVALS:
        text = "The parameter 'AvailabilityViewInterval' must be between 5 and 1440 minutes."
        raise bad_request(text, "ErrorInvalidParameter")
    if end <= start or (end - start) < timedelta(minutes=interval):
        text = "The end time must be later than the start time by one interval at least."
        raise GraphError(400, "ErrorInvalidParameter", text)
    return Window(start, end, interval)


def _schedule(call: Call, address: str, window: Window) -> JsonObject:
    """Return one mailbox's schedule, or why it cannot be told."""
    if window.end - window.start >= _LONGEST:
        text = (
            "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long."
        )
        return _failed(address, "ErrorTimeIntervalTooBig", text)
    directory = call.world.directory
    room, person = directory.room(address), directory.person(address)
    tenant = call.caller.tenant.tenant_id
    if room is not None and room.tenant_id == tenant:
        zone_name = room.time_zone
    elif person is not None and person.tenant_id == tenant and person.has_mailbox:
        zone_name = person.time_zone
    else:
        text = "Unable to resolve the address to an Exchange object."
        return _failed(address, "ErrorMailRecipientNotFound", text)
    events = [
        one
        for one in call.world.calendars.between(address, window.start, window.end)
        if one.show_as != "free" and not one.is_cancelled
    ]
    is_own = address.lower() == call.person.address.lower()
    return {
        "scheduleId": address,
        "availabilityView": availability_view(events, window),
        "scheduleItems": [_item(call, one, shows_details=is_own) for one in events],
        "workingHours": working_hours(zone_name),
    }


def _item(call: Call, event: Event, *, shows_details: bool) -> JsonObject:
    zone_name = output_zone(call)
    item: JsonObject = {
        "status": event.show_as,
        "start": time_view(event.start, zone_name),
        "end": time_view(event.end, zone_name),
    }
    if shows_details:
        names = [str(one.get("displayName") or "") for one in event.locations]
        is_private = event.sensitivity == "private"
        item |= {"isPrivate": is_private, "subject": event.subject, "location": "; ".join(names)}
    return item


def _failed(address: str, code: str, text: str) -> JsonObject:
    return {
        "scheduleId": address,
        "availabilityView": "",
        "scheduleItems": [],
        "error": {"message": text, "responseCode": code},
    }
