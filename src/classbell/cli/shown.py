"""What ``--json`` writes of each thing: the names and values of the REST API, in its order.

The doors do not know each other, so the words stand here again; a test holds them to the API's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classbell.domain.scheduling.rooms import RoomChoice
    from classbell.storage.models import (
        AuditEntry,
        Catalog,
        Course,
        CourseSession,
        Enrolment,
        Message,
        Notification,
        Person,
        Room,
        SessionGroup,
    )

Shown = dict[str, object]


def person(row: Person) -> Shown:
    """Return somebody as they are shown."""
    return {"id": str(row.pk), "name": row.name, "address": row.address}


def catalog(row: Catalog) -> Shown:
    """Return a catalog as it is shown."""
    return {
        "id": str(row.pk),
        "slug": row.slug,
        "title": row.title,
        "language": row.language,
        "time_zone": row.time_zone,
    }


def course(row: Course) -> Shown:
    """Return a course as it is shown."""
    return {
        "id": str(row.pk),
        "code": row.code,
        "title": row.title,
        "description": row.description,
        "enrolment_type": str(row.enrolment_type),
        "seats": row.seats,
        "enrolment_deadline": row.enrolment_deadline,
        "waiting_list": row.waiting_list,
    }


def group(row: SessionGroup) -> Shown:
    """Return a group as it is shown."""
    return {
        "id": str(row.pk),
        "course_id": str(row.course_id),
        "code": row.code,
        "title": row.title,
        "seats": row.seats,
        "enrolment_deadline": row.enrolment_deadline,
    }


def session(row: CourseSession, notes: Sequence[str] = ()) -> Shown:
    """Return a session as it is shown; notes say which choices a change has made."""
    from classbell.domain.courses.times import wall_time  # noqa: PLC0415 -- needs Django's settings

    return {
        "id": str(row.pk),
        "course_id": str(row.course_id),
        "code": row.code,
        "title": row.title,
        "description": row.description,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "starts": wall_time(row.starts_at, row.time_zone).isoformat(timespec="minutes"),
        "ends": wall_time(row.ends_at, row.time_zone).isoformat(timespec="minutes"),
        "time_zone": row.time_zone,
        "seats": row.seats,
        "enrolment_deadline": row.enrolment_deadline,
        "room_address": row.room_address,
        "place": row.place,
        "teams_meeting": row.teams_meeting,
        "meeting_url": row.meeting_url,
        "published": row.published,
        "cancelled_at": row.cancelled_at,
        "group": row.group.code if row.group else None,
        "instructors": sorted(map(person, row.instructors.all()), key=lambda one: str(one["id"])),
        "notes": list(notes),
    }


def enrolment(row: Enrolment) -> Shown:
    """Return somebody's place as it is shown."""
    return {
        "id": str(row.pk),
        "person": person(row.person),
        "state": str(row.state),
        "since": row.created_at,
        "attendance": row.attendance,
    }


def notification(row: Notification) -> Shown:
    """Return a notification as it is shown."""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "people": row.audience_size,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }


def progress(row: Notification) -> Shown:
    """Return a notification with how far it has come, counted now."""
    from classbell.storage.queries.pages_messages import progress_of  # noqa: PLC0415 -- the same

    found = progress_of(row)
    return notification(row) | {
        "sent": found.sent,
        "waiting": found.waiting,
        "failed": found.failed,
        "not_sent": found.not_sent,
    }


def delivery(row: Message) -> Shown:
    """Return one message to one person as it is shown."""
    from classbell.storage.queries.message_log import route_of, session_id  # noqa: PLC0415 -- the same

    return {
        "id": row.pk,
        "notification_id": str(row.notification_id),
        "kind": row.notification.kind,
        "session_id": session_id(row) or None,
        "address": row.address,
        "name": row.name,
        "state": str(row.state),
        "route": route_of(row),
        "attempts": row.attempt,
        "reason": row.reason,
        "reason_code": row.reason_code,
        "created_at": row.created_at,
        "due_at": row.due_at,
        "expires_at": row.expires_at,
        "settled_at": row.settled_at,
    }


def room(row: Room) -> Shown:
    """Return a room as it is shown."""
    return {
        "address": row.address,
        "name": row.name,
        "building": row.building,
        "floor": row.floor,
        "city": row.city,
        "capacity": row.capacity,
        "features": row.features,
        "wheelchair_accessible": row.wheelchair_accessible,
    }


def availability(choice: RoomChoice) -> Shown:
    """Return a room and whether it is free, as it is shown."""
    return {
        "room": room(choice.room),
        "availability": choice.availability.value,
        "reason": choice.reason,
        "too_small": choice.too_small,
    }


def act(row: AuditEntry) -> Shown:
    """Return one act of the record as it is shown."""
    return {
        "id": row.pk,
        "at": row.at,
        "actor": row.actor_name,
        "action": row.action,
        "subject": row.subject,
        "before": row.before,
        "after": row.after,
        "source": row.source,
    }
