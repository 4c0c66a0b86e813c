r"""What Moodle's events say, in facts.

The shapes are those of Moodle itself and of two plugins:

- ``event`` is ``\core\event\base::get_data()``: moodle/moodle, lib/classes/event/base.php; what
  each event has in ``other`` stands in the file of its name beside it (course_updated.php,
  user_enrolment_created.php, calendar_event_updated.php).
- The envelope around it, with ``relateduser`` and ``course``, is that of the plugin
  local_webhookengine, schema 1: thepankajzx/moodle-local_webhookengine,
  classes/payload_builder.php. Its hook needs the options *include other*, *include user*,
  *include e-mail* and *include course*.
- Face-to-face: catalyst/moodle-mod_facetoface, classes/event/signup_success.php and
  cancel_booking.php. ``objectid`` is the session, and the event says nothing of its times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from examples.bridge.facts import CourseFact, Fact, PlaceFact, SessionFact
from examples.bridge.receive import Headers, NotUnderstood, Said

FACE_TO_FACE = "F2F-"
"""How sessions are called in Classbell that learners book in Moodle's face-to-face activity."""
CALENDAR = "MOODLE-"
LENGTH = timedelta(hours=1)
"""Of a session: events of the calendar tell when it begins, and not when it ends."""

Event = Mapping[str, Any]


def translate(_headers: Headers, envelope: Event) -> Said:
    """Return what an event says.

    Raises:
        NotUnderstood: the hook does not send what is needed.
    """
    event = envelope.get("event")
    if not isinstance(event, dict) or "eventname" not in envelope:
        raise NotUnderstood("This is no event of local_webhookengine, schema 1.")
    facts_of = EVENTS.get(str(envelope["eventname"]))
    at = float(event["timecreated"])
    return Said(at, [] if facts_of is None else facts_of(envelope, event))


def _course(envelope: Event, _event: Event) -> list[Fact]:
    course = _needed(envelope, "course")
    return [CourseFact(_code(envelope), str(course["fullname"]))]


def _enrolled(envelope: Event, _event: Event) -> list[Fact]:
    return [_place(envelope, wanted=True)]


def _unenrolled(envelope: Event, _event: Event) -> list[Fact]:
    return [_place(envelope, wanted=False)]


def _booked(envelope: Event, event: Event) -> list[Fact]:
    return [_place(envelope, wanted=True, session=f"{FACE_TO_FACE}{event['objectid']}")]


def _cancelled(envelope: Event, event: Event) -> list[Fact]:
    return [_place(envelope, wanted=False, session=f"{FACE_TO_FACE}{event['objectid']}")]


def _planned(envelope: Event, event: Event) -> list[Fact]:
    if not event.get("courseid"):
        return []  # Somebody's own appointment, or one of the whole site.
    other = _needed(event, "other")
    starts = datetime.fromtimestamp(int(other["timestart"]), UTC)
    return [
        SessionFact(
            code=f"{CALENDAR}{event['objectid']}",
            course=_code(envelope),
            title=str(other["name"]),
            starts=f"{starts:%Y-%m-%dT%H:%M}",
            ends=f"{starts + LENGTH:%Y-%m-%dT%H:%M}",
        )
    ]


def _deleted(envelope: Event, event: Event) -> list[Fact]:
    if not event.get("courseid"):
        return []
    return [SessionFact(f"{CALENDAR}{event['objectid']}", _code(envelope), gone=True)]


EVENTS: Mapping[str, Callable[[Event, Event], list[Fact]]] = {
    "\\core\\event\\course_created": _course,
    "\\core\\event\\course_updated": _course,
    "\\core\\event\\user_enrolment_created": _enrolled,
    "\\core\\event\\user_enrolment_deleted": _unenrolled,
    "\\core\\event\\calendar_event_created": _planned,
    "\\core\\event\\calendar_event_updated": _planned,
    "\\core\\event\\calendar_event_deleted": _deleted,
    "\\mod_facetoface\\event\\signup_success": _booked,
    "\\mod_facetoface\\event\\cancel_booking": _cancelled,
}


def _place(envelope: Event, *, wanted: bool, session: str = "") -> PlaceFact:
    # The plugin leaves relateduser out where somebody does something to themselves.
    somebody = envelope.get("relateduser") or _needed(envelope, "user")
    if not somebody.get("email"):
        raise NotUnderstood("Nobody's address is sent: switch on «include e-mail» of the hook.")
    name = f"{somebody.get('firstname', '')} {somebody.get('lastname', '')}".strip()
    return PlaceFact(_code(envelope), str(somebody["email"]), wanted, name, session)


def _code(envelope: Event) -> str:
    """Return the code of the course: by its id, for people rename short names."""
    return f"{CALENDAR}{_needed(envelope, 'course')['id']}"


def _needed(event: Event, name: str) -> Event:
    found = event.get(name)
    if not isinstance(found, dict):
        raise NotUnderstood(f"The event has no «{name}»: switch it on in the options of the hook.")
    return found
