"""Options of Teams meetings: https://learn.microsoft.com/en-us/graph/api/resources/onlinemeeting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import GraphCall, GraphClient, not_understood
from classbell.microsoft.graph.codes import ONLINE_MEETINGS
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.meetings import (
    Lobby,
    MeetingOptions,
    MeetingPerson,
    MeetingRole,
    OnlineMeeting,
)

PERMISSION = "OnlineMeetings.ReadWrite"

# Who passes the lobby, in Microsoft's words:
# https://learn.microsoft.com/en-us/graph/api/resources/lobbybypasssettings
_SCOPES = {
    Lobby.NOBODY: "everyone",
    Lobby.OUTSIDERS: "organization",
    Lobby.UNINVITED: "invited",
    Lobby.EVERYBODY: "organizer",
}
_LOBBIES = {scope: lobby for lobby, scope in _SCOPES.items()}
_ROLES = {
    MeetingRole.ATTENDEE: "attendee",
    MeetingRole.PRESENTER: "presenter",
    MeetingRole.PRODUCER: "producer",
    MeetingRole.CO_ORGANISER: "coorganizer",
}
_PARTS = {role: part for part, role in _ROLES.items()}


class GraphMeetings:
    """Implements ``ports.meetings.Meetings``."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def find(self, mailbox: Mailbox, join_url: str) -> OnlineMeeting:
        """Find a meeting by its join link; verdict ``NOT_FOUND`` where there is none.

        https://learn.microsoft.com/en-us/graph/api/onlinemeeting-get
        """
        wanted = join_url.replace("'", "''")
        call = GraphCall(
            method="GET",
            path=f"{mailbox.path}/onlineMeetings",
            needs=PERMISSION,
            params={"$filter": f"JoinWebUrl eq '{wanted}'"},
            area=ONLINE_MEETINGS,
        )
        found = self._graph.read(mailbox, call).parts("value")
        if not found:
            raise ProviderFailure(
                Verdict(VerdictKind.NOT_FOUND, explanation="No meeting has this join link.")
            )
        return _meeting(found[0])

    def set_options(
        self, mailbox: Mailbox, meeting: OnlineMeeting, options: MeetingOptions
    ) -> OnlineMeeting:
        """Change what differs; nothing is sent without a difference. Others keep their parts.

        https://learn.microsoft.com/en-us/graph/api/onlinemeeting-update
        """
        changed: dict[str, object] = {}
        if options.lobby is not None and options.lobby is not meeting.lobby:
            changed["lobbyBypassSettings"] = {"scope": _SCOPES[options.lobby]}
        if options.co_organisers is not None:
            people = with_co_organisers(meeting.people, options.co_organisers)
            if _keys(people) != _keys(meeting.people):
                # The list replaces the one before, so those with other parts are named again.
                changed["participants"] = {"attendees": [_participant(one) for one in people]}
        if not changed:
            return meeting
        call = GraphCall(
            method="PATCH",
            path=f"{mailbox.path}/onlineMeetings/{quote(meeting.meeting_id, safe='')}",
            needs=PERMISSION,
            json=changed,
            area=ONLINE_MEETINGS,
        )
        return _meeting(self._graph.read(mailbox, call))


def with_co_organisers(
    people: Iterable[MeetingPerson], wanted: Iterable[MeetingPerson]
) -> tuple[MeetingPerson, ...]:
    """Return the people of a meeting with just these as co-organisers.

    Whoever is co-organiser no more stays as an attendee.
    """
    rising = tuple(replace(one, role=MeetingRole.CO_ORGANISER) for one in wanted)
    names = {one.name.casefold() for one in rising}
    ids = {one.object_id for one in rising if one.object_id}
    others = (
        replace(one, role=MeetingRole.ATTENDEE) if one.role is MeetingRole.CO_ORGANISER else one
        for one in people
        if one.name.casefold() not in names and one.object_id not in ids
    )
    return (*others, *rising)


def _keys(people: Iterable[MeetingPerson]) -> set[tuple[str, MeetingRole]]:
    """Return who plays which part, by the id where it is known."""
    return {(one.object_id or one.name.casefold(), one.role) for one in people}


def _participant(person: MeetingPerson) -> dict[str, object]:
    """Write a participant: https://learn.microsoft.com/en-us/graph/api/resources/meetingparticipantinfo."""
    named: dict[str, object] = {"role": _ROLES[person.role]}
    if person.name:
        named["upn"] = person.name
    if person.object_id:
        named["identity"] = {"user": {"id": person.object_id}}
    return named


def _meeting(part: JsonPart) -> OnlineMeeting:
    """Read a meeting, or say that it makes no sense."""
    try:
        meeting_id = part.needed_text("id")
    except NotUnderstood as error:
        raise not_understood(error) from error
    return OnlineMeeting(
        meeting_id=meeting_id,
        lobby=_LOBBIES.get(part.part("lobbyBypassSettings").text("scope")),
        people=tuple(_person(one) for one in part.part("participants").parts("attendees")),
    )


def _person(part: JsonPart) -> MeetingPerson:
    """Read a participant."""
    return MeetingPerson(
        name=part.text("upn"),
        object_id=part.part("identity").part("user").text("id"),
        role=_PARTS.get(part.text("role"), MeetingRole.ATTENDEE),
    )
