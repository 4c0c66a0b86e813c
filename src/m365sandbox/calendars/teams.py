"""The Teams meeting an event gets: its join link and the block in the invitation's body."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from m365sandbox.calendars.model import TeamsMeeting

if TYPE_CHECKING:
    from m365sandbox.calendars.model import Event
    from m365sandbox.directory.model import Person
    from m365sandbox.world import World


def new_meeting(world: World, event: Event, organizer: Person) -> TeamsMeeting:
    """Return a new meeting of a person for their event."""
    made = world.meetings.begin(organizer, event.start, event.end, event.subject)
    number = made.number
    shown = " ".join(number[place : place + 3] for place in range(0, len(number), 3))
    block = (
        '<div class="me-email-text" lang="en-GB"><hr><p><b>Microsoft Teams meeting</b></p>'
        f'<p><a class="me-email-headline" href="{made.join_url}">Join the meeting now</a></p>'
        f"<p>Meeting ID: {shown}</p><hr></div>"
    )
    late = timedelta(seconds=world.mailboxes.limits.join_link_seconds)
    return TeamsMeeting(made.join_url, number, block, ready=world.now() + late)


def follow(world: World, event: Event) -> None:
    """Let the meeting behind an event have the event's name and time."""
    made = None if event.meeting is None else world.meetings.by_link(event.meeting.join_url)
    if made is not None:
        made.subject, made.start, made.end = event.subject, event.start, event.end
        world.meetings.changed()
