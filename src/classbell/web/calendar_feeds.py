"""Calendars to subscribe to: the file behind a secret address, and the pages that make one."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from classbell import bootstrap
from classbell.domain.calendar_feeds.addresses import (
    Subject,
    feed_of,
    feed_of_secret,
    make_address,
    revoke_address,
)
from classbell.domain.calendar_feeds.contents import REFRESH, FeedFile, file_of
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import NotFoundHere, TooManyRequests
from classbell.storage.models import FeedKind
from classbell.web.access import actor_of, signed_in
from classbell.web.errors import plain_problem
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_safe
def calendar_file(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer with a calendar; its address is the proof, for calendar programs cannot sign in."""
    ports = bootstrap.ports()
    try:
        found = file_of(ports, feed_of_secret(ports, secret))
    except (NotFoundHere, TooManyRequests) as error:
        return plain_problem(error)
    if _is_known(request, found):
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = HttpResponse(found.body, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="classbell.ics"'
    response["ETag"] = f'"{found.tag}"'
    response["Last-Modified"] = http_date(found.changed_at.timestamp())
    response["Cache-Control"] = f"private, max-age={int(REFRESH.total_seconds()) // 4}"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "POST"])
def catalog_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Show, make or revoke the address of a catalog's calendar, or of a room's in it."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    room = (request.POST if request.method == "POST" else request.GET).get("room", "").strip()
    subject = Subject(catalog=catalog, room_address=room)
    here = reverse("catalog-calendar", args=[slug])
    return _answer(request, access, subject, here)


@require_http_methods(["GET", "POST"])
def own_calendar(request: HttpRequest) -> HttpResponse:
    """Show, make or revoke the address of one's own calendar."""
    access = signed_in(request)
    return _answer(request, access, Subject(person=access.person), reverse("own-calendar"))


def _answer(request: HttpRequest, access: Access, subject: Subject, here: str) -> HttpResponse:
    """Do what was asked; an address that was made is shown by this answer alone."""
    ports, address = bootstrap.ports(), ""
    if request.method == "POST" and request.POST.get("act") == "revoke":
        if revoke_address(ports, subject=subject, actor=actor_of(access)):
            add_toast(request, _("The address leads nowhere now."))
        return leave_for(f"{here}?room={subject.room_address}" if subject.room_address else here)
    if request.method == "POST":
        address = make_address(ports, subject=subject, actor=actor_of(access))
    context = {
        "feed": feed_of(subject),
        "address": address,
        "here": here,
        "room": subject.room_address,
        "kind": subject.kind.value,
        "heading": _heading(subject.kind),
    }
    return show(
        request,
        "calendar_feed.html",
        context,
        access=access,
        catalog=subject.catalog,
        current={
            FeedKind.CATALOG: "sessions",
            FeedKind.ROOM: "rooms",
            FeedKind.PERSON: "preferences",
        }[subject.kind],
    )


def _heading(kind: FeedKind) -> tuple[str, str]:
    """Return what the page is called, and what the calendar shows."""
    return {
        FeedKind.CATALOG: (
            _("Calendar of this catalog"),
            _(
                "Its published sessions, to subscribe to in Outlook or elsewhere. It names no "
                "learner and has no link to join."
            ),
        ),
        FeedKind.ROOM: (
            _("Calendar of a room"),
            _("The sessions of this catalog in this room, such as for a screen beside its door."),
        ),
        FeedKind.PERSON: (
            _("My calendar"),
            _("The sessions that you take part in or teach, with the link to join."),
        ),
    }[kind]


def _is_known(request: HttpRequest, found: FeedFile) -> bool:
    """Say whether the reader has this already (RFC 9110, 13.1: the tag goes before the date)."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        asked = {one.strip().removeprefix("W/").strip('"') for one in tags.split(",")}
        return found.tag in asked or "*" in asked
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and found.changed_at.timestamp() <= since
