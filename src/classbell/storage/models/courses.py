"""Courses, their sessions, instructors and enrolments."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Person
from classbell.storage.scope import Tenancy, TenantModel


class EnrolmentType(models.TextChoices):
    """Which of a course's sessions somebody who takes it goes to."""

    SINGLE = "single"
    """One of its sessions or groups."""
    ALL = "all"
    """Every one; places are the course's own."""
    MULTIPLE = "multiple"
    """As many as one likes."""


class Course(TenantModel):
    """A course of a catalog; ``code`` is the platform's own short name for it.

    ``seats`` and ``enrolment_deadline`` count where people enrol to all sessions at once.
    ``waiting_list`` lets somebody who finds no place wait for one. ``self_enrolment`` lets people
    of the organisation enrol themselves; without it only admins enrol them.
    """

    tenancy: ClassVar = Tenancy(
        organisation="catalog__organisation_id", catalog="catalog_id", course="id"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="courses")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    enrolment_type = models.CharField(
        max_length=20, choices=EnrolmentType.choices, default=EnrolmentType.MULTIPLE
    )
    seats = models.PositiveIntegerField(null=True, blank=True)
    enrolment_deadline = models.DateTimeField(null=True, blank=True)
    waiting_list = models.BooleanField(default=False)
    self_enrolment = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalog", "code"], name="course_code_once")
        ]

    def __str__(self) -> str:
        """Return the course's title."""
        return self.title


class SessionGroup(TenantModel):
    """Sessions of a course that are taken together; places and deadline are the group's."""

    tenancy: ClassVar = Tenancy(
        organisation="course__catalog__organisation_id",
        catalog="course__catalog_id",
        course="course_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="groups")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    seats = models.PositiveIntegerField(null=True, blank=True)
    enrolment_deadline = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "code"], name="session_group_code_once")
        ]

    def __str__(self) -> str:
        """Return the group's title."""
        return self.title


class CourseSession(TenantModel):
    """One date of a course.

    ``starts_at`` and ``ends_at`` are UTC; ``time_zone`` is the IANA zone in which people read them.
    A session has a room of the directory, or a free-text place, or neither (online only).
    ``meeting_url`` is a link that somebody pasted, to a meeting of another provider.
    ``co_organisers`` makes its instructors co-organisers of the Teams meeting, and ``lobby`` says
    who waits outside it (empty: as the catalog has it). ``cancel_message`` is what people are told
    when it is cancelled. ``group`` is the group it is taken with, if any. ``revision`` is the
    SEQUENCE of every calendar file about it, and rises when what they show changes;
    ``calendar_facts`` is a short text of what they were last given (empty: nobody has looked yet),
    and ``revised_at`` is since when it is so; None while it is as it was created.
    """

    tenancy: ClassVar = Tenancy(
        organisation="course__catalog__organisation_id",
        catalog="course__catalog_id",
        course="course_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sessions")
    group = models.ForeignKey(
        SessionGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    seats = models.PositiveIntegerField(null=True, blank=True)
    enrolment_deadline = models.DateTimeField(null=True, blank=True)
    room_address = models.EmailField(max_length=254, blank=True)
    place = models.CharField(max_length=200, blank=True)
    teams_meeting = models.BooleanField(default=False)
    meeting_url = models.CharField(max_length=1000, blank=True, default="")
    co_organisers = models.BooleanField(default=False)
    lobby = models.CharField(max_length=40, blank=True, default="")
    published = models.BooleanField(default=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0, db_default=0)
    calendar_facts = models.CharField(max_length=64, blank=True, default="", db_default="")
    revised_at = models.DateTimeField(null=True, blank=True)
    instructors = models.ManyToManyField(
        Person, through="storage.SessionInstructor", related_name="taught_sessions"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "code"], name="session_code_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="session_ends_after_start",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["starts_at"], name="session_by_start")]

    def __str__(self) -> str:
        """Return the session's title."""
        return self.title


class SessionInstructor(TenantModel):
    """A person who teaches a session."""

    tenancy: ClassVar = Tenancy(
        organisation="person__organisation_id",
        catalog="session__course__catalog_id",
        course="session__course_id",
    )

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "person"], name="instructor_once")
        ]

    def __str__(self) -> str:
        """Return who teaches what."""
        return f"{self.person_id} teaches {self.session_id}"


class EnrolmentState(models.TextChoices):
    """Whether somebody has a place."""

    ENROLLED = "enrolled"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class Enrolment(TenantModel):
    """A learner's place in a session, or among those who wait for one.

    ``created_at`` is when they got the place or began to wait, and decides the order.
    ``attendance`` is the share of the session that they attended, in per cent; None while nobody
    has said so.
    """

    tenancy: ClassVar = Tenancy(
        organisation="person__organisation_id",
        catalog="session__course__catalog_id",
        course="session__course_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    state = models.CharField(max_length=20, choices=EnrolmentState.choices)
    created_at = models.DateTimeField()
    attendance = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "person"], name="enrolment_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["session", "state", "created_at"], name="enrolment_in_order")
        ]

    def __str__(self) -> str:
        """Return who is enrolled in what."""
        return f"{self.person_id} in {self.session_id}"
