"""Rooms of the organisation, as last listed by Microsoft 365."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.queries import pages_sessions as queries
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import signed_in
from classbell.web.pages import show


@require_GET
def rooms(request: HttpRequest, slug: str) -> HttpResponse:
    """List the rooms with what they offer and how often this catalog has booked them."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = access.scope.narrowed_to(catalog.id)
    found = list(queries.rooms(scope, now=bootstrap.ports().clock.now()))
    context = {
        "rooms": found,
        "refreshed_at": max((room.refreshed_at for room in found), default=None),
        "connected": connection_status(catalog).account is not None,
    }
    return show(request, "rooms.html", context, access=access, catalog=catalog, current="rooms")
