"""Brings meetings to those invited: mail, a copy in their calendar, a request to a room."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.icalendar_part import calendar_attachment
from m365sandbox.mailboxes.model import Address, Letter, MeetingNote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m365sandbox.calendars.calendars import Calendars
    from m365sandbox.calendars.model import Attendee, Event
    from m365sandbox.mailboxes.model import MeetingKind
    from m365sandbox.world import World

ROOM_DECIDES: Final = "calendar.room_decides"


class Invitations:
    """Sends requests, updates and cancellations."""

    def __init__(self, world: World, calendars: Calendars) -> None:
        """Work on a world's calendars and mailboxes."""
        self._world = world
        self._calendars = calendars

    def invite(self, event: Event, attendees: Sequence[Attendee], comment: str = "") -> None:
        """Invite attendees who did not know of the meeting."""
        for attendee in self._others(event, attendees):
            self._bring(event, attendee)
        self._write(event, attendees, "request", event.subject, comment)

    def tell_of_forward(self, event: Event, forwarder: Address, names: str) -> None:
        """Write the organiser who invited whom to their meeting."""
        words = f"{forwarder.name or forwarder.address} has forwarded your meeting request to: "
        letter = Letter(
            sender=forwarder,
            recipients=[event.organizer.address],
            to=[event.organizer],
            subject=f"Meeting Forward Notification: {event.subject}",
            sent=self._world.now(),
            route="calendar",
            html=f"<p>{html.escape(words + names)}</p>",
        )
        self._world.mailboxes.transport.carry(letter)

    def update(self, event: Event, attendees: Sequence[Attendee], *, moved: bool) -> None:
        """Tell attendees of a change; rooms decide anew when the meeting moved."""
        for attendee in self._others(event, attendees):
            is_room = self._world.directory.room(attendee.address) is not None
            # A room that has not answered yet was asked about an event that is out of date now.
            if moved or not is_room or attendee.response == "none":
                self._bring(event, attendee)
        self._write(event, attendees, "request", event.subject)

    def cancel(self, event: Event, attendees: Sequence[Attendee], comment: str) -> None:
        """Tell attendees that the meeting, or their part in it, is over; free the rooms."""
        now = self._world.now()
        for attendee in self._others(event, attendees):
            copy = self._calendars.by_uid(attendee.address, event.uid)
            if copy is None:
                continue
            if self._world.directory.room(attendee.address) is not None:
                self._calendars.remove(copy)
                continue
            copy.is_cancelled = True
            copy.show_as = "free"
            copy.subject = f"Canceled: {event.subject}"
            self._calendars.touch(copy, now)
        self._write(event, attendees, "cancellation", f"Canceled: {event.subject}", comment)

    def _others(self, event: Event, attendees: Sequence[Attendee]) -> list[Attendee]:
        """Return the attendees who are not the organiser."""
        return [one for one in attendees if one.key != event.organizer.address.lower()]

    def _bring(self, event: Event, attendee: Attendee) -> None:
        """Put the meeting before one attendee: a room decides soon, a person has it at once."""
        directory = self._world.directory
        room = directory.room(attendee.address)
        if room is not None:
            at = self._world.now() + timedelta(seconds=room.rules.decision_delay_seconds)
            payload: dict[str, object] = {
                "room": room.address,
                "owner": event.owner,
                "key": event.key,
                "sequence": event.sequence,
            }
            self._world.schedule(at, ROOM_DECIDES, payload)
            return
        person = directory.person(attendee.address)
        if person is not None and person.has_mailbox:
            self._copy_to(event, person.address, attendee)

    def _copy_to(self, event: Event, owner: str, attendee: Attendee) -> None:
        """Put the attendee's own copy of the meeting into their calendar."""
        now = self._world.now()
        old = self._calendars.by_uid(owner, event.uid)
        visible = [attendee] if event.hide_attendees else event.attendees
        copy = replace(
            event,
            owner=owner,
            is_organizer=False,
            attendees=[replace(one, response="none", responded=None) for one in visible],
            transaction_id=None,
            extended={},
            categories=[],
            show_as="tentative",
            response="notResponded",
            responded=None,
            is_cancelled=False,
            created=now,
            modified=now,
            version=1,
            key=event.key if old is None else old.key,
        )
        if old is not None:
            copy.created, copy.version, copy.categories = (
                old.created,
                old.version + 1,
                old.categories,
            )
            if (old.start, old.end, old.recurrence) == (event.start, event.end, event.recurrence):
                copy.response, copy.responded = old.response, old.responded
                copy.show_as = old.show_as
        self._calendars.add(copy)

    def _write(
        self,
        event: Event,
        attendees: Sequence[Attendee],
        kind: MeetingKind,
        subject: str,
        comment: str = "",
    ) -> None:
        """Send the meeting message to everybody concerned but rooms, which read no mail."""
        directory = self._world.directory
        people = [
            one for one in self._others(event, attendees) if directory.room(one.address) is None
        ]
        if not people:
            return
        groups = [[one] for one in people] if event.hide_attendees else [people]
        words = f"<p>{html.escape(comment)}</p>" if comment else ""
        for group in groups:
            letter = Letter(
                sender=event.organizer,
                recipients=[one.address for one in group],
                to=[Address(one.address, one.name) for one in group],
                subject=subject,
                sent=self._world.now(),
                route="calendar",
                html=words + event.body,
                importance=event.importance,
                attachments=[calendar_attachment(event, group, kind), *event.attachments],
                meeting=MeetingNote(event.uid, kind),
            )
            self._world.mailboxes.transport.carry(letter)
