"""The room of a session: choosing one that is free, moving to it, and what to do on a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.courses.session_room import move_session_room
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.domain.scheduling.rooms import (
    RoomChoice,
    answer_of_room,
    is_too_small,
    room_alternatives,
    room_choices,
)
from classbell.ports.calendar import Answer
from classbell.ports.errors import NotFoundHere
from classbell.ports.rooms import Availability
from classbell.storage.models import CourseSession, Room
from classbell.storage.queries.pages_sessions import session_in
from classbell.storage.queries.rooms import offered_rooms, room_lists
from classbell.storage.queries.scheduling import room_called
from classbell.storage.scope import Scope
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.room_filters import choices_of, fields_of, read_wish
from classbell.web.admin_center.session_words import Badge, room_badge
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@dataclass(frozen=True, slots=True)
class SessionRoom:
    """What a session's page says about its room.

    Attributes:
        room: the room, None where the directory does not know it.
        small: a sentence where the room holds fewer than the session has seats.
        alternatives: rooms to move to, only after a refusal.
        declined: whether the room refused.
        open: whether the room may still be changed.
    """

    room: Room | None
    small: str
    alternatives: tuple[RoomChoice, ...]
    declined: bool
    open: bool


def session_room(session: CourseSession) -> SessionRoom:
    """Return what to say about a session's room. Asks Microsoft only after a refusal."""
    ports = bootstrap.ports()
    room = None
    if session.room_address:
        room = room_called(session.course.catalog.organisation_id, session.room_address)
    closed = session.cancelled_at is not None or session.ends_at <= ports.clock.now()
    declined = not closed and answer_of_room(session) is Answer.DECLINED
    return SessionRoom(
        room=room,
        small=_small(session, room),
        alternatives=room_alternatives(ports, session) if declined else (),
        declined=declined,
        open=not closed,
    )


@require_GET
def choose(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Show which rooms are free when a session takes place."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    scope = scope_in(access, catalog)
    session = _found(scope, session_id)
    wish = read_wish(request.GET)
    known = list(offered_rooms(catalog))
    offered = room_choices(
        bootstrap.ports(),
        catalog=catalog,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        seats=session.seats,
        session=session,
        wish=wish,
    )
    context = {
        "session": session,
        "known": known,
        "offered": [(one, _availability(one)) for one in offered],
        "reason": next((one.reason for one in offered if one.reason), ""),
        "wish": wish,
        "choices": choices_of(known, room_lists(scope)),
        "fields": fields_of(wish),
        "room_badge": room_badge(session),
    }
    return show(
        request, "session_rooms.html", context, access=access, catalog=catalog, current="sessions"
    )


@require_POST
def move(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Let a session take place in another room, or in none."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    session = _found(scope_in(access, catalog), session_id)
    address = request.POST.get("room_address", "")
    moved = move_session_room(
        bootstrap.ports(), session=session, address=address, actor=actor_of(access)
    )
    if moved.room_address == session.room_address:
        add_toast(request, _("The session has this room already."), kind="info")
    elif moved.room_address:
        add_toast(request, _("Room requested."), _("Its answer stands here as soon as it is read."))
    else:
        add_toast(request, _("Room released."))
    return leave_for(reverse("session", args=[slug, session_id]))


def _found(scope: Scope, session_id: UUID) -> CourseSession:
    """Return a session of the catalog, or say that there is none."""
    found = session_in(scope, session_id)
    if found is None:
        raise NotFoundHere(
            _("There is no such session in this catalog."),
            remedy=_("Choose one from the list of sessions."),
        )
    return found


def _small(session: CourseSession, room: Room | None) -> str:
    """Say that a room holds too few; empty where it does not."""
    if room is None or not is_too_small(room, session.seats):
        return ""
    numbers = {"room": room.name, "capacity": room.capacity, "seats": session.seats}
    return _("%(room)s holds %(capacity)s people, and the session has %(seats)s seats.") % numbers


def _availability(choice: RoomChoice) -> Badge:
    """Return whether a room is free, in a word."""
    return {
        Availability.FREE: ("success", _("Free")),
        Availability.BUSY: ("danger", _("Busy")),
        Availability.UNKNOWN: ("warning", _("Not known")),
    }[choice.availability]
