"""Courses of a catalog: the list, and the form in which one is made or changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classbell import bootstrap
from classbell.domain.courses.courses import CourseDetails
from classbell.domain.courses.enrolment_rules import EnrolmentRules, open_course, revise_course
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Course, EnrolmentType
from classbell.storage.queries import pages_courses as queries
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.typed import moment_typed, moment_written, place_error, seats_typed
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

ROWS = 50
FIELDS = ("code", "title", "description", "enrolment_type", "seats", "enrolment_deadline")


@dataclass
class Typed:
    """What stands in the form, and what is wrong with which field."""

    texts: dict[str, str]
    waiting_list: bool
    time_zone: str
    self_enrolment: bool = True
    errors: dict[str, str] = field(default_factory=dict)

    def rules(self) -> EnrolmentRules:
        """Return how the course shall take people.

        Raises:
            InvalidInput: no such type, seats that are no number, or a deadline that is no time.
        """
        if self.texts["enrolment_type"] not in EnrolmentType.values:
            raise InvalidInput(_("Choose how people enrol."), field="enrolment_type")
        return EnrolmentRules(
            EnrolmentType(self.texts["enrolment_type"]),
            seats_typed(self.texts),
            self.waiting_list,
            moment_typed(self.texts, "enrolment_deadline", self.time_zone),
            self.self_enrolment,
        )

    def details(self) -> CourseDetails:
        """Return title and description."""
        return CourseDetails(self.texts["title"], self.texts["description"])


@require_GET
def courses(request: HttpRequest, slug: str) -> HttpResponse:
    """List the courses of a catalog."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    found = queries.courses(scope_in(access, catalog), now=bootstrap.ports().clock.now())
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": page.object_list,
        "ways": dict(_ways()),
        "here": f"{reverse('courses', args=[slug])}?",
        "may_add": access.is_catalog_admin(catalog.id),
    }
    return show(request, "courses.html", context, access=access, catalog=catalog, current="courses")


@require_http_methods(["GET", "POST"])
def new_course(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the empty form, or make a course."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if request.method == "GET":
        empty = dict.fromkeys(FIELDS, "") | {"enrolment_type": EnrolmentType.MULTIPLE.value}
        return _page(
            request, access, catalog, Typed(empty, waiting_list=False, time_zone=catalog.time_zone)
        )
    typed = _read(request, catalog)
    try:
        course = open_course(
            bootstrap.ports(),
            catalog=catalog,
            code=typed.texts["code"],
            details=typed.details(),
            rules=typed.rules(),
            actor=actor_of(access),
        )
    except InvalidInput as error:
        return _page(request, access, catalog, typed, error=error)
    add_toast(request, _("Course created."), course.title)
    return leave_for(reverse("courses", args=[slug]))


@require_http_methods(["GET", "POST"])
def edit_course(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponse:
    """Show the form of a course, or change it."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    course = queries.course_in(scope_in(access, catalog), course_id)
    if course is None:
        raise NotFoundHere(_("There is no such course in this catalog."))
    if request.method == "GET":
        zone = catalog.time_zone
        stored = {name: str(getattr(course, name) or "") for name in FIELDS} | {
            "enrolment_deadline": moment_written(course.enrolment_deadline, zone)
        }
        typed = Typed(
            stored,
            waiting_list=course.waiting_list,
            time_zone=zone,
            self_enrolment=course.self_enrolment,
        )
        return _page(request, access, catalog, typed, course=course)
    typed = _read(request, catalog)
    try:
        revise_course(
            bootstrap.ports(),
            course=course,
            details=typed.details(),
            rules=typed.rules(),
            actor=actor_of(access),
        )
    except InvalidInput as error:
        return _page(request, access, catalog, typed, course=course, error=error)
    add_toast(request, _("Course saved."), course.title)
    return leave_for(reverse("courses", args=[slug]))


def _ways() -> list[tuple[str, str]]:
    """Return the ways to enrol, in words."""
    return [
        (EnrolmentType.MULTIPLE.value, _("In as many sessions as one likes")),
        (EnrolmentType.SINGLE.value, _("In one session or group")),
        (EnrolmentType.ALL.value, _("In all sessions together")),
    ]


def _read(request: HttpRequest, catalog: Catalog) -> Typed:
    """Take what was typed."""
    texts = {name: request.POST.get(name, "").strip() for name in FIELDS}
    waits, own = (request.POST.get(name) == "on" for name in ("waiting_list", "self_enrolment"))
    return Typed(texts, waiting_list=waits, time_zone=catalog.time_zone, self_enrolment=own)


def _page(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    typed: Typed,
    *,
    course: Course | None = None,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the form, with what is wrong with it."""
    if error is not None:
        field_name, words = place_error(error, FIELDS)
        typed.errors[field_name] = words
    return show(
        request,
        "course_form.html",
        {
            "typed": typed,
            "course": course,
            "ways": _ways(),
            "groups": queries.groups_of(scope_in(access, catalog), course),
        },
        access=access,
        catalog=catalog,
        current="courses",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )
