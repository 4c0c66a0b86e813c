"""A learner's own sessions, those that are open to them, and one of either."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.courses.offers import offer_of, places_left
from classbell.domain.courses.own_place import OwnPlace, not_seen, own_place, why_closed
from classbell.domain.courses.waiting import waiting_people
from classbell.domain.notifications.session_facts import link_of, place_of
from classbell.domain.organisations.access import Access, whom_to_ask
from classbell.domain.organisations.course_access import teaches
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    Catalog,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
)
from classbell.storage.queries import pages_own as queries
from classbell.storage.scope import Scope
from classbell.web.access import signed_in
from classbell.web.admin_center.session_words import Badge
from classbell.web.pages import show

ROWS = 25


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One line of somebody's sessions.

    Attributes:
        session: which one.
        place: room, free text, or that it is online.
        badge: whether they have the place, wait for it, or it is off.
        join: where to join online; empty for those without a place.
        address: its page.
    """

    session: CourseSession
    place: str
    badge: Badge
    join: str
    address: str


@require_GET
def my_sessions(request: HttpRequest) -> HttpResponse:
    """List somebody's sessions to come, or with ``?when=past`` those that are over."""
    access = signed_in(request)
    person, now = access.person, bootstrap.ports().clock.now()
    past, here = request.GET.get("when") == "past", reverse("my-sessions")
    coming, over = (queries.own_enrolments(person, now=now, past=one) for one in (False, True))
    page = Paginator(over if past else coming, ROWS).get_page(request.GET.get("page"))
    given = queries.places_given(person)
    context = {
        "rows": [_own_row(row, given, past=past) for row in page.object_list],
        "page": page,
        "past": past,
        "chips": [
            (_("To come"), coming.count(), here, not past),
            (_("Over"), over.count(), f"{here}?when=past", past),
        ],
        "here": f"{here}?when={'past' if past else 'coming'}",
        "whom": "" if access.roles else whom_to_ask(person.organisation_id),
    }
    return show(request, "my_sessions.html", context, access=access, current="my-sessions")


@require_GET
def open_sessions(request: HttpRequest) -> HttpResponse:
    """List the sessions in which somebody may enrol themselves; ``?catalog=`` names one catalog."""
    access = signed_in(request)
    person, now = access.person, bootstrap.ports().clock.now()
    catalogs = dict(
        Scope(person.organisation_id).of(Catalog).order_by("title").values_list("slug", "title")
    )
    wanted = request.GET.get("catalog", "")
    chosen = wanted if wanted in catalogs else ""
    found = queries.open_sessions(person, now=now, catalog=chosen)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": [(one, _place(one), reverse("my-session", args=[one.pk])) for one in page],
        "page": page,
        "catalog_chosen": chosen,
        "choices": [("", _("All catalogs")), *catalogs.items()],
        "here": f"{reverse('open-sessions')}?catalog={chosen}",
    }
    return show(request, "open_sessions.html", context, access=access, current="open-sessions")


@require_GET
def my_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Show one session to somebody who takes it, waits for it, or may enrol in it."""
    access = signed_in(request)
    return session_page(request, access, seen_session(access.person, session_id))


def seen_session(person: Person, session_id: UUID) -> CourseSession:
    """Return a session that somebody gets to see: their own, or one that is open to them.

    Raises:
        NotFoundHere: it is of another organisation, a draft, or filled by its admins only.
    """
    found = queries.visible_session(person, session_id)
    if found is None or not (
        found.course.self_enrolment
        or own_place(bootstrap.ports(), found, person)
        or teaches(person.pk, found)
    ):
        raise not_seen()
    return found


def session_page(
    request: HttpRequest,
    access: Access,
    session: CourseSession,
    *,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the page of a session, with why an act was refused."""
    ports, person = bootstrap.ports(), access.person
    own = own_place(ports, session, person)
    offer = own.offer if own else offer_of(ports, session)
    enrolled = own is not None and own.state == EnrolmentState.ENROLLED
    context = {
        "session": session,
        "own": own,
        "badge": _badge(session, own, queries.places_given(person)) if own else None,
        "turn": _turn(own, person),
        "together": [one for one in offer.sessions if one.pk != session.pk],
        "offer": offer,
        "left": places_left(offer),
        "closed": "" if own else why_closed(ports, session, offer, person),
        "place": _place(session),
        "join": _join(session) if enrolled else "",
        "may_calendar": enrolled and session.cancelled_at is None,
        "instructors": [one.name for one in session.instructors.order_by("name")],
        "error": error,
    }
    return show(
        request,
        "my_session.html",
        context,
        access=access,
        current="my-sessions" if own else "open-sessions",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def _own_row(row: Enrolment, given: set[UUID], *, past: bool) -> OwnRow:
    """Make one line of somebody's sessions."""
    session, state = row.session, EnrolmentState(row.state)
    joins = state == EnrolmentState.ENROLLED and not past
    return OwnRow(
        session=session,
        place=_place(session),
        badge=_state_badge(session, state, given),
        join=_join(session) if joins else "",
        address=reverse("my-session", args=[session.pk]),
    )


def _badge(session: CourseSession, own: OwnPlace, given: set[UUID]) -> Badge:
    """Return how somebody stands to a session, in a word."""
    return _state_badge(session, own.state, given)


def _state_badge(session: CourseSession, state: EnrolmentState, given: set[UUID]) -> Badge:
    """Return whether somebody has a place, got one that became free, or waits."""
    if session.cancelled_at is not None:
        return "danger", _("Cancelled")
    if state == EnrolmentState.WAITING:
        return "warning", _("On the waiting list")
    if session.pk in given:
        return "success", _("Place offered: you are enrolled")
    return "success", _("Enrolled")


def _turn(own: OwnPlace | None, person: Person) -> int:
    """Return whose turn somebody is who waits; 0 for those who do not."""
    if own is None or own.state != EnrolmentState.WAITING:
        return 0
    return [one.pk for one in waiting_people(own.offer)].index(person.pk) + 1


def _place(session: CourseSession) -> str:
    """Return where a session takes place, as far as people are told."""
    return place_of(session, get_language() or "")


def _join(session: CourseSession) -> str:
    """Return where to join online while the session is to come; empty without a link."""
    over = session.ends_at <= bootstrap.ports().clock.now()
    return "" if over or session.cancelled_at is not None else link_of(session)
