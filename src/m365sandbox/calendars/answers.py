"""The answers of people and rooms, and how they reach the organiser."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.invitations import ROOM_DECIDES
from m365sandbox.calendars.rooms import decide
from m365sandbox.mailboxes.model import Address, Letter, MeetingNote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.calendars.calendars import Calendars
    from m365sandbox.calendars.model import Answer, Event, Response
    from m365sandbox.calendars.rooms import Decision
    from m365sandbox.directory.model import Room
    from m365sandbox.world import World

_SUBJECTS: Final[dict[str, str]] = {
    "accepted": "Accepted",
    "tentativelyAccepted": "Tentative",
    "declined": "Declined",
}
_WORDS: Final[dict[str, str]] = {
    "accepted": "accepted",
    "tentativelyAccepted": "accepted tentatively",
    "declined": "declined",
}
_SHOWN_AS: Final[dict[str, str]] = {"accepted": "busy", "tentativelyAccepted": "tentative"}


class Answers:
    """Records answers in the organiser's event and writes the organiser about them."""

    def __init__(self, world: World, calendars: Calendars) -> None:
        """Work on a world's calendars; rooms decide when their time has come."""
        self._world = world
        self._calendars = calendars
        world.handle(ROOM_DECIDES, self._room_decides)

    def respond(
        self,
        copy: Event,
        answer: Answer,
        comment: str = "",
        *,
        tell: bool = True,
        proposed: tuple[datetime, datetime] | None = None,
    ) -> None:
        """Answer an invitation as the person in whose calendar the copy is.

        Args:
            copy: The attendee's copy of the meeting.
            answer: What they say.
            comment: What they add.
            tell: Whether the organiser gets a message about it.
            proposed: The time they would rather have, in UTC.
        """
        now = self._world.now()
        person = self._world.directory.person(copy.owner)
        name = person.display_name if person is not None else copy.owner
        if answer == "declined":
            self._calendars.remove(copy)
        else:
            copy.response, copy.responded = answer, now
            copy.show_as = _SHOWN_AS[answer]
            self._calendars.touch(copy, now)
        if tell and copy.response_requested:
            # The organiser's calendar learns of an answer by the message, and so only with it.
            meeting = (copy.organizer.address, copy.uid, copy.owner)
            self._record(*meeting, answer, now, proposed=proposed)
            self._write(copy, Address(copy.owner, name), answer, comment)

    def _room_decides(self, at: datetime, payload: Mapping[str, object]) -> None:
        """Let a room decide, unless the meeting changed or ended since it was asked."""
        room = self._world.directory.room(str(payload["room"]))
        event = self._calendars.find(str(payload["owner"]), str(payload["key"]))
        if room is None or event is None or event.sequence != payload["sequence"]:
            return
        if event.attendee(room.address) is None:
            return
        bookings = self._calendars.of(room.address)
        organizer = self._world.directory.person(event.organizer.address)
        inside = organizer is not None and organizer.tenant_id == room.tenant_id
        decision = decide(room, event, bookings, at, is_inside=inside)
        self._book(room, event, decision, at)
        if decision.is_pending and room.rules.forward_requests_to_delegates:
            self._ask_delegates(room, event)
        if decision.response == "none":
            return
        self._record(event.owner, event.uid, room.address, decision.response, at)
        sender = Address(room.address, room.display_name)
        self._write(event, sender, decision.response, decision.reason)

    def settle(self, room: Room, booking: Event, answer: Answer) -> None:
        """Let a person decide about a request that waits in a room's calendar.

        Args:
            room: The room.
            booking: What stands in its calendar tentatively.
            answer: What is decided; declined, the room is free again.
        """
        now = self._world.now()
        if answer == "declined":
            self._calendars.remove(booking)
        else:
            booking.response, booking.responded = answer, now
            booking.show_as = _SHOWN_AS[answer]
            self._calendars.touch(booking, now)
        self._record(booking.organizer.address, booking.uid, room.address, answer, now)
        event = self._calendars.by_uid(booking.organizer.address, booking.uid) or booking
        words = f"Your request was {_WORDS[answer]} by a delegate of the room."
        self._write(event, Address(room.address, room.display_name), answer, words)

    def _ask_delegates(self, room: Room, event: Event) -> None:
        """Send a request on to those who decide for the room."""
        for address in room.rules.resource_delegates:
            letter = Letter(
                sender=event.organizer,
                recipients=[address],
                to=[Address(address, "")],
                subject=f"FW: {event.subject}",
                sent=self._world.now(),
                route="calendar",
                html=f"<p>{html.escape(room.display_name)} was requested; please decide.</p>",
            )
            self._world.mailboxes.transport.carry(letter)

    def _book(self, room: Room, event: Event, decision: Decision, at: datetime) -> None:
        """Enter the decision into the room's own calendar."""
        old = self._calendars.by_uid(room.address, event.uid)
        if old is not None:
            self._calendars.remove(old)
        if not decision.is_booked:
            return
        rules = room.rules
        subject = "" if rules.delete_subject else event.subject
        if rules.add_organizer_to_subject:
            subject = f"{event.organizer.name or event.organizer.address} {subject}".strip()
        is_settled = decision.response == "accepted"
        booking = replace(
            event,
            owner=room.address,
            subject=subject,
            body="",
            attendees=[replace(one) for one in event.attendees],
            attachments=[],
            categories=[],
            extended={},
            transaction_id=None,
            is_organizer=False,
            response=decision.response if decision.response != "none" else "notResponded",
            responded=at,
            show_as="busy" if is_settled else "tentative",
            created=at if old is None else old.created,
            modified=at,
            version=1 if old is None else old.version + 1,
            key=event.key if old is None else old.key,
            skipped_days=list(decision.skipped),
        )
        if booking.recurrence is not None and decision.until is not None:
            ends = replace(booking.recurrence, range_kind="endDate", end=decision.until, count=0)
            booking.recurrence = ends
        self._calendars.add(booking)

    def _record(
        self,
        organizer: str,
        uid: str,
        address: str,
        answer: Response,
        at: datetime,
        *,
        proposed: tuple[datetime, datetime] | None = None,
    ) -> None:
        """Put an answer into the organiser's event."""
        event = self._calendars.by_uid(organizer, uid)
        attendee = None if event is None else event.attendee(address)
        if event is not None and attendee is not None:
            attendee.response, attendee.responded, attendee.proposed = answer, at, proposed
            self._calendars.touch(event, at)

    def _write(self, event: Event, sender: Address, answer: Response, words: str) -> None:
        """Send the organiser the message about an answer."""
        organizer = event.organizer
        letter = Letter(
            sender=sender,
            recipients=[organizer.address],
            to=[organizer],
            subject=f"{_SUBJECTS[answer]}: {event.subject}",
            sent=self._world.now(),
            route="calendar",
            html=f"<p>{html.escape(words)}</p>" if words else "",
            meeting=MeetingNote(event.uid, "response", answer),
        )
        self._world.mailboxes.transport.carry(letter)
