"""Finding a person or a session: the box in the header, and what it finds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.queries.finding import FoundThings, find
from classbell.web.access import signed_in
from classbell.web.admin_center.delivery_filters import LONGEST_TEXT, SHORTEST_TEXT
from classbell.web.pages import show
from classbell.web.signin import leave_for


@require_GET
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Show people and sessions that match; go straight to the only one."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    is_short = 0 < len(text) < SHORTEST_TEXT
    found = None
    if text and not is_short:
        found = find(access.scope.narrowed_to(catalog.id), text)
        only = _only(found, slug)
        if only:
            return leave_for(only)
    context = {"text": text, "is_short": is_short, "found": found}
    return show(request, "search.html", context, access=access, catalog=catalog, current="search")


def _only(found: FoundThings, slug: str) -> str:
    """Return the address of the only thing that was found; empty where there are several."""
    if len(found.people) == 1 and not found.sessions:
        return reverse("person", args=[slug, found.people[0].pk])
    if len(found.sessions) == 1 and not found.people:
        return reverse("session", args=[slug, found.sessions[0].pk])
    return ""
