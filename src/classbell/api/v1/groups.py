"""Groups of a course: sessions that are taken together."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent, nothing, require_unchanged
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.courses import COURSES, MOST_SEATS, course_in
from classbell.api.v1.moments import Moment
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.routes import operation
from classbell.domain.courses.groups import (
    GroupDetails,
    create_group,
    delete_group,
    group_of,
    update_group,
)
from classbell.domain.integrations.scopes import ApiScope
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Course, SessionGroup

router = Router(tags=["groups"])
GROUPS = f"{COURSES}/{{course_id}}/groups"
GROUP = f"{GROUPS}/{{group_id}}"


class GroupOut(Schema):
    """Sessions of a course that are taken together."""

    id: str
    course_id: str
    code: str
    title: str
    seats: int | None
    enrolment_deadline: datetime | None


class GroupIn(Schema):
    """A new group."""

    code: str = Field(max_length=60, description="unique in the course")
    title: str = Field(max_length=200)
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    enrolment_deadline: Moment | None = None


class GroupChange(Schema):
    """What to change; what is left out stays as it is."""

    title: str | None = Field(None, max_length=200)
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    enrolment_deadline: Moment | None = None


def shown(group: SessionGroup) -> GroupOut:
    """Return a group as it is shown."""
    return GroupOut(
        id=str(group.pk),
        course_id=str(group.course_id),
        code=group.code,
        title=group.title,
        seats=group.seats,
        enrolment_deadline=group.enrolment_deadline,
    )


def group_in(course: Course, group_id: UUID) -> SessionGroup:
    """Return a group of a course.

    Raises:
        NotFoundHere: there is none with this id.
    """
    rows = SessionGroup.objects.select_related("course__catalog__organisation")
    found = rows.filter(course=course, pk=group_id).first()
    if found is None:
        raise NotFoundHere("There is no such group in this course.")
    return found


def group_coded(course: Course, code: str | None) -> SessionGroup | None:
    """Return the group of a course that a session names; None where it names none."""
    return group_of(course, code) if code else None


@operation(router, "GET", GROUPS, scope=ApiScope.COURSES_READ, returns=Page[GroupOut])
def list_groups(
    request: HttpRequest, slug: Slug, course_id: UUID, cursor: Cursor = "", limit: Limit = USUAL
) -> HttpResponse:
    """List the groups of a course, in the order in which they were added."""
    course = course_in(caller(request).catalog(slug), course_id)
    rows = SessionGroup.objects.filter(course=course)
    found = page_of(request, rows, order=("created_at", "id"), cursor=cursor, limit=limit)
    items = [shown(row) for row in found.rows]
    return answer(request, Page[GroupOut](items=items, next=found.next))


@operation(
    router,
    "POST",
    GROUPS,
    name="create_group",
    scope=ApiScope.COURSES_WRITE,
    returns=GroupOut,
    status=201,
    headers=("Idempotency-Key",),
)
@idempotent()
def create(request: HttpRequest, slug: Slug, course_id: UUID, wanted: GroupIn) -> HttpResponse:
    """Add a group; sessions are put into it by their own `group`."""
    asking = caller(request)
    group = create_group(
        bootstrap.ports(),
        course=course_in(asking.catalog(slug), course_id),
        code=wanted.code,
        details=GroupDetails(wanted.title, wanted.seats, wanted.enrolment_deadline),
        actor=asking.actor,
    )
    location = f"{request.path}/{group.pk}"
    return answer(request, shown(group), status=201, location=location)


@operation(router, "GET", GROUP, scope=ApiScope.COURSES_READ, returns=GroupOut)
def read_group(request: HttpRequest, slug: Slug, course_id: UUID, group_id: UUID) -> HttpResponse:
    """Read one group."""
    course = course_in(caller(request).catalog(slug), course_id)
    return answer(request, shown(group_in(course, group_id)))


@operation(
    router,
    "PATCH",
    GROUP,
    scope=ApiScope.COURSES_WRITE,
    returns=GroupOut,
    headers=("If-Match",),
)
def change_group(
    request: HttpRequest, slug: Slug, course_id: UUID, group_id: UUID, wanted: GroupChange
) -> HttpResponse:
    """Change a group; seats that this adds go to those who wait."""
    asking = caller(request)
    catalog, stated = asking.catalog(slug), wanted.model_fields_set
    with transaction.atomic():
        # Whoever changes a group locks its course.
        course = course_in(catalog, course_id, locked=True)
        group = group_in(course, group_id)
        require_unchanged(request, lambda: shown(group))
        details = GroupDetails(
            group.title if wanted.title is None else wanted.title,
            wanted.seats if "seats" in stated else group.seats,
            (wanted if "enrolment_deadline" in stated else group).enrolment_deadline,
        )
        update_group(bootstrap.ports(), group=group, details=details, actor=asking.actor)
    return answer(request, shown(group_in(course, group_id)))


@operation(
    router,
    "DELETE",
    GROUP,
    name="remove_group",
    scope=ApiScope.COURSES_WRITE,
    returns=None,
    status=204,
    headers=("If-Match",),
)
def remove(request: HttpRequest, slug: Slug, course_id: UUID, group_id: UUID) -> HttpResponse:
    """Remove a group that has no sessions."""
    asking = caller(request)
    catalog = asking.catalog(slug)
    with transaction.atomic():
        group = group_in(course_in(catalog, course_id, locked=True), group_id)
        require_unchanged(request, lambda: shown(group))
        delete_group(bootstrap.ports(), group=group, actor=asking.actor)
    return nothing()
