"""Learners of a session: places, the waiting list, change of session, attendance."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.courses.attendance import record_attendance
from classbell.domain.courses.change_place import change_place
from classbell.domain.courses.enrol import Enrolled, enrol, unenrol
from classbell.domain.organisations.access import Access
from classbell.domain.organisations.find_people import find_people
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, CourseSession, Person
from classbell.storage.queries import pages_learners as queries
from classbell.web.access import actor_of
from classbell.web.admin_center.session_acts import session_of
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

SHARE = "attended-"
"""Before the person's id, the name of the field that holds how much they attended."""


@require_GET
def learners(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """List who has a place and who waits for one."""
    access, catalog, found = session_of(request, slug, session_id)
    return _page(request, access, catalog, found)


@require_POST
def enrol_learners(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Enrol those whose addresses or names were typed."""
    access, catalog, found = session_of(request, slug, session_id)
    typed = request.POST.get("people", "")
    try:
        people = find_people(access.person.organisation_id, typed)
        if not people:
            raise InvalidInput(_("Nobody was typed."), remedy=_("Write an address or a name."))
        done = enrol(bootstrap.ports(), session=found, people=people, actor=actor_of(access))
    except InvalidInput as error:
        return _page(request, access, catalog, found, typed=typed, error=error)
    add_toast(request, _("Done."), _said(done), kind="success" if done.new else "info")
    return leave_for(reverse("session-learners", args=[slug, session_id]))


@require_POST
def unenrol_learner(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Take a learner's place back, or take them off the waiting list."""
    access, _catalog, found = session_of(request, slug, session_id)
    person = _person(found, request.POST.get("person", ""))
    unenrol(bootstrap.ports(), session=found, people=[person], actor=actor_of(access))
    add_toast(request, _("Unenrolled."), person.name)
    return leave_for(reverse("session-learners", args=[slug, session_id]))


@require_POST
def change_learner(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Give a learner another session of the course instead of this one."""
    access, catalog, found = session_of(request, slug, session_id)
    person = _person(found, request.POST.get("person", ""))
    wanted = request.POST.get("session", "")
    others = {str(one.pk): one for one in _others(found)}
    if wanted not in others:
        raise NotFoundHere(_("There is no such session in this course."))
    try:
        change_place(
            bootstrap.ports(),
            person=person,
            leave=found,
            take=others[wanted],
            actor=actor_of(access),
        )
    except InvalidInput as error:
        return _page(request, access, catalog, found, error=error)
    add_toast(request, _("Session changed."), person.name)
    return leave_for(reverse("session-learners", args=[slug, session_id]))


@require_POST
def attendance(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Save how much of the session each learner attended."""
    access, catalog, found = session_of(request, slug, session_id)
    try:
        shares = {
            row.person_id: _share(request.POST.get(f"{SHARE}{row.person_id}", ""))
            for row in queries.places(found)
            if f"{SHARE}{row.person_id}" in request.POST
        }
        record_attendance(bootstrap.ports(), session=found, attended=shares, actor=actor_of(access))
    except InvalidInput as error:
        return _page(request, access, catalog, found, error=error)
    add_toast(request, _("Attendance saved."))
    return leave_for(reverse("session-learners", args=[slug, session_id]))


def _share(text: str) -> int | None:
    """Read a share in per cent; nothing typed says nothing."""
    text = text.strip().removesuffix("%").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise InvalidInput(
            _("Attendance is a share from 0 to 100 per cent."), meaning=_("Nothing was saved.")
        )
    return int(text[:9])


def _person(session: CourseSession, text: str) -> Person:
    """Return somebody who has a place in the session or waits for one."""
    for row in (*queries.places(session), *queries.waiting(session)):
        if str(row.person_id) == text:
            return row.person
    raise NotFoundHere(_("This person is not enrolled in the session."))


def _said(done: Enrolled) -> str:
    """Say who got a place, who waits, and who had one."""
    parts = [
        ngettext("%(num)s enrolled.", "%(num)s enrolled.", len(done.new)) % {"num": len(done.new)}
    ]
    if done.waiting:
        count = len(done.waiting)
        parts.append(
            ngettext("%(num)s waits for a place.", "%(num)s wait for a place.", count)
            % {"num": count}
        )
    if done.already:
        count = len(done.already)
        parts.append(
            ngettext("%(num)s had a place.", "%(num)s had a place.", count) % {"num": count}
        )
    return " ".join(parts)


def _others(session: CourseSession) -> list[CourseSession]:
    """Return the sessions of the course that somebody may change to."""
    return list(queries.other_sessions(session, now=bootstrap.ports().clock.now()))


def _page(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    session: CourseSession,
    *,
    typed: str = "",
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the lists, with what was typed and why it was refused."""
    places = list(queries.places(session))
    context = {
        "session": session,
        "places": places,
        "choices": [(str(row.person_id), row.person.name) for row in places],
        "waiting": list(queries.waiting(session)),
        "others": [(str(one.pk), one.title) for one in _others(session)],
        "begun": session.starts_at <= bootstrap.ports().clock.now(),
        "typed": typed,
        "error": error,
        "share": SHARE,
    }
    return show(
        request,
        "session_learners.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )
