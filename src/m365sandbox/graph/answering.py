"""Answers to invitations, https://learn.microsoft.com/graph/api/event-accept, and forwarding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from m365sandbox.calendars.model import Attendee
from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.event_input import MOST_ATTENDEES, check_period
from m365sandbox.graph.events import whole
from m365sandbox.graph.message_input import recipients
from m365sandbox.graph.parameters import (
    action_parameters,
    moment,
    optional_boolean,
    optional_text,
)
from m365sandbox.graph.shapes import read, read_list
from m365sandbox.mailboxes.model import Address

if TYPE_CHECKING:
    from datetime import datetime

    from m365sandbox.calendars.model import Answer as Reply
    from m365sandbox.calendars.model import Event
    from m365sandbox.graph.call import JsonObject

_PROPOSAL: Final = "proposedNewTime"
_CANNOT: Final = "Your request can't be completed."


def accept_event(call: Call) -> Answer:
    """Accept an invitation."""
    return _respond(call, "accepted", ("comment", "sendResponse"))


def tentatively_accept_event(call: Call) -> Answer:
    """Accept an invitation with a reservation."""
    return _respond(call, "tentativelyAccepted", ("comment", "sendResponse", _PROPOSAL))


def decline_event(call: Call) -> Answer:
    """Decline an invitation."""
    return _respond(call, "declined", ("comment", "sendResponse", _PROPOSAL))


def forward_event(call: Call) -> Answer:
    """Invite more people to a meeting: https://learn.microsoft.com/graph/api/event-forward."""
    event = whole(call)
    given = action_parameters(call.json_object(), ("comment", "toRecipients"))
    people = cast("list[JsonObject]", read_list(given.get("toRecipients"), "recipient"))
    if not people:
        text = "At least one recipient is needed to forward an event."
        raise bad_request(text, "ErrorInvalidRecipients")
    to = [Attendee(one.address, one.name) for one in recipients(people)]
    if len(event.attendees) + len(to) > MOST_ATTENDEES:
        text = f"An event can have at most {MOST_ATTENDEES} attendees."
        raise bad_request(text, "ErrorInvalidRequest")
    forwarder = Address(call.person.address, call.person.display_name)
    comment = optional_text(given.get("comment"))
    call.world.calendars.organising.forward(event, forwarder, to, comment)
    return Answer(202)


def _respond(call: Call, answer: Reply, names: tuple[str, ...]) -> Answer:
    event = whole(call)
    given = action_parameters(call.json_object() if call.body else {}, names)
    comment = optional_text(given.get("comment"))
    tell = optional_boolean(given.get("sendResponse"), otherwise=True)
    if event.is_organizer:
        text = f"{_CANNOT} You can't respond to this meeting because you're the meeting organizer."
        raise GraphError(400, "ErrorInvalidRequest", text)
    proposed = _proposed(given.get(_PROPOSAL), event, tell=tell)
    answers = call.world.calendars.answers
    answers.respond(event, answer, comment, tell=tell, proposed=proposed)
    return Answer(202)


def _proposed(value: object, event: Event, *, tell: bool) -> tuple[datetime, datetime] | None:
    """Return the time an attendee would rather have, or None.

    Raises:
        GraphError: 400 when the organiser wants no proposals, or would not hear of this one.
    """
    slot = cast("JsonObject | None", read(value, "timeSlot"))
    if slot is None:
        return None
    if not event.allow_new_time_proposals:
        text = f"{_CANNOT} The meeting organizer does not allow new time proposals."
        raise bad_request(text, "ErrorInvalidRequest")
    if not tell:
        text = f"{_CANNOT} A new time can only be proposed in a response that is sent."
        raise bad_request(text, "ErrorInvalidRequest")
    start, end = (moment(slot.get(name), name) for name in ("start", "end"))
    check_period(start, end, is_all_day=False)
    return start, end
