"""What an instructor has: their own sessions, and the attendance list of each."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.courses.attendance import WHOLE, record_attendance
from classbell.domain.courses.attendance_list import export_attendance
from classbell.domain.notifications.session_facts import link_of, place_of
from classbell.domain.organisations.access import Access
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import CourseSession, Enrolment, Person
from classbell.storage.queries import pages_own as queries
from classbell.storage.queries.pages_learners import places
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.session_learners import SHARE
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

ROWS = 25
PRESENT, ABSENT, UNMARKED = str(WHOLE), "0", ""


@dataclass(frozen=True, slots=True)
class Attendee:
    """One line of the attendance list: who, the choices for them, and what is chosen."""

    person: Person
    field: str
    choices: list[tuple[str, str]]
    chosen: str
    said: str


@require_GET
def teaching(request: HttpRequest) -> HttpResponse:
    """List the sessions that somebody teaches; with ``?when=past`` those that are over."""
    access = signed_in(request)
    _require_teaching(access)
    now, here = bootstrap.ports().clock.now(), reverse("teaching")
    past = request.GET.get("when") == "past"
    coming, over = (
        queries.taught_sessions(access.person, now=now, past=one) for one in (False, True)
    )
    page = Paginator(over if past else coming, ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": [(one, _place(one), reverse("teaching-session", args=[one.pk])) for one in page],
        "page": page,
        "past": past,
        "chips": [
            (_("To come"), coming.count(), here, not past),
            (_("Over"), over.count(), f"{here}?when=past", past),
        ],
        "here": f"{here}?when={'past' if past else 'coming'}",
    }
    return show(request, "teaching.html", context, access=access, current="teaching")


@require_GET
def teaching_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Show one session to who teaches it, with its attendance list."""
    access = signed_in(request)
    return _page(request, access, _taught(access, session_id))


@require_POST
def attendance(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Save who was there."""
    access = signed_in(request)
    found = _taught(access, session_id)
    try:
        marks = {
            row.person_id: _mark(row, request.POST[f"{SHARE}{row.person_id}"])
            for row in places(found)
            if f"{SHARE}{row.person_id}" in request.POST
        }
        record_attendance(bootstrap.ports(), session=found, attended=marks, actor=actor_of(access))
    except InvalidInput as error:
        return _page(request, access, found, error=error)
    add_toast(request, _("Attendance saved."))
    return leave_for(reverse("teaching-session", args=[session_id]))


@require_POST
def export(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Hand out the attendance list as a CSV file."""
    access = signed_in(request)
    found = _taught(access, session_id)
    text = export_attendance(bootstrap.ports(), session=found, actor=actor_of(access))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"attendance-{found.starts_at:%Y-%m-%d}-{found.pk}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _require_teaching(access: Access) -> None:
    """Refuse whoever teaches nothing.

    Raises:
        NotFoundHere: they do not.
    """
    if not queries.teaches_anything(access.person):
        raise NotFoundHere(
            _("You teach no session."),
            remedy=_("An admin of the course names its instructors in the form of a session."),
        )


def _taught(access: Access, session_id: UUID) -> CourseSession:
    """Return a session that somebody teaches.

    Raises:
        NotFoundHere: they teach none of that id.
    """
    found = queries.taught_session(access.person, session_id)
    if found is None:
        raise NotFoundHere(
            _("You don’t teach this session."),
            remedy=_("An admin of the course names its instructors in the form of a session."),
        )
    return found


def _mark(row: Enrolment, text: str) -> int | None:
    """Return what was chosen for somebody: there, not there, not said, or what stood before."""
    known = {PRESENT: WHOLE, ABSENT: 0, UNMARKED: None}
    if row.attendance is not None:
        known.setdefault(str(row.attendance), row.attendance)
    if text not in known:
        raise InvalidInput(_("Choose one of the answers."), meaning=_("Nothing was saved."))
    return known[text]


def _attendee(row: Enrolment) -> Attendee:
    """Make one line of the list; a share that somebody typed stays a choice."""
    choices = {UNMARKED: _("Not marked"), PRESENT: _("Present"), ABSENT: _("Absent")}
    chosen = UNMARKED if row.attendance is None else str(row.attendance)
    choices.setdefault(chosen, _("%(share)s per cent") % {"share": chosen})
    return Attendee(
        row.person, f"{SHARE}{row.person_id}", list(choices.items()), chosen, choices[chosen]
    )


def _page(
    request: HttpRequest,
    access: Access,
    session: CourseSession,
    *,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show a session and its list, with why it was not saved."""
    now = bootstrap.ports().clock.now()
    current = session.cancelled_at is None and session.ends_at > now
    context = {
        "session": session,
        "place": _place(session),
        "join": link_of(session) if current else "",
        "may_calendar": session.cancelled_at is None,
        "people": [_attendee(row) for row in places(session)],
        "begun": session.starts_at <= now,
        "error": error,
    }
    return show(
        request,
        "teaching_session.html",
        context,
        access=access,
        current="teaching",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def _place(session: CourseSession) -> str:
    """Return where a session takes place, as far as people are told."""
    return place_of(session, get_language() or "")
