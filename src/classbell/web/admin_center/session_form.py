"""The form of a session: wall times in a zone, and everything else an admin states."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.courses.sessions import SavedSession, create_session, update_session
from classbell.domain.courses.times import zone_names
from classbell.domain.organisations.access import Access
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.domain.organisations.find_people import find_people
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Course, CourseSession, Person, SessionGroup
from classbell.storage.queries import pages_sessions as queries
from classbell.storage.queries.pages_courses import groups
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.session_settings import lobbies
from classbell.web.admin_center.session_typed import (
    SWITCHES,
    TEXTS,
    Typed,
    read_form,
    stored_form,
)
from classbell.web.admin_center.typed import place_error
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast
from classbell.web.translated import translated


@require_http_methods(["GET", "POST"])
def new_session(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the empty form, or make a draft of what was typed."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    if request.method == "GET":
        typed = Typed(dict.fromkeys(TEXTS, "") | {"time_zone": catalog.time_zone}, set())
        return _page(request, access, catalog, typed, session=None)
    typed = read_form(request)
    try:
        saved = _create(access, catalog, typed)
    except InvalidInput as error:
        return _refused(request, access, catalog, typed, session=None, error=error)
    return _leave(request, slug, saved, _("Draft saved."))


@require_http_methods(["GET", "POST"])
def edit_session(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Show the form of a session, or change it."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    found = queries.session_in(scope_in(access, catalog), session_id)
    if found is None:
        raise NotFoundHere(_("There is no such session in this catalog."))
    if request.method == "GET":
        return _page(request, access, catalog, stored_form(found), session=found)
    typed = read_form(request)
    try:
        saved = update_session(
            bootstrap.ports(),
            session=found,
            details=typed.details(published=found.published),
            actor=actor_of(access),
            instructors=_instructors(access, typed),
            group=_group(access, catalog, typed),
        )
    except InvalidInput as error:
        return _refused(request, access, catalog, typed, session=found, error=error)
    return _leave(request, slug, saved, _("Session saved."))


def _create(access: Access, catalog: Catalog, typed: Typed) -> SavedSession:
    """Make a draft in the chosen course."""
    courses = scope_in(access, catalog).of(Course).select_related("catalog")
    course = courses.filter(code=typed.texts["course"]).first()
    if course is None:
        raise InvalidInput(_("Choose a course."), field="course")
    return create_session(
        bootstrap.ports(),
        course=course,
        code=typed.texts["code"],
        details=typed.details(published=False),
        actor=actor_of(access),
        instructors=_instructors(access, typed),
        group=_group(access, catalog, typed),
    )


def _group(access: Access, catalog: Catalog, typed: Typed) -> SessionGroup | None:
    """Find the group that was chosen; None where none was."""
    chosen = typed.texts["group"]
    if not chosen:
        return None
    known = {str(one.pk): one for one in groups(scope_in(access, catalog))}
    if chosen not in known:
        raise InvalidInput(_("There is no such group in this catalog."), field="group")
    return known[chosen]


def _instructors(access: Access, typed: Typed) -> list[Person]:
    """Find who was typed as instructors."""
    try:
        return find_people(access.person.organisation_id, typed.texts["instructors"])
    except InvalidInput as error:
        error.field = "instructors"
        raise


def _leave(request: HttpRequest, slug: str, saved: SavedSession, told: str) -> HttpResponse:
    """Say what was done and which choices were made, and show the session."""
    add_toast(request, told, " ".join(map(translated, saved.notes)))
    return leave_for(reverse("session", args=[slug, saved.session.pk]))


def _refused(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    typed: Typed,
    *,
    session: CourseSession | None,
    error: InvalidInput,
) -> HttpResponse:
    """Show the form again with what was typed, and what is wrong with it."""
    field, words = place_error(error, {*TEXTS, *SWITCHES})
    typed.errors[field] = words
    return _page(
        request,
        access,
        catalog,
        typed,
        session=session,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _page(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    typed: Typed,
    *,
    session: CourseSession | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Show the form."""
    scope = scope_in(access, catalog)
    rooms = [("", _("No room")), *sorted(queries.room_names(scope).items(), key=lambda one: one[1])]
    chosen = typed.texts["room_address"]
    if chosen and chosen not in dict(rooms):
        rooms.append((chosen, chosen))
    offered = [one for one in groups(scope) if session is None or one.course == session.course]
    courses = scope.of(Course).order_by("title").values_list("code", "title")
    context = {
        "typed": typed,
        "session": session,
        "courses": [("", _("Choose")), *courses],
        "rooms": rooms,
        "zones": [(name, name) for name in sorted(zone_names())],
        "groups": [
            ("", _("No group: it is taken alone")),
            *((str(one.pk), f"{one.course.title}: {one.title}") for one in offered),
        ],
        "lobbies": lobbies(_("As the catalog has it")),
        "which": [("", _("Choose")), ("first", _("The first")), ("second", _("The second"))],
    }
    return show(
        request,
        "session_form.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
        status=status,
    )
