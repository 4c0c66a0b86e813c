"""Teams meetings and their options: https://learn.microsoft.com/graph/api/resources/onlinemeeting."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.zones import instant_text
from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.meeting_input import read_changes
from m365sandbox.graph.odata import chosen
from m365sandbox.graph.parameters import action_parameters
from m365sandbox.graph.shapes import read, read_object
from m365sandbox.meetings.model import Participant

if TYPE_CHECKING:
    from datetime import datetime

    from m365sandbox.meetings.model import Meeting

_TYPE: Final = "microsoft.graph.onlineMeeting"
_WANTED: Final = re.compile(
    r"\s*(?P<name>[\w/]+)\s+eq\s+'(?P<value>(?:[^']|'')*)'\s*", re.IGNORECASE | re.DOTALL
)
_BY_LINK: Final = "joinweburl"
_BY_NUMBER: Final = "joinmeetingidsettings/joinmeetingid"


def list_meetings(call: Call) -> Answer:
    """Answer the one meeting with a join link or number; there is no list of all."""
    _check_teams(call, is_writing=False)
    condition = call.query.condition
    match = None if condition is None else _WANTED.fullmatch(condition.text)
    name = "" if match is None else match["name"].lower()
    if match is None or name not in {_BY_LINK, _BY_NUMBER}:
        text = "Filter expression expected: JoinWebUrl or joinMeetingIdSettings/joinMeetingId."
        raise bad_request(text)
    value = match["value"].replace("''", "'")
    meetings = call.world.meetings
    found = meetings.by_link(value) if name == _BY_LINK else meetings.by_number(value)
    if found is None:
        raise _not_found()
    if found.organizer != call.person.oid:
        raise forbidden()
    body: JsonObject = {
        "@odata.context": call.context(f"users('{call.person.oid}')/onlineMeetings"),
        "value": [chosen(call.query, _view(call, found), _TYPE)],
    }
    return Answer(200, body)


def get_meeting(call: Call) -> Answer:
    """Answer one meeting."""
    _check_teams(call, is_writing=False)
    return _shown(call, _own(call), 200)


def create_meeting(call: Call) -> Answer:
    """Make a meeting that stands in no calendar."""
    _check_teams(call, is_writing=True)
    return _shown(call, _made(call, read_object(call.json_object(), "onlineMeeting")), 201)


def create_or_get_meeting(call: Call) -> Answer:
    """Make a meeting with an id of the caller's own, or answer the one that has it."""
    _check_teams(call, is_writing=True)
    names = ("externalId", "chatInfo", "startDateTime", "endDateTime", "subject", "participants")
    given = action_parameters(call.json_object(), names)
    external_id = read(given.get("externalId"), "string")
    if not external_id:
        raise bad_request("The parameter 'externalId' is required.")
    found = call.world.meetings.by_external_id(call.person.oid, str(external_id))
    if found is not None:
        return _shown(call, found, 200)
    made = _made(call, read_object(given, "onlineMeeting"))
    made.external_id = str(external_id)
    return _shown(call, made, 201)


def change_meeting(call: Call) -> Answer:
    """Change options, participants, name or time of a meeting; its organiser stays."""
    _check_teams(call, is_writing=True)
    meeting = _own(call)
    changes = read_changes(call, read_object(call.json_object(), "onlineMeeting"))
    if (changes.start is None) is not (changes.end is None):
        raise bad_request("startDateTime and endDateTime can only be updated together.")
    _check_period(changes.start or meeting.start, changes.end or meeting.end)
    changes.apply(meeting)
    call.world.meetings.changed()
    return _shown(call, meeting, 200)


def delete_meeting(call: Call) -> Answer:
    """Delete a meeting; an event keeps its link, which leads nowhere."""
    _check_teams(call, is_writing=True)
    call.world.meetings.remove(_own(call))
    return Answer(204)


def forbidden(text: str = "An error has occurred.") -> GraphError:
    """Return the refusal of the meeting service, which says little (403)."""
    return GraphError(403, "Forbidden", text)


def _not_found() -> GraphError:
    return GraphError(404, "NotFound", "The meeting was not found.")


def _check_teams(call: Call, *, is_writing: bool) -> None:
    """Refuse meetings of others, and to those who may have none.

    Raises:
        GraphError: 403 for all of that.
    """
    if call.person.oid != call.caller.person.oid:
        raise forbidden()
    if not call.person.has_teams:
        raise forbidden("The user has no license for Microsoft Teams.")
    if is_writing and not call.person.may_schedule_meetings:
        raise forbidden("Meetings are disabled for this user by policy.")


def _own(call: Call) -> Meeting:
    found = call.world.meetings.find(call.parameters["onlineMeeting-id"])
    if found is None or found.organizer != call.person.oid:
        raise _not_found()
    return found


def _made(call: Call, given: JsonObject) -> Meeting:
    changes = read_changes(call, given)
    now = call.world.now()
    start = changes.start or now
    end = changes.end or start + timedelta(hours=1)
    _check_period(start, end)
    made = call.world.meetings.begin(call.person, start, end, changes.subject)
    changes.apply(made)
    return made


def _check_period(start: datetime, end: datetime) -> None:
    if end <= start:
        raise bad_request("The end of a meeting must be after its start.")


def _shown(call: Call, meeting: Meeting, status: int) -> Answer:
    context = call.context(f"users('{call.person.oid}')/onlineMeetings/$entity")
    body = chosen(call.query, _view(call, meeting), _TYPE)
    return Answer(status, {"@odata.context": context, **body})


def _view(call: Call, meeting: Meeting) -> JsonObject:
    organizer = Participant(
        call.person.upn, call.person.oid, call.person.display_name, role="presenter"
    )
    return {
        "id": meeting.meeting_id,
        "creationDateTime": instant_text(meeting.created),
        "startDateTime": instant_text(meeting.start),
        "endDateTime": instant_text(meeting.end),
        "subject": meeting.subject,
        "externalId": meeting.external_id,
        "joinWebUrl": meeting.join_url,
        "meetingOptionsWebUrl": (
            f"{call.world.public.people}/portal/meetings/{meeting.meeting_id}"
        ),
        "meetingType": "scheduled",
        "isBroadcast": False,
        "broadcastSettings": None,
        "audioConferencing": None,
        "videoTeleconferenceId": None,
        "meetingTemplateId": None,
        "chatInfo": {"threadId": meeting.thread, "messageId": "0", "replyChainMessageId": None},
        "joinMeetingIdSettings": {
            "isPasscodeRequired": True,
            "joinMeetingId": meeting.number,
            "passcode": meeting.passcode,
        },
        "participants": {
            "organizer": _participant(meeting, organizer),
            "attendees": [_participant(meeting, one) for one in meeting.attendees],
        },
        **meeting.options,
    }


def _participant(meeting: Meeting, one: Participant) -> JsonObject:
    user = {"id": one.user_id, "displayName": one.display_name, "tenantId": meeting.tenant_id}
    identity = None if one.user_id is None else {"user": user}
    return {"upn": one.upn, "role": one.role, "identity": identity}
