"""The form of a group of sessions: made, changed, and removed once it is empty."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.courses.groups import (
    GroupDetails,
    create_group,
    delete_group,
    update_group,
)
from classbell.domain.organisations.access import Access
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Course, SessionGroup
from classbell.storage.queries import pages_courses as queries
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.typed import moment_typed, moment_written, place_error, seats_typed
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

FIELDS = ("code", "title", "seats", "enrolment_deadline")


@require_http_methods(["GET", "POST"])
def new_group(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponse:
    """Show the empty form, or make a group."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    course = queries.course_in(scope_in(access, catalog), course_id)
    if course is None:
        raise NotFoundHere(_("There is no such course in this catalog."))
    if request.method == "GET":
        return _page(request, access, course, dict.fromkeys(FIELDS, ""))
    texts = _read(request)
    try:
        group = create_group(
            bootstrap.ports(),
            course=course,
            code=texts["code"],
            details=_details(texts, catalog),
            actor=actor_of(access),
        )
    except InvalidInput as error:
        return _page(request, access, course, texts, error=error)
    return _leave(request, course, _("Group created."), group.title)


@require_http_methods(["GET", "POST"])
def edit_group(request: HttpRequest, slug: str, group_id: UUID) -> HttpResponse:
    """Show the form of a group, or change it."""
    access = signed_in(request)
    catalog, group = _found(access, slug, group_id)
    if request.method == "GET":
        deadline = moment_written(group.enrolment_deadline, catalog.time_zone)
        stored = {
            "title": group.title,
            "seats": str(group.seats or ""),
            "enrolment_deadline": deadline,
        }
        return _page(request, access, group.course, stored, group=group)
    texts = _read(request)
    try:
        update_group(
            bootstrap.ports(),
            group=group,
            details=_details(texts, catalog),
            actor=actor_of(access),
        )
    except InvalidInput as error:
        return _page(request, access, group.course, texts, group=group, error=error)
    return _leave(request, group.course, _("Group saved."), texts["title"])


@require_POST
def remove_group(request: HttpRequest, slug: str, group_id: UUID) -> HttpResponse:
    """Remove an empty group."""
    access = signed_in(request)
    _catalog, group = _found(access, slug, group_id)
    delete_group(bootstrap.ports(), group=group, actor=actor_of(access))
    return _leave(request, group.course, _("Group removed."), group.title)


def _found(access: Access, slug: str, group_id: UUID) -> tuple[Catalog, SessionGroup]:
    """Return a catalog and a group of it.

    Raises:
        NotFoundHere: there is no such group for this person.
    """
    catalog = require_courses(access, slug)
    group = queries.group_in(scope_in(access, catalog), group_id)
    if group is None:
        raise NotFoundHere(_("There is no such group in this catalog."))
    return catalog, group


def _read(request: HttpRequest) -> dict[str, str]:
    """Take what was typed."""
    return {name: request.POST.get(name, "").strip() for name in FIELDS}


def _details(texts: dict[str, str], catalog: Catalog) -> GroupDetails:
    """Return what was typed as the domain wants it.

    Raises:
        InvalidInput: seats that are no number, or a deadline that is no time.
    """
    return GroupDetails(
        texts["title"],
        seats_typed(texts),
        moment_typed(texts, "enrolment_deadline", catalog.time_zone),
    )


def _leave(request: HttpRequest, course: Course, told: str, title: str) -> HttpResponse:
    """Say what was done, and show the course."""
    add_toast(request, told, title)
    return leave_for(reverse("course-edit", args=[course.catalog.slug, course.pk]))


def _page(
    request: HttpRequest,
    access: Access,
    course: Course,
    texts: dict[str, str],
    *,
    group: SessionGroup | None = None,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the form, with what is wrong with it."""
    errors = dict([place_error(error, FIELDS)]) if error is not None else {}
    return show(
        request,
        "group_form.html",
        {"texts": texts, "errors": errors, "course": course, "group": group},
        access=access,
        catalog=course.catalog,
        current="courses",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )
