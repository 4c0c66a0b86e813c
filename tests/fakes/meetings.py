"""Teams meetings that exist once they are named, with the options they were given."""

from __future__ import annotations

from dataclasses import replace

from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.meetings import (
    Lobby,
    MeetingOptions,
    MeetingPerson,
    MeetingRole,
    OnlineMeeting,
)
from tests.fakes.script import Scripted, refuse


class FakeMeetings(Scripted):
    """Implements ``ports.meetings.Meetings``; every Teams join link has its meeting."""

    def __init__(self) -> None:
        super().__init__()
        self.by_link: dict[str, OnlineMeeting] = {}
        self.strangers: set[str] = set()

    def add(self, join_url: str, *people: MeetingPerson) -> None:
        """Let there be a meeting with these people in it."""
        self.by_link[join_url] = OnlineMeeting(f"meeting of {join_url}", Lobby.OUTSIDERS, people)

    def find(self, mailbox: Mailbox, join_url: str) -> OnlineMeeting:
        with self._turn("find", mailbox=mailbox, join_url=join_url):
            if "meetup-join" not in join_url and join_url not in self.by_link:
                raise refuse(VerdictKind.NOT_FOUND, "NotFound", 404)
            if join_url not in self.by_link:
                self.add(join_url)
            return self.by_link[join_url]

    def set_options(
        self, mailbox: Mailbox, meeting: OnlineMeeting, options: MeetingOptions
    ) -> OnlineMeeting:
        with self._turn("set_options", mailbox=mailbox, meeting=meeting, options=options):
            wanted = options.co_organisers
            if wanted and self.strangers & {one.name for one in wanted}:
                raise refuse(VerdictKind.OPERATOR_FAULT, "BadRequest", 400)
            changed = replace(meeting, lobby=options.lobby or meeting.lobby)
            if wanted is not None:
                changed = replace(changed, people=_people(meeting, wanted))
            (link,) = [
                url for url, one in self.by_link.items() if one.meeting_id == meeting.meeting_id
            ]
            self.by_link[link] = changed
            return changed


def _people(meeting: OnlineMeeting, wanted: tuple[MeetingPerson, ...]) -> tuple[MeetingPerson, ...]:
    named = {one.name.casefold() for one in wanted}
    staying = [
        replace(one, role=MeetingRole.ATTENDEE) if one in meeting.co_organisers else one
        for one in meeting.people
        if one.name.casefold() not in named
    ]
    return (*staying, *(replace(one, role=MeetingRole.CO_ORGANISER) for one in wanted))
