"""What Open edX's events say, in facts.

The shapes are those of openedx/openedx-events: ``CourseEnrollmentData``, ``UserData`` and
``CourseData`` in openedx_events/learning/data.py, ``CourseCatalogData`` in
openedx_events/content_authoring/data.py, written as their Avro schemas write them
(openedx_events/event_bus/avro/tests/schemas: keys of courses and times are texts).

The headers are those of the event bus (OEP-41, after CloudEvents): ``ce_type``, ``ce_id``,
``ce_source``, ``ce_time``, ``ce_specversion``, ``ce_minorversion``. By HTTP they come as
``ce-type`` and so on, for many proxies drop names with underscores; both are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from examples.bridge.facts import CourseFact, Fact, PlaceFact
from examples.bridge.receive import Headers, NotUnderstood, Said

CREATED = "org.openedx.learning.course.enrollment.created.v1"
CHANGED = "org.openedx.learning.course.enrollment.changed.v1"
LEFT = "org.openedx.learning.course.unenrollment.completed.v1"
CATALOG_INFO = "org.openedx.content_authoring.course.catalog_info.changed.v1"


def translate(headers: Headers, data: Mapping[str, Any]) -> Said:
    """Return what an event says.

    Raises:
        NotUnderstood: headers or members are missing.
    """
    kind, at = _header(headers, "type"), _moment(_header(headers, "time"))
    try:
        if kind in {CREATED, CHANGED, LEFT}:
            return Said(at, _enrolment(data["enrollment"], left=kind == LEFT))
        if kind == CATALOG_INFO:
            info = data["catalog_info"]
            return Said(at, [CourseFact(str(info["course_key"]), str(info["name"]))])
    except KeyError as missing:
        raise NotUnderstood(f"The event {kind} has no {missing}.") from missing
    return Said(at)


def _enrolment(enrolment: Mapping[str, Any], *, left: bool) -> list[Fact]:
    """Return where somebody shall be; ``is_active`` says whether a changed one still holds."""
    course, pii = enrolment["course"], enrolment["user"]["pii"]
    key = str(course["course_key"])
    wanted = bool(enrolment["is_active"]) and not left
    facts: list[Fact] = [PlaceFact(key, str(pii["email"]), wanted, str(pii.get("name", "")))]
    if course.get("display_name"):
        facts.append(CourseFact(key, str(course["display_name"])))
    return facts


def _header(headers: Headers, name: str) -> str:
    found = headers.get(f"ce-{name}") or headers.get(f"ce_{name}")
    if not found:
        raise NotUnderstood(f"The header ce-{name} is missing.")
    return found


def _moment(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
