"""A session as other programs read and write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from ninja import Schema
from pydantic import Field

from classbell.api.v1.moments import WallTime
from classbell.api.v1.people import PersonGiven, PersonOut, shown_person
from classbell.domain.courses.session_details import SessionDetails, details_of
from classbell.domain.courses.times import wall_time
from classbell.storage.models import CourseSession

MOST_SEATS = 1_000_000
ABOUT_TIMES = "what clocks show in `time_zone`, such as 2027-02-03T09:00; an offset is honoured"

ABOUT_GROUP = "code of the group of its course that it is taken with; null for none"


class SessionOut(Schema):
    """A session; moments are UTC, `starts` and `ends` are what clocks show in its zone."""

    untagged: ClassVar = ("notes",)

    id: str
    course_id: str
    code: str
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str
    time_zone: str
    seats: int | None
    enrolment_deadline: datetime | None
    room_address: str
    place: str
    teams_meeting: bool
    meeting_url: str
    published: bool
    cancelled_at: datetime | None
    group: str | None
    instructors: list[PersonOut]
    notes: list[str] = Field(description="choices that were made for you by this change")


class SessionIn(Schema):
    """A new session."""

    course_id: UUID
    code: str = Field(max_length=60, description="unique in the catalog")
    title: str = Field(max_length=200)
    starts: WallTime = Field(description=ABOUT_TIMES)
    ends: WallTime = Field(description=ABOUT_TIMES)
    time_zone: str = Field(max_length=64, description="IANA name, such as Europe/Copenhagen")
    description: str = Field("", max_length=20_000)
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    enrolment_deadline: WallTime | None = None
    room_address: str = Field("", max_length=254, description="mailbox of a room, or empty")
    place: str = Field("", max_length=200, description="free text, instead of a room")
    teams_meeting: bool = False
    meeting_url: str = Field("", max_length=1000, description="https link to another meeting")
    published: bool = True
    group: str | None = Field(None, max_length=60, description=ABOUT_GROUP)
    instructors: list[PersonGiven] = Field([], max_length=50)


class SessionChange(Schema):
    """What to change; what is left out stays as it is."""

    title: str | None = Field(None, max_length=200)
    starts: WallTime | None = Field(None, description=ABOUT_TIMES)
    ends: WallTime | None = Field(None, description=ABOUT_TIMES)
    time_zone: str | None = Field(None, max_length=64)
    description: str | None = Field(None, max_length=20_000)
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    enrolment_deadline: WallTime | None = None
    room_address: str | None = Field(None, max_length=254)
    place: str | None = Field(None, max_length=200)
    teams_meeting: bool | None = None
    meeting_url: str | None = Field(None, max_length=1000)
    published: bool | None = None
    group: str | None = Field(None, max_length=60, description=ABOUT_GROUP)
    instructors: list[PersonGiven] | None = Field(None, max_length=50)


class Cancellation(Schema):
    """Why a session is cancelled, for those who are told."""

    message: str = Field("", max_length=1000)


CAN_BE_NOTHING = frozenset({"seats", "enrolment_deadline"})
"""What null takes away; elsewhere null says nothing."""
TIMES = ("starts", "ends", "enrolment_deadline")


def shown(session: CourseSession, notes: Sequence[str] = ()) -> SessionOut:
    """Return a session as it is shown."""
    zone = session.time_zone
    return SessionOut(
        id=str(session.pk),
        course_id=str(session.course_id),
        code=session.code,
        title=session.title,
        description=session.description,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        starts=wall_time(session.starts_at, zone).isoformat(timespec="minutes"),
        ends=wall_time(session.ends_at, zone).isoformat(timespec="minutes"),
        time_zone=zone,
        seats=session.seats,
        enrolment_deadline=session.enrolment_deadline,
        room_address=session.room_address,
        place=session.place,
        teams_meeting=session.teams_meeting,
        meeting_url=session.meeting_url,
        published=session.published,
        cancelled_at=session.cancelled_at,
        group=session.group.code if session.group else None,
        instructors=sorted(
            (shown_person(one) for one in session.instructors.all()), key=lambda one: one.id
        ),
        notes=list(notes),
    )


def described(wanted: SessionIn) -> SessionDetails:
    """Return a new session as the domain takes it."""
    zone = wanted.time_zone
    return SessionDetails(
        title=wanted.title,
        starts=_on_the_wall(wanted.starts, zone),
        ends=_on_the_wall(wanted.ends, zone),
        time_zone=zone,
        description=wanted.description,
        seats=wanted.seats,
        enrolment_deadline=wanted.enrolment_deadline
        and _on_the_wall(wanted.enrolment_deadline, zone),
        room_address=wanted.room_address,
        place=wanted.place,
        teams_meeting=wanted.teams_meeting,
        published=wanted.published,
        meeting_url=wanted.meeting_url,
    )


def changed(session: CourseSession, wanted: SessionChange) -> SessionDetails:
    """Return a session with what shall change; in another zone its clocks show the same."""
    current = details_of(session)
    zone = wanted.time_zone or current.time_zone
    stated = {
        name: getattr(wanted, name)
        for name in wanted.model_fields_set - {"instructors", "group"}
        if getattr(wanted, name) is not None or name in CAN_BE_NOTHING
    }
    for name in TIMES:
        if stated.get(name) is not None:
            stated[name] = _on_the_wall(stated[name], zone)
    return replace(current, **stated)


def _on_the_wall(time: datetime, zone: str) -> datetime:
    """Return what clocks show in a zone, to the minute as people plan."""
    if time.tzinfo is None:
        return time
    return wall_time(time.astimezone(UTC), zone)
