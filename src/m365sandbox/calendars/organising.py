"""What an organiser does with an event: create, change, cancel, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.teams import follow, new_meeting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from m365sandbox.calendars.calendars import Calendars
    from m365sandbox.calendars.model import Attendee, Event
    from m365sandbox.directory.model import Person
    from m365sandbox.mailboxes.model import Address
    from m365sandbox.world import World

# Changes of these members concern nobody but the owner of the calendar.
_PRIVATE: Final = frozenset(
    {"is_reminder_on", "reminder_minutes", "show_as", "categories", "extended", "transaction_id"}
)
_TIME: Final = frozenset({"start", "end", "is_all_day", "recurrence"})


class Organising:
    """Changes events and lets everybody concerned know."""

    def __init__(self, world: World, calendars: Calendars) -> None:
        """Work on a world's calendars."""
        self._world = world
        self._calendars = calendars

    def create(self, event: Event, organizer: Person) -> Event:
        """Put a new event into the organiser's calendar, and invite unless it is a draft."""
        if event.is_online_meeting:
            self._give_meeting(event, organizer)
        self._calendars.add(event)
        if not event.is_draft:
            self._calendars.invitations.invite(event, event.attendees)
        return event

    def change(self, event: Event, changes: Mapping[str, object], organizer: Person) -> Event:
        """Change members of an event.

        When only attendees change, only those who were added or removed are told; any other change
        is told to everybody, and rooms decide anew when the time moved:
        https://learn.microsoft.com/graph/api/event-update
        """
        before = replace(event, attendees=[replace(one) for one in event.attendees])
        changed = {
            name
            for name, value in changes.items()
            if name != "attendees" and getattr(event, name) != value
        }
        for name in changed:
            setattr(event, name, changes[name])
        if "attendees" in changes:
            event.attendees = _merged(before.attendees, changes["attendees"])
        if event.is_online_meeting and event.meeting is None:
            self._give_meeting(event, organizer)
        elif event.meeting is not None and "body" in changed:
            self._check_block(event)
        follow(self._world, event)
        self._calendars.touch(event, self._world.now())
        if event.is_organizer:
            self._tell(before, event, changed)
        return event

    def cancel(self, event: Event, comment: str) -> None:
        """Cancel a meeting: everybody is told, rooms are free again, the event is gone."""
        event.sequence += 1
        self._calendars.remove(event)
        if not event.is_draft:
            self._calendars.invitations.cancel(event, event.attendees, comment)

    def forward(self, event: Event, forwarder: Address, to: list[Attendee], comment: str) -> None:
        """Invite more people to a meeting, as its organiser or as somebody who was invited.

        The organiser of a forwarded meeting has those people among the attendees and is told:
        https://learn.microsoft.com/graph/api/event-forward
        """
        meeting = self._calendars.by_uid(event.organizer.address, event.uid) or event
        known = {one.key for one in meeting.attendees}
        added = [one for one in to if one.key not in known]
        meeting.attendees = [*meeting.attendees, *added]
        self._calendars.touch(meeting, self._world.now())
        self._calendars.invitations.invite(meeting, added, comment)
        if not event.is_organizer:
            names = ", ".join(one.name or one.address for one in to)
            self._calendars.invitations.tell_of_forward(meeting, forwarder, names)

    def delete(self, event: Event) -> None:
        """Delete an event; for an organiser's meeting that is a cancellation without words."""
        if event.is_organizer and event.attendees:
            self.cancel(event, "")
        else:
            self._calendars.remove(event)

    def _give_meeting(self, event: Event, organizer: Person) -> None:
        """Give the event a Teams meeting where the organiser may have one."""
        if not organizer.has_teams or not organizer.may_schedule_meetings:
            event.is_online_meeting = False
            return
        event.meeting = new_meeting(self._world, event, organizer)
        event.body += event.meeting.block

    def _check_block(self, event: Event) -> None:
        """Take the meeting away when a new body no longer holds its block."""
        if event.meeting is not None and not _holds_link(event.body, event.meeting.join_url):
            event.meeting = None
            event.is_online_meeting = False

    def _tell(self, before: Event, event: Event, changed: set[str]) -> None:
        invitations = self._calendars.invitations
        if event.is_draft:
            return
        if before.is_draft:
            invitations.invite(event, event.attendees)
            return
        known = {one.key for one in before.attendees}
        staying = {one.key for one in event.attendees}
        added = [one for one in event.attendees if one.key not in known]
        removed = [one for one in before.attendees if one.key not in staying]
        moved = bool(changed & _TIME)
        if changed - _PRIVATE:
            event.sequence += 1
            kept = [one for one in event.attendees if one.key in known]
            if moved:
                _forget_answers(kept)
            invitations.update(event, kept, moved=moved)
        invitations.invite(event, added)
        invitations.cancel(event, removed, "")


def _holds_link(body: str, join_url: str) -> bool:
    """Say whether a body still names a meeting, in its HTML-escaped form or not."""
    return join_url in body or join_url.replace("&", "&amp;") in body


def _merged(before: list[Attendee], wanted: object) -> list[Attendee]:
    """Return the wanted attendees, with the answers of those who were there before."""
    answered = {one.key: one for one in before}
    result: list[Attendee] = []
    for one in wanted if isinstance(wanted, list) else []:
        old = answered.get(one.key)
        if old is not None and old.kind == one.kind:
            answer = {"response": old.response, "responded": old.responded}
            result.append(replace(one, proposed=old.proposed, **answer))
        else:
            result.append(one)
    return result


def _forget_answers(attendees: list[Attendee]) -> None:
    for one in attendees:
        one.response, one.responded, one.proposed = "none", None, None
