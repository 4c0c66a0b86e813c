"""Events as Graph shows them."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from m365sandbox.calendars.zones import UnknownTimeZoneError, instant_text, wall_text, zone
from m365sandbox.graph.identifiers import change_key, etag, item_id
from m365sandbox.graph.parameters import unknown_zone
from m365sandbox.graph.recurrence import recurrence_view
from m365sandbox.mailboxes.model import text_of_html

if TYPE_CHECKING:
    from m365sandbox.calendars.model import Attendee, Event
    from m365sandbox.graph.call import Call, JsonObject

_NEVER: Final = "0001-01-01T00:00:00Z"
_PREVIEW: Final = 255
_HEAD: Final = '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'


def output_zone(call: Call) -> str:
    """Return the zone the caller prefers, else UTC.

    Raises:
        GraphError: 400 when nobody knows the zone.
    """
    name = call.preferences.get("outlook.timezone", "UTC")
    try:
        zone(name)
    except UnknownTimeZoneError:
        raise unknown_zone(name) from None
    return name


def preference_applied(call: Call) -> dict[str, str]:
    """Return the header that says which preferences counted."""
    kept = [
        f'{name}="{call.preferences[key]}"'
        for key, name in (
            ("outlook.timezone", "outlook.timezone"),
            ("outlook.body-content-type", "outlook.body-content-type"),
            ("idtype", "IdType"),
        )
        if key in call.preferences
    ]
    if "odata.maxpagesize" in call.preferences:
        kept.append(f"odata.maxpagesize={call.preferences['odata.maxpagesize']}")
    return {"Preference-Applied": ", ".join(kept)} if kept else {}


def time_view(moment: datetime, zone_name: str) -> JsonObject:
    """Return a moment as a dateTimeTimeZone."""
    return {"dateTime": wall_text(moment, zone_name), "timeZone": zone_name}


def event_view(call: Call, event: Event) -> JsonObject:
    """Return an event with all its members."""
    zone_name = output_zone(call)
    identity = item_id(call.person.oid, event.key, immutable=call.wants_immutable_ids)
    teams = event.meeting if event.is_online_meeting else None
    if teams is not None and teams.ready is not None and teams.ready > call.world.now():
        teams = None
    plain = text_of_html(event.body)
    view: JsonObject = {
        "@odata.etag": etag(event.key, event.version),
        "id": identity,
        "webLink": _web_link(identity),
        **_own_members(event, call.person.oid),
        "bodyPreview": plain[:_PREVIEW],
        "body": _body(call, event, plain),
        "start": _time(event, event.start, zone_name),
        "end": _time(event, event.end, zone_name),
        "location": event.locations[0] if event.locations else _no_location(),
        "locations": list(event.locations),
        "attendees": [_attendee(one) for one in event.attendees],
        "organizer": {
            "emailAddress": {"name": event.organizer.name, "address": event.organizer.address}
        },
    }
    if teams is not None:
        view["onlineMeeting"] = _meeting(teams.join_url, teams.conference_id)
    if event.series_key is not None:
        view["originalStart"] = instant_text(event.start)
    if event.transaction_id is not None and event.is_organizer:
        view["transactionId"] = event.transaction_id
    return view


def _type(event: Event) -> str:
    if event.series_key is not None:
        return "occurrence"
    return "singleInstance" if event.recurrence is None else "seriesMaster"


def _own_members(event: Event, owner: str) -> JsonObject:
    """Return the members that are the same whoever asks, and however."""
    return {
        "createdDateTime": instant_text(event.created),
        "lastModifiedDateTime": instant_text(event.modified),
        "changeKey": change_key(event.key, event.version),
        "categories": list(event.categories),
        "originalStartTimeZone": event.start_zone,
        "originalEndTimeZone": event.end_zone,
        "iCalUId": event.uid,
        "reminderMinutesBeforeStart": event.reminder_minutes,
        "isReminderOn": event.is_reminder_on,
        "hasAttachments": any(not one.is_inline for one in event.attachments),
        "subject": event.subject,
        "importance": event.importance,
        "sensitivity": event.sensitivity,
        "isAllDay": event.is_all_day,
        "isCancelled": event.is_cancelled,
        "isOrganizer": event.is_organizer,
        "responseRequested": event.response_requested,
        "seriesMasterId": None if event.series_key is None else item_id(owner, event.series_key),
        "showAs": event.show_as,
        "type": _type(event),
        "onlineMeetingUrl": None,
        "isOnlineMeeting": event.is_online_meeting,
        "onlineMeetingProvider": "teamsForBusiness" if event.is_online_meeting else "unknown",
        "allowNewTimeProposals": event.allow_new_time_proposals,
        "isDraft": event.is_draft,
        "hideAttendees": event.hide_attendees,
        "recurrence": None if event.recurrence is None else recurrence_view(event.recurrence),
        "onlineMeeting": None,
        "responseStatus": _status(event.response, event.responded),
    }


def extended_view(event: Event) -> list[JsonObject]:
    """Return the event's extended properties, as $expand and $filter see them."""
    return [{"id": name, "value": value} for name, value in event.extended.items()]


def _time(event: Event, moment: datetime, zone_name: str) -> JsonObject:
    """Return a time of an event; the days of an all-day event are the same in every zone."""
    if event.is_all_day:
        return {"dateTime": wall_text(moment.astimezone(UTC), "UTC"), "timeZone": zone_name}
    return time_view(moment, zone_name)


def _body(call: Call, event: Event, plain: str) -> JsonObject:
    if call.preferences.get("outlook.body-content-type", "").lower() == "text":
        return {"contentType": "text", "content": plain}
    return {"contentType": "html", "content": whole_html(event.body)}


def whole_html(content: str) -> str:
    """Return HTML as the service keeps it: as a whole document."""
    if "<html" in content[:200].lower():
        return content
    return f"{_HEAD}\r\n</head>\r\n<body>\r\n{content}\r\n</body>\r\n</html>\r\n"


def _attendee(attendee: Attendee) -> JsonObject:
    proposed = attendee.proposed
    times = {} if proposed is None else dict(zip(("start", "end"), proposed, strict=True))
    slot = {name: time_view(moment, "UTC") for name, moment in times.items()}
    return {
        **({"proposedNewTime": slot} if slot else {}),
        "type": attendee.kind,
        "status": _status(attendee.response, attendee.responded),
        "emailAddress": {"name": attendee.name or attendee.address, "address": attendee.address},
    }


def _status(response: str, responded: datetime | None) -> JsonObject:
    return {"response": response, "time": _NEVER if responded is None else instant_text(responded)}


def _meeting(join_url: str, conference_id: str) -> JsonObject:
    return {
        "joinUrl": join_url,
        "conferenceId": conference_id,
        "tollNumber": None,
        "tollFreeNumbers": [],
        "quickDial": None,
        "phones": [],
    }


def _no_location() -> JsonObject:
    return {
        "displayName": "",
        "locationType": "default",
        "uniqueIdType": "unknown",
        "address": {},
        "coordinates": {},
    }


def _web_link(identity: str) -> str:
    return (
        f"https://outlook.office365.com/owa/?itemid={quote(identity, safe='')}"
        "&exvsurl=1&path=/calendar/item"
    )


def html_of_text(text: str) -> str:
    """Return plain text as HTML that reads the same."""
    return html.escape(text).replace("\r\n", "\n").replace("\n", "<br>\n")
