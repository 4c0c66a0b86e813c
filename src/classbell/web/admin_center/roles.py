"""Roles: who has which in a catalog, and who is LMS admin; found by name, given and taken."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.organisations.access import (
    Access,
    catalog_here,
    require_catalog_admin,
    require_lms_admin,
)
from classbell.domain.organisations.people import grant_role, is_last, revoke_role
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Course, Person, Role, RoleAssignment
from classbell.storage.queries import pages_roles as queries
from classbell.storage.scope import Scope
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

WARNED = "leave_without"
"""Says that somebody read what it means to leave a catalog without an admin."""


@require_http_methods(["GET", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """Show the LMS admins and every catalog's number of admins, or make somebody an LMS admin."""
    access = signed_in(request)
    scope = require_lms_admin(access)
    if request.method == "GET":
        return _lms_page(request, access, scope)
    try:
        person = _chosen(request, scope)
        grant_role(bootstrap.ports(), person, Role.LMS_ADMIN, actor=actor_of(access))
    except InvalidInput as error:
        return _lms_page(request, access, scope, error=error)
    add_toast(request, _("Role given."), person.name)
    return leave_for(reverse("roles"))


@require_http_methods(["GET", "POST"])
def take_role(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Ask before an LMS admin stops being one, or do it."""
    access = signed_in(request)
    scope = require_lms_admin(access)
    held = queries.role_in(scope, assignment_id)
    if held is None or held.role != Role.LMS_ADMIN:
        raise _no_role()
    return _take(request, access, held, back=reverse("roles"), catalog=None)


@require_http_methods(["GET", "POST"])
def catalog_roles(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who has which role in a catalog, or give one."""
    access = signed_in(request)
    catalog = _catalog(access, slug)
    scope = Scope(catalog.organisation_id)
    if request.method == "GET":
        return _catalog_page(request, access, catalog)
    try:
        person, course = _chosen(request, scope), None
        role = _role(request)
        if role == Role.COURSE_ADMIN:
            course = _course(request, scope, catalog)
        grant_role(
            bootstrap.ports(), person, role, catalog=catalog, course=course, actor=actor_of(access)
        )
    except InvalidInput as error:
        return _catalog_page(request, access, catalog, error=error)
    add_toast(request, _("Role given."), person.name)
    return leave_for(reverse("catalog-roles", args=[slug]))


@require_http_methods(["GET", "POST"])
def take_catalog_role(request: HttpRequest, slug: str, assignment_id: int) -> HttpResponse:
    """Ask before somebody loses a role in a catalog, or take it."""
    access = signed_in(request)
    catalog = _catalog(access, slug)
    scope = Scope(catalog.organisation_id, frozenset({catalog.id}))
    held = queries.role_in(scope, assignment_id)
    if held is None:
        raise _no_role()
    back = reverse("catalog-roles", args=[slug])
    return _take(request, access, held, back=back, catalog=catalog)


def _catalog(access: Access, slug: str) -> Catalog:
    """Return a catalog whose roles somebody gives: its admin, or an LMS admin.

    Raises:
        NotAllowed, NotFoundHere: they may not, or there is none in their organisation.
    """
    return (
        catalog_here(access, slug) if access.is_lms_admin else require_catalog_admin(access, slug)
    )


def _chosen(request: HttpRequest, scope: Scope) -> Person:
    """Return whom the form names."""
    person = queries.person_in(scope, request.POST.get("person", ""))
    if person is None:
        raise InvalidInput(
            _("Choose somebody from those who were found."), remedy=_("Search for them first.")
        )
    return person


def _role(request: HttpRequest) -> Role:
    """Return which role of a catalog the form names."""
    role = request.POST.get("role", "")
    if role not in {Role.CATALOG_ADMIN, Role.COURSE_ADMIN}:
        raise InvalidInput(_("Choose a role."), field="role")
    return Role(role)


def _course(request: HttpRequest, scope: Scope, catalog: Catalog) -> Course:
    """Return the course of the catalog that the form names."""
    courses = scope.narrowed_to(catalog.id).of(Course).select_related("catalog")
    course = courses.filter(code=request.POST.get("course", "")).first()
    if course is None:
        raise InvalidInput(_("Choose a course."), field="course")
    return course


def _take(
    request: HttpRequest,
    access: Access,
    held: RoleAssignment,
    *,
    back: str,
    catalog: Catalog | None,
) -> HttpResponse:
    """Say what taking a role means and ask, or take it."""
    error = None
    if request.method == "POST":
        try:
            revoke_role(
                bootstrap.ports(), held, actor=actor_of(access), even_last=WARNED in request.POST
            )
        except InvalidInput as refused:
            error = refused
        else:
            add_toast(request, _("Role taken."), held.person.name)
            return leave_for("/" if held.person_id == access.person.pk else back)
    last = is_last(held)
    context = {
        "held": held,
        "role": role_name(held),
        "back": back,
        "back_title": _("Roles") if catalog else _("Roles of all catalogs"),
        "own": held.person_id == access.person.pk,
        "last_lms_admin": last and held.role == Role.LMS_ADMIN,
        "last_catalog_admin": last and held.role == Role.CATALOG_ADMIN,
        "warned": WARNED,
        "error": error,
    }
    return show(
        request,
        "role_take.html",
        context,
        access=access,
        catalog=_shown(access, catalog),
        current="catalog-roles" if _shown(access, catalog) else "roles",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def role_name(held: RoleAssignment) -> str:
    """Return what a role is called, with the course it is for."""
    if held.role == Role.LMS_ADMIN:
        return _("LMS admin")
    if held.course is not None:
        return _("Course admin of %(title)s") % {"title": held.course.title}
    return _("Catalog admin")


def _no_role() -> NotFoundHere:
    return NotFoundHere(_("Nobody has this role any more."), remedy=_("Load the list again."))


def _shown(access: Access, catalog: Catalog | None) -> Catalog | None:
    """Return the catalog in whose navigation the page stands: only of one's own."""
    return catalog if catalog is not None and access.is_catalog_admin(catalog.id) else None


def _found(request: HttpRequest, scope: Scope) -> dict[str, object]:
    """Return what a search shows: its text, and those who were found."""
    text = request.GET.get("search", "").strip()
    found = queries.people_called(scope, text)
    people = [(str(one.pk), f"{one.name} ({one.address})") for one in found]
    return {"search": text, "found": found, "people": people}


def _lms_page(
    request: HttpRequest, access: Access, scope: Scope, *, error: InvalidInput | None = None
) -> HttpResponse:
    """Show the roles of the organisation."""
    catalogs = [
        (one, reverse("catalog-roles", args=[one.slug]), access.is_catalog_admin(one.id))
        for one in queries.catalogs_with_admins(scope)
    ]
    context = _found(request, scope) | {
        "rows": [(held, reverse("role-take", args=[held.pk])) for held in queries.lms_roles(scope)],
        "catalogs": catalogs,
        "error": error,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return show(request, "roles.html", context, access=access, current="roles", status=status)


def _catalog_page(
    request: HttpRequest, access: Access, catalog: Catalog, *, error: InvalidInput | None = None
) -> HttpResponse:
    """Show the roles of a catalog."""
    scope = Scope(catalog.organisation_id)
    courses = scope.narrowed_to(catalog.id).of(Course).order_by("title")
    shown = _shown(access, catalog)
    context = _found(request, scope) | {
        "subject": catalog,
        "rows": [
            (held, role_name(held), reverse("catalog-role-take", args=[catalog.slug, held.pk]))
            for held in queries.roles_of_catalog(scope, catalog)
        ],
        "courses": [("", _("Choose")), *courses.values_list("code", "title")],
        "choices": [
            (Role.CATALOG_ADMIN.value, _("Catalog admin")),
            (Role.COURSE_ADMIN.value, _("Course admin")),
        ],
        "role": request.POST.get("role", Role.CATALOG_ADMIN.value),
        "course": request.POST.get("course", ""),
        "error": error,
    }
    return show(
        request,
        "catalog_roles.html",
        context,
        access=access,
        catalog=shown,
        current="catalog-roles" if shown else "roles",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )
