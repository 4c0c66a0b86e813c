"""Sessions of a catalog: the list, and one session with all that was booked for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.notifications.reminders.outlook import outlook_of_reminders
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.domain.organisations.links import issue_link
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import CourseSession, Person
from classbell.storage.queries import pages_sessions as queries
from classbell.storage.queries.pages_shell import connection_status
from classbell.storage.scope import Scope
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.looking import look_again
from classbell.web.admin_center.outlook_edits import open_edit
from classbell.web.admin_center.session_addresses import acts_of
from classbell.web.admin_center.session_history import history_of
from classbell.web.admin_center.session_rooms import session_room
from classbell.web.admin_center.session_shared import shared_lines
from classbell.web.admin_center.session_words import (
    Badge,
    can_be_mended,
    entry_badge,
    entry_lines,
    entry_of,
    invitation_badge,
    is_under_way,
    problem_of,
    room_badge,
)
from classbell.web.admin_center.words import state_badge
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

ROWS = 50


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One line of the list."""

    session: CourseSession
    room: str
    room_badge: Badge | None
    entry_badge: Badge
    enrolled: int
    address: str


@dataclass(frozen=True, slots=True)
class Learner:
    """One enrolled person: how their invitation and their confirmation stand.

    ``link`` is where a sign-in link is asked for; empty for somebody who can sign in.
    """

    person: Person
    invitation: Badge
    confirmation: Badge | None
    link: str


@require_GET
def sessions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the sessions to come, or with ``?when=past`` those that are over."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    scope = scope_in(access, catalog)
    now = bootstrap.ports().clock.now()
    past = request.GET.get("when") == "past"
    coming, over = (queries.sessions(scope, now=now, past=choice) for choice in (False, True))
    page = Paginator(over if past else coming, ROWS).get_page(request.GET.get("page"))
    names = queries.room_names(scope)
    connected = connection_status(catalog).account is not None
    here = reverse("sessions", args=[slug])
    context = {
        "rows": [_row(one, slug, names, connected=connected) for one in page.object_list],
        "page": page,
        "past": past,
        "chips": [
            (_("To come"), coming.count(), here, not past),
            (_("Over"), over.count(), f"{here}?when=past", past),
        ],
        "here": f"{here}?when=past" if past else f"{here}?when=coming",
    }
    return show(
        request, "sessions.html", context, access=access, catalog=catalog, current="sessions"
    )


def _row(
    session: CourseSession, slug: str, names: dict[str, str], *, connected: bool
) -> SessionRow:
    """Make one line of the list."""
    return SessionRow(
        session=session,
        room=place_text(session, names),
        room_badge=room_badge(session),
        entry_badge=entry_badge(session, connected=connected),
        enrolled=getattr(session, "enrolled", 0),
        address=reverse("session", args=[slug, session.pk]),
    )


def place_text(session: CourseSession, names: dict[str, str]) -> str:
    """Return where a session takes place, in words."""
    if session.room_address:
        return names.get(session.room_address, session.room_address)
    if session.place:
        return session.place
    return _("Online") if session.teams_meeting else _("No place")


@require_GET
def session(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Show one session: when and where, what Microsoft 365 holds for it, and who is enrolled."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    scope = scope_in(access, catalog)
    found = _found(scope, session_id)
    connected = connection_status(catalog).account is not None
    learners = _learners(found, slug)
    here = reverse("session", args=[slug, session_id])
    lines = entry_lines(found, connected=connected) + shared_lines(found)
    context = {
        "session": found,
        "entry": entry_of(found),
        "problem": problem_of(found),
        "place": place_text(found, _names(scope, found)),
        "room_badge": room_badge(found),
        "entry_badge": entry_badge(found, connected=connected),
        "lines": lines,
        "can_retry": can_be_mended(found, lines),
        "instructors": list(found.instructors.all()),
        "learners": learners,
        "room_now": session_room(found),
        "edit": open_edit(found, slug),
        "acts": acts_of(found, slug),
        "history": history_of(scope, found, slug),
        "reminders": outlook_of_reminders(bootstrap.ports(), found),
        "here": here,
        "look_again": look_again(request, here, under_way=connected and is_under_way(found)),
    }
    return show(
        request, "session.html", context, access=access, catalog=catalog, current="sessions"
    )


@require_POST
def sign_in_link(
    request: HttpRequest, slug: str, session_id: UUID, person_id: UUID
) -> HttpResponse:
    """Mail a learner of this session the link with which they add their sign-in."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    found = _found(scope_in(access, catalog), session_id)
    enrolment = queries.enrolled_people(found).filter(person_id=person_id).first()
    if enrolment is None:
        raise NotFoundHere(_("This person is not enrolled in the session."))
    person = enrolment.person
    issue_link(bootstrap.ports(), person, catalog=catalog, actor=actor_of(access))
    add_toast(request, _("Sign-in link sent."), _("To %(name)s.") % {"name": person.name})
    return leave_for(reverse("session", args=[slug, session_id]))


def _found(scope: Scope, session_id: UUID) -> CourseSession:
    """Return a session of the catalog, or say that there is none."""
    found = queries.session_in(scope, session_id)
    if found is None:
        raise NotFoundHere(
            _("There is no such session in this catalog."),
            remedy=_("Choose one from the list of sessions."),
        )
    return found


def _names(scope: Scope, found: CourseSession) -> dict[str, str]:
    """Return the name of the session's room, where the directory knows it."""
    return queries.room_names(scope) if found.room_address else {}


def _learners(found: CourseSession, slug: str) -> list[Learner]:
    """Return who is enrolled, with how their invitation and confirmation stand."""
    confirmations = queries.confirmation_states(found)
    return [
        Learner(
            person=enrolment.person,
            invitation=invitation_badge(found, enrolment.person),
            confirmation=state_badge(confirmations[enrolment.person_id])
            if enrolment.person_id in confirmations
            else None,
            link=""
            if enrolment.person.object_id
            else reverse("sign-in-link", args=[slug, found.pk, enrolment.person_id]),
        )
        for enrolment in queries.enrolled_people(found)
    ]
