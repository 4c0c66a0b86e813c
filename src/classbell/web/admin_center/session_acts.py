"""What an admin does with a session: publish, copy, cancel, try again."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.courses.drafts import copy_session, publish_session
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import MESSAGE_LENGTH, cancel_session
from classbell.domain.courses.times import WRITTEN
from classbell.domain.courses.try_again import try_again
from classbell.domain.organisations.access import Access
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, CourseSession
from classbell.storage.queries import pages_sessions as queries
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.typed import wall_typed
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast
from classbell.web.translated import translated


def session_of(
    request: HttpRequest, slug: str, session_id: UUID
) -> tuple[Access, Catalog, CourseSession]:
    """Return who asks, and the session of their catalog.

    Raises:
        NotAllowed, NotFoundHere: they do not administer the catalog, or it has no such session.
    """
    access = signed_in(request)
    catalog = require_courses(access, slug)
    found = queries.session_in(scope_in(access, catalog), session_id)
    if found is None:
        raise NotFoundHere(
            _("There is no such session in this catalog."),
            remedy=_("Choose one from the list of sessions."),
        )
    return access, catalog, found


@require_POST
def publish(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Publish a draft."""
    access, _catalog, found = session_of(request, slug, session_id)
    publish_session(bootstrap.ports(), session=found, actor=actor_of(access))
    add_toast(request, _("Session published."), found.title)
    return leave_for(reverse("session", args=[slug, session_id]))


@require_POST
def retry(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Ask anew for what Microsoft 365 did not do."""
    access, _catalog, found = session_of(request, slug, session_id)
    try_again(bootstrap.ports(), session=found, actor=actor_of(access))
    add_toast(request, _("Asked again."), _("What stands already is left as it is."))
    return leave_for(reverse("session", args=[slug, session_id]))


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Ask for the copy's date, or make it."""
    access, catalog, found = session_of(request, slug, session_id)
    if request.method == "GET":
        typed = {"code": "", "starts": f"{details_of(found).starts:{WRITTEN}}"}
        return _copy_page(request, access, catalog, found, typed=typed)
    typed = {name: request.POST.get(name, "").strip() for name in ("code", "starts")}
    try:
        saved = copy_session(
            bootstrap.ports(),
            session=found,
            code=typed["code"],
            starts=wall_typed(typed, "starts"),
            actor=actor_of(access),
        )
    except InvalidInput as error:
        return _copy_page(request, access, catalog, found, typed=typed, error=error)
    add_toast(request, _("Copied as a draft."), " ".join(map(translated, saved.notes)))
    return leave_for(reverse("session", args=[slug, saved.session.pk]))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Say what cancelling means and ask for a message, or cancel."""
    access, catalog, found = session_of(request, slug, session_id)
    message, error = request.POST.get("message", ""), None
    if request.method == "POST":
        try:
            cancel_session(
                bootstrap.ports(), session=found, actor=actor_of(access), message=message
            )
        except InvalidInput as refused:
            error = refused
        else:
            add_toast(request, _("Session cancelled."), found.title)
            return leave_for(reverse("session", args=[slug, session_id]))
    context = {
        "session": found,
        "message": message,
        "error": error,
        "most": MESSAGE_LENGTH,
        "learners": queries.enrolled_people(found).count(),
    }
    return show(
        request,
        "session_cancel.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def _copy_page(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    session: CourseSession,
    *,
    typed: dict[str, str],
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the form of a copy."""
    context = {
        "session": session,
        "typed": typed,
        "error": f"{translated(error.what)} {translated(error.remedy)}" if error else "",
        "field": "code" if error and error.field == "code" else "starts",
    }
    return show(
        request,
        "session_copy.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )
