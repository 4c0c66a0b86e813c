"""The first page, the theme, and the address that load balancers ask."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST, require_safe

from classbell.domain.organisations.access import own_catalogs
from classbell.storage.queries.pages_own import teaches_anything
from classbell.web.access import signed_in
from classbell.web.admin_center.came_from import came_from
from classbell.web.pages import THEME, THEMES
from classbell.web.signin import leave_for


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Open what a person works with: a catalog, all of them, courses, teaching, or learning."""
    access = signed_in(request)
    seen = list(own_catalogs(access))
    own = [one for one in seen if access.is_catalog_admin(one.id)]
    if own:
        return redirect("home", own[0].slug)
    if access.is_lms_admin:
        return redirect("catalogs")
    if seen:
        return redirect("sessions", seen[0].slug)
    return redirect("teaching" if teaches_anything(access.person) else "my-sessions")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme for this browser's session, and go back to where it was chosen."""
    chosen = request.POST.get("theme", "")
    request.session[THEME] = chosen if chosen in THEMES else ""
    return leave_for(came_from(request))


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- every caller gets the same
    """Answer 200 while pages can be made and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
