"""Reads what clients send about online meetings, and holds participants to the rules of Teams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.parameters import parsed_moment
from m365sandbox.graph.types_of_meetings import OPTIONS
from m365sandbox.meetings.model import Participant

if TYPE_CHECKING:
    from datetime import datetime

    from m365sandbox.graph.call import Call, JsonObject
    from m365sandbox.meetings.model import Meeting, Role


@dataclass
class MeetingChanges:
    """What a body sets of a meeting; None leaves a member as it is."""

    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    options: JsonObject = field(default_factory=dict)
    attendees: list[Participant] | None = None

    def apply(self, meeting: Meeting) -> None:
        """Set what the body sets; a list of participants replaces the one before."""
        meeting.options |= self.options
        meeting.start, meeting.end = self.start or meeting.start, self.end or meeting.end
        if self.subject is not None:
            meeting.subject = self.subject
        if self.attendees is not None:
            meeting.attendees = self.attendees


def read_changes(call: Call, given: JsonObject) -> MeetingChanges:
    """Return what a body, checked against its type, sets of a meeting of the caller.

    Members that are read-only are passed over, as by the service.

    Raises:
        GraphError: 400 for a time that is none, another organiser, or a participant who is nobody.
    """
    changes = MeetingChanges(subject=cast("str | None", given.get("subject")))
    for name in ("startDateTime", "endDateTime"):
        if given.get(name):
            moment = parsed_moment(str(given[name]), None, name)
            setattr(changes, name.removesuffix("DateTime"), moment)
    changes.options = {
        name: _merged(given[name], name) for name in OPTIONS if given.get(name) is not None
    }
    participants = cast("JsonObject", given.get("participants") or {})
    organizer = cast("JsonObject | None", participants.get("organizer"))
    if organizer is not None and _participant(call, organizer).user_id != call.person.oid:
        raise bad_request("The organizer of a meeting cannot be changed.")
    if "attendees" in participants:
        people = cast("list[JsonObject]", participants["attendees"])
        changes.attendees = [_participant(call, one) for one in people]
    return changes


def _merged(value: object, name: str) -> object:
    """Return an option; the lobby's two members are kept as they are given, the other as usual."""
    if name == "lobbyBypassSettings" and isinstance(value, dict):
        return {"scope": "organization", "isDialInBypassEnabled": False} | {
            key: one for key, one in value.items() if one is not None
        }
    return value


def _participant(call: Call, given: JsonObject) -> Participant:
    """Return somebody named by object id or by user principal name.

    Raises:
        GraphError: 400 when nobody is named, the object id is nobody's, or somebody from elsewhere
            is to be a co-organiser.
    """
    user = cast("JsonObject", cast("JsonObject", given.get("identity") or {}).get("user") or {})
    upn, user_id = given.get("upn"), user.get("id")
    if not upn and not user_id:
        raise bad_request("A participant needs an identity or a upn.")
    person = call.world.directory.person(str(user_id or upn))
    if person is not None and person.tenant_id != call.person.tenant_id:
        person = None
    if user_id and person is None:
        raise bad_request(f"The user '{str(user_id)[:60]}' was not found.")
    role = cast("Role", given.get("role") or "attendee")
    if role == "coorganizer" and person is None:
        text = "Only people of the organizer's own organization can be co-organizers."
        raise bad_request(text)
    if person is None:
        return Participant(str(upn), role=role)
    return Participant(person.upn, person.oid, person.display_name, role)
