"""Courses of a catalog, and how they take people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent, require_unchanged
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.moments import Moment
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.routes import operation
from classbell.domain.courses.courses import CourseDetails
from classbell.domain.courses.enrolment_rules import EnrolmentRules, open_course, revise_course
from classbell.domain.integrations.scopes import ApiScope
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Catalog, Course, EnrolmentType

router = Router(tags=["courses"])
COURSES = "/catalogs/{slug}/courses"
MOST_SEATS = 1_000_000


class CourseOut(Schema):
    """A course."""

    id: str
    code: str
    title: str
    description: str
    enrolment_type: EnrolmentType
    seats: int | None
    enrolment_deadline: datetime | None
    waiting_list: bool


class CourseIn(Schema):
    """A new course."""

    code: str = Field(max_length=60, description="the platform's own short name for it")
    title: str = Field(max_length=200)
    description: str = Field("", max_length=20_000)
    enrolment_type: EnrolmentType = EnrolmentType.MULTIPLE
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    enrolment_deadline: Moment | None = None
    waiting_list: bool = False


class CourseChange(Schema):
    """What to change; what is left out stays as it is."""

    title: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=20_000)
    enrolment_type: EnrolmentType | None = None
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    enrolment_deadline: Moment | None = None
    waiting_list: bool | None = None


def shown(course: Course) -> CourseOut:
    """Return a course as it is shown."""
    return CourseOut(
        id=str(course.pk),
        code=course.code,
        title=course.title,
        description=course.description,
        enrolment_type=EnrolmentType(course.enrolment_type),
        seats=course.seats,
        enrolment_deadline=course.enrolment_deadline,
        waiting_list=course.waiting_list,
    )


def course_in(catalog: Catalog, course_id: UUID, *, locked: bool = False) -> Course:
    """Return a course of a catalog; a locked one stays as it is until the transaction ends.

    Raises:
        NotFoundHere: there is none with this id.
    """
    rows = Course.objects.filter(catalog=catalog).select_related("catalog__organisation")
    if locked:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=course_id).first()
    if found is None:
        raise NotFoundHere("There is no such course in this catalog.")
    return found


@operation(router, "GET", COURSES, scope=ApiScope.COURSES_READ, returns=Page[CourseOut])
def list_courses(
    request: HttpRequest,
    slug: Slug,
    code: Annotated[
        str, Query("", max_length=60, pattern=r"^[^\x00]*$", description="of this code only")
    ] = "",
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> HttpResponse:
    """List the courses of a catalog, in the order in which they were added."""
    rows = Course.objects.filter(catalog=caller(request).catalog(slug))
    if code:
        rows = rows.filter(code=code)
    found = page_of(request, rows, order=("created_at", "id"), cursor=cursor, limit=limit)
    items = [shown(row) for row in found.rows]
    return answer(request, Page[CourseOut](items=items, next=found.next))


@operation(
    router,
    "POST",
    COURSES,
    scope=ApiScope.COURSES_WRITE,
    returns=CourseOut,
    status=201,
    headers=("Idempotency-Key",),
)
@idempotent()
def create_course(request: HttpRequest, slug: Slug, wanted: CourseIn) -> HttpResponse:
    """Add a course."""
    asking = caller(request)
    course = open_course(
        bootstrap.ports(),
        catalog=asking.catalog(slug),
        code=wanted.code,
        details=CourseDetails(wanted.title, wanted.description),
        rules=EnrolmentRules(
            wanted.enrolment_type,
            wanted.seats,
            wanted.waiting_list,
            wanted.enrolment_deadline,
        ),
        actor=asking.actor,
    )
    location = f"{request.path}/{course.pk}"
    return answer(request, shown(course), status=201, location=location)


@operation(
    router, "GET", f"{COURSES}/{{course_id}}", scope=ApiScope.COURSES_READ, returns=CourseOut
)
def read_course(request: HttpRequest, slug: Slug, course_id: UUID) -> HttpResponse:
    """Read one course."""
    return answer(request, shown(course_in(caller(request).catalog(slug), course_id)))


@operation(
    router,
    "PATCH",
    f"{COURSES}/{{course_id}}",
    scope=ApiScope.COURSES_WRITE,
    returns=CourseOut,
    headers=("If-Match",),
)
def change_course(
    request: HttpRequest, slug: Slug, course_id: UUID, wanted: CourseChange
) -> HttpResponse:
    """Change a course; the entries of its sessions follow."""
    asking = caller(request)
    catalog = asking.catalog(slug)
    stated = wanted.model_fields_set
    with transaction.atomic():
        course = course_in(catalog, course_id, locked=True)
        require_unchanged(request, lambda: shown(course))
        given = wanted if "enrolment_deadline" in stated else course
        revise_course(
            bootstrap.ports(),
            course=course,
            details=CourseDetails(
                course.title if wanted.title is None else wanted.title,
                course.description if wanted.description is None else wanted.description,
            ),
            rules=EnrolmentRules(
                wanted.enrolment_type or EnrolmentType(course.enrolment_type),
                wanted.seats if "seats" in stated else course.seats,
                course.waiting_list if wanted.waiting_list is None else wanted.waiting_list,
                given.enrolment_deadline,
            ),
            actor=asking.actor,
        )
    return answer(request, shown(course_in(catalog, course_id)))
