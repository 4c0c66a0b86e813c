"""One person in a catalog: their sessions with room, link and answer, and all that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell.domain.organisations.access import require_catalog_admin
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Message, Person
from classbell.storage.queries import pages_person as queries
from classbell.storage.queries.finding import person_in
from classbell.storage.queries.message_log import GROUPS, Group
from classbell.storage.queries.pages_sessions import room_names
from classbell.storage.scope import Scope
from classbell.web.access import signed_in
from classbell.web.admin_center.deliveries import log_rows
from classbell.web.admin_center.delivery_filters import ROW_ID
from classbell.web.admin_center.session_words import (
    Badge,
    entry_of,
    invitation_badge,
    room_badge,
)
from classbell.web.admin_center.sessions import place_text
from classbell.web.admin_center.words import kind_title, message_badge
from classbell.web.pages import show

ROWS = 50
PLACES = "places"


@dataclass(frozen=True, slots=True)
class Place:
    """One session of theirs, with all that is asked about it."""

    session: CourseSession
    badge: Badge
    place: str
    room: Badge | None
    join_url: str
    invitation: Badge | None
    message: Message | None
    message_badge: Badge | None
    message_title: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to them; ``address`` is where more of it stands."""

    at: datetime
    badge: Badge
    title: str
    about: str
    note: str
    address: str


@require_GET
def person(request: HttpRequest, slug: str, person_id: UUID) -> HttpResponse:
    """Show a person, newest first; ``?show=`` leaves a part of what happened."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = access.scope.narrowed_to(catalog.id)
    found = person_in(scope, person_id)
    if found is None:
        raise NotFoundHere(
            _("There is no such person in this catalog."),
            remedy=_("Search by name, email address or session."),
        )
    shown, cursor = request.GET.get("show", ""), request.GET.get("before", "")
    before = int(cursor) if ROW_ID.fullmatch(cursor) else None
    states = GROUPS[Group(shown)] if shown in set(Group) else ()
    enrolments = list(queries.enrolments_of(scope, found)[: queries.MOST_SESSIONS + 1])
    page = queries.MessagePage((), None)
    if shown != PLACES:
        page = queries.message_page(scope, found, states=states, before=before, size=ROWS)
    steps = [] if states else _places_in(enrolments, page, before, slug)
    here = reverse("person", args=[slug, person_id])
    context = {
        "person": found,
        "places": _places(scope, found, enrolments[: queries.MOST_SESSIONS]),
        "more_places": len(enrolments) > queries.MOST_SESSIONS,
        "steps": sorted(
            [*steps, *_messages(scope, page.rows, slug)], key=lambda one: one.at, reverse=True
        ),
        "chips": _chips(here, shown),
        "older": _address(here, shown, page.before) if page.before else "",
        "newest": _address(here, shown, None) if before else "",
    }
    return show(request, "person.html", context, access=access, catalog=catalog, current="search")


def _places(scope: Scope, found: Person, enrolments: Sequence[Enrolment]) -> list[Place]:
    """Make the lines of the sessions."""
    names = room_names(scope)
    latest = queries.latest_about(scope, found, [one.session_id for one in enrolments])
    return [_place(one, found, names, latest.get(str(one.session_id))) for one in enrolments]


def _place(
    enrolment: Enrolment, found: Person, names: dict[str, str], message: Message | None
) -> Place:
    """Make the line of one session."""
    session, entry = enrolment.session, entry_of(enrolment.session)
    enrolled = enrolment.state == EnrolmentState.ENROLLED
    return Place(
        session=session,
        badge=_state(enrolment),
        place=place_text(session, names),
        room=room_badge(session),
        join_url=entry.join_url if entry else "",
        invitation=invitation_badge(session, found) if enrolled else None,
        message=message,
        message_badge=message_badge(message) if message else None,
        message_title=kind_title(message.notification.kind) if message else "",
    )


def _state(enrolment: Enrolment) -> Badge:
    """Return in a word what place somebody has."""
    if enrolment.session.cancelled_at is not None:
        return "", _("Cancelled")
    return {
        EnrolmentState.ENROLLED: ("success", _("Enrolled")),
        EnrolmentState.WAITING: ("info", _("On the waiting list")),
        EnrolmentState.CANCELLED: ("", _("Enrolment cancelled")),
    }[EnrolmentState(enrolment.state)]


def _places_in(
    enrolments: Sequence[Enrolment], page: queries.MessagePage, before: int | None, slug: str
) -> list[Happening]:
    """Return the places that somebody got while the messages of a page were written."""
    since = page.rows[-1].created_at if page.before else None
    until = page.rows[0].created_at if before and page.rows else None
    return [
        Happening(
            at=one.created_at,
            badge=_state(one),
            title=_("Place in a session"),
            about=f"{one.session.course.title}, {one.session.title}",
            note="",
            address=reverse("session", args=[slug, one.session_id]),
        )
        for one in queries.places_between(enrolments, since=since, until=until)
    ]


def _messages(scope: Scope, rows: Sequence[Message], slug: str) -> list[Happening]:
    """Return what was sent."""
    return [
        Happening(
            at=row.message.created_at,
            badge=row.badge,
            title=row.title,
            about=row.about,
            note=row.note,
            address=reverse("delivery", args=[slug, row.message.pk]),
        )
        for row in log_rows(rows, scope)
    ]


def _chips(here: str, shown: str) -> list[tuple[str, str, bool]]:
    """Return the parts to choose from."""
    labels = [
        ("", _("All")),
        (PLACES, _("Sessions")),
        (Group.SENT, _("Sent")),
        (Group.WAITING, _("Waiting")),
        (Group.FAILED, _("Failed or uncertain")),
        (Group.NOT_SENT, _("Not sent")),
    ]
    return [(label, _address(here, name, None), shown == name) for name, label in labels]


def _address(here: str, shown: str, before: int | None) -> str:
    """Return the page's address with a part and a page of it."""
    values = {"show": shown, "before": str(before or "")}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{here}?{query}" if query else here
