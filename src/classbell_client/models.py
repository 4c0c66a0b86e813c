"""What the API shows and takes, as types; moments are texts in ISO 8601, as they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypedDict, TypeVar

Shown = TypeVar("Shown")


def shown_as(kind: type[Shown], body: Mapping[str, Any]) -> Shown:
    """Return an answer as a type; members that a later version adds are left out."""
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass, by its use
    return kind(**{name: value for name, value in body.items() if name in names})


class PersonGiven(TypedDict, total=False):
    """Somebody, named either by id or by address; an address that is new makes them known."""

    id: str
    address: str
    name: str


class _CourseRest(TypedDict, total=False):
    description: str
    enrolment_type: str
    seats: int | None
    enrolment_deadline: str | None
    waiting_list: bool


class CourseFields(_CourseRest, total=False):
    """What can be changed of a course."""

    title: str


class NewCourse(_CourseRest):
    """What can be said of a new course."""

    title: str


class _GroupRest(TypedDict, total=False):
    seats: int | None
    enrolment_deadline: str | None


class GroupFields(_GroupRest, total=False):
    """What can be changed of a group."""

    title: str


class NewGroup(_GroupRest):
    """What can be said of a new group."""

    title: str


class AttendedGiven(TypedDict):
    """How much of a session somebody attended, in per cent; None takes back what was said."""

    person: PersonGiven
    attendance: int | None


class _SessionRest(TypedDict, total=False):
    description: str
    seats: int | None
    enrolment_deadline: str | None
    room_address: str
    place: str
    teams_meeting: bool
    meeting_url: str
    published: bool
    group: str | None
    instructors: Sequence[PersonGiven]


class SessionFields(_SessionRest, total=False):
    """What can be changed of a session; ``starts`` and ``ends`` are wall times in its zone."""

    title: str
    starts: str
    ends: str
    time_zone: str


class NewSession(_SessionRest):
    """What can be said of a new session, and four things that must be."""

    title: str
    starts: str
    ends: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Integration:
    """The integration that a token belongs to."""

    id: str
    name: str
    scopes: list[str]
    expires_at: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """A course catalog."""

    id: str
    slug: str
    title: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the organisation."""

    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Course:
    """A course; ``etag`` names this state of it."""

    id: str
    code: str
    title: str
    description: str
    enrolment_type: str
    seats: int | None
    enrolment_deadline: str | None
    waiting_list: bool
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Sessions of a course that are taken together; ``etag`` names this state of it."""

    id: str
    course_id: str
    code: str
    title: str
    seats: int | None
    enrolment_deadline: str | None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A session; ``etag`` names this state of it."""

    id: str
    course_id: str
    code: str
    title: str
    description: str
    starts_at: str
    ends_at: str
    starts: str
    ends: str
    time_zone: str
    seats: int | None
    enrolment_deadline: str | None
    room_address: str
    place: str
    teams_meeting: bool
    meeting_url: str
    published: bool
    cancelled_at: str | None
    group: str | None
    instructors: list[Mapping[str, str]]
    notes: list[str]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody's place in a session, or among those who wait for one."""

    id: str
    person: Mapping[str, str]
    state: str
    since: str
    attendance: int | None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many have a place by a call, had one before, and wait for one."""

    enrolled: int
    already: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of how many something new is said, the same as before, and who have no place."""

    recorded: int
    already: int
    no_place: int


@dataclass(frozen=True, slots=True)
class SentNotification:
    """One thing that is told to some people."""

    id: str
    kind: str
    people: int
    created_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a notification has come, in people; the last four sum up to ``people``."""

    id: str
    kind: str
    people: int
    created_at: str
    expires_at: str
    sent: int
    waiting: int
    failed: int
    not_sent: int
