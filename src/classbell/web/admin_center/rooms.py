"""Rooms of the organisation, as last listed by Microsoft 365, and which this catalog offers."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.organisations.access import require_catalog_admin
from classbell.domain.scheduling.room_listing import hide_room, refresh_rooms_now, show_room
from classbell.storage.models import Room
from classbell.storage.queries import rooms as queries
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.room_filters import choices_of, fields_of, read_wish
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_GET
def rooms(request: HttpRequest, slug: str) -> HttpResponse:
    """List the rooms with what they offer and how often this catalog has booked them."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = access.scope.narrowed_to(catalog.id)
    known = list(queries.rooms_of_catalog(scope, catalog, now=bootstrap.ports().clock.now()))
    wish = read_wish(request.GET)
    context = {
        "rooms": [room for room in known if wish.met_by(room)],
        "known": len(known),
        "refreshed_at": _refreshed(known),
        "connected": connection_status(catalog).account is not None,
        "wish": wish,
        "choices": choices_of(known, queries.room_lists(scope)),
        "fields": fields_of(wish),
    }
    return show(request, "rooms.html", context, access=access, catalog=catalog, current="rooms")


@require_POST
def refresh(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask Microsoft 365 for the rooms anew."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    refresh_rooms_now(bootstrap.ports(), catalog=catalog, actor=actor_of(access))
    add_toast(
        request,
        _("The rooms are being listed anew."),
        _("Load the page again in a moment. Microsoft may take a day to list a new room."),
        kind="info",
    )
    return leave_for(reverse("rooms", args=[slug]))


@require_POST
def hide(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer a room in this catalog no more."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    address = request.POST.get("room", "")
    if hide_room(bootstrap.ports(), catalog=catalog, address=address, actor=actor_of(access)):
        add_toast(request, _("Room hidden."), _("Sessions that have it already keep it."))
    return leave_for(reverse("rooms", args=[slug]))


@require_POST
def unhide(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer a hidden room again in this catalog."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    address = request.POST.get("room", "")
    if show_room(bootstrap.ports(), catalog=catalog, address=address, actor=actor_of(access)):
        add_toast(request, _("Room offered again."))
    return leave_for(reverse("rooms", args=[slug]))


def _refreshed(rooms: Iterable[Room]) -> object:
    """Return when the rooms were listed last; None where none are known."""
    return max((room.refreshed_at for room in rooms), default=None)
