"""Answers to invitations: https://learn.microsoft.com/graph/api/event-accept and its sisters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call
from m365sandbox.graph.events import whole
from m365sandbox.graph.parameters import action_parameters, optional_boolean, optional_text

if TYPE_CHECKING:
    from m365sandbox.calendars.model import Answer as Reply


def accept_event(call: Call) -> Answer:
    """Accept an invitation."""
    return _respond(call, "accepted")


def tentatively_accept_event(call: Call) -> Answer:
    """Accept an invitation with a reservation."""
    return _respond(call, "tentativelyAccepted")


def decline_event(call: Call) -> Answer:
    """Decline an invitation."""
    return _respond(call, "declined")


def _respond(call: Call, answer: Reply) -> Answer:
    event = whole(call)
    names = ("comment", "sendResponse", "proposedNewTime")
    given = action_parameters(call.json_object() if call.body else {}, names)
    comment = optional_text(given.get("comment"))
    tell = optional_boolean(given.get("sendResponse"), otherwise=True)
    if event.is_organizer:
        text = "Your request can't be completed. You can't respond to this meeting because you're "
        raise GraphError(400, "ErrorInvalidRequest", f"{text}the meeting organizer.")
    call.world.calendars.answers.respond(event, answer, comment, tell=tell)
    return Answer(202)
