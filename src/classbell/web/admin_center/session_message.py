"""Writing to the learners of a session, and following what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classbell import bootstrap
from classbell.delivery.forecast import Spent, Waiting, forecast
from classbell.domain.connections.outlook import limits_of
from classbell.domain.courses.message_learners import (
    MOST_SUBJECT,
    MOST_TEXT,
    ONCE,
    learners_to_reach,
    message_learners,
    preview_message,
)
from classbell.domain.organisations.access import Access
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, CourseSession, Enrolment, EnrolmentState
from classbell.storage.queries import pages_messages as queries
from classbell.web.access import actor_of
from classbell.web.admin_center.session_acts import session_of
from classbell.web.admin_center.template_preview import LIGHT, mail_document
from classbell.web.components import moments
from classbell.web.pages import show, viewer_of
from classbell.web.security import allow_own_frames
from classbell.web.signin import leave_for

ENROLLED, ALL, CHOSEN = "enrolled", "all", "chosen"
PERSON = "person-"
"""Before the person's id, the name of a learner's check box."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    subject: str = ""
    text: str = ""
    to: str = ENROLLED
    people: frozenset[UUID] = frozenset()
    once: UUID = field(default_factory=uuid4)


@require_http_methods(["GET", "POST"])
def write_message(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Show the form, or send what stands in it."""
    access, catalog, found = session_of(request, slug, session_id)
    if request.method == "GET":
        return _page(request, access, catalog, found, Typed())
    typed = _read(request)
    learners = list(learners_to_reach(found))
    try:
        sent = message_learners(
            bootstrap.ports(),
            session=found,
            subject=typed.subject,
            text=typed.text,
            actor=actor_of(access),
            people=_chosen(typed, learners),
            once=typed.once,
        )
    except InvalidInput as error:
        if error.field == ONCE:
            typed = replace(typed, once=uuid4())
        return _page(request, access, catalog, found, typed, error=error)
    return leave_for(reverse("session-message-sent", args=[slug, session_id, sent.pk]))


@require_POST
def show_message(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Answer with the mail as it would be sent, as a document for the frame."""
    access, catalog, found = session_of(request, slug, session_id)
    typed = _read(request)
    try:
        mail = preview_message(
            bootstrap.ports(),
            session=found,
            subject=typed.subject,
            text=typed.text,
            reader=access.person,
        )
    except InvalidInput as error:
        return mail_document(catalog, LIGHT, catalog.language, error=error)
    return mail_document(catalog, LIGHT, catalog.language, mail=mail)


@require_GET
def follow_message(
    request: HttpRequest, slug: str, session_id: UUID, notification_id: UUID
) -> HttpResponse:
    """Show how far a message has come; the figures renew themselves until it is over."""
    access, catalog, found = session_of(request, slug, session_id)
    message = queries.message_in(access.scope.narrowed_to(catalog.id), found, notification_id)
    if message is None:
        raise NotFoundHere(_("There is no such message of this session."))
    progress = queries.progress_of(message)
    here = reverse("session-message-sent", args=[slug, session_id, notification_id])
    context = {
        "session": found,
        "message": message,
        "progress": progress,
        "time": "" if progress.is_over else _time(access, catalog, progress.waiting),
        "look_again": "" if progress.is_over else here,
        "here": here,
        "log": f"{reverse('deliveries', args=[slug])}?kind=session_message",
    }
    return show(
        request,
        "session_message_sent.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
    )


def _read(request: HttpRequest) -> Typed:
    """Read the form."""
    sent = request.POST
    people = (_id(name.removeprefix(PERSON)) for name in sent if name.startswith(PERSON))
    return Typed(
        subject=sent.get("subject", ""),
        text=sent.get("text", ""),
        to=sent.get("to", ENROLLED),
        people=frozenset(one for one in people if one is not None),
        once=_id(sent.get("once", "")) or uuid4(),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _chosen(typed: Typed, learners: Sequence[Enrolment]) -> frozenset[UUID] | None:
    """Return who is chosen; None for everybody who is enrolled."""
    if typed.to == ALL:
        return frozenset(row.person_id for row in learners)
    return typed.people if typed.to == CHOSEN else None


def _page(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    session: CourseSession,
    typed: Typed,
    *,
    error: InvalidInput | None = None,
) -> HttpResponse:
    allow_own_frames(request)
    learners = list(learners_to_reach(session))
    enrolled = sum(row.state == EnrolmentState.ENROLLED for row in learners)
    context = {
        "session": session,
        "typed": typed,
        "error": error,
        "errors": {error.field: f"{error.what} {error.remedy}".strip()} if error else {},
        "learners": [(f"{PERSON}{row.person_id}", row, _is_on(row, typed)) for row in learners],
        "choices": _choices(enrolled, len(learners)),
        "time": _time(access, catalog, len(learners)) if learners else "",
        "most_subject": MOST_SUBJECT,
        "most_text": MOST_TEXT,
    }
    return show(
        request,
        "session_message.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def _is_on(row: Enrolment, typed: Typed) -> bool:
    """Whether a learner's box is ticked: at first all who have a place are."""
    if typed.to != CHOSEN:
        return row.state == EnrolmentState.ENROLLED
    return row.person_id in typed.people


def _choices(enrolled: int, everybody: int) -> list[tuple[str, str]]:
    """Return to whom it can go; value and label."""
    with_place = ngettext(
        "%(num)s learner with a place", "All %(num)s learners with a place", enrolled
    )
    choices = [(ENROLLED, with_place % {"num": enrolled})]
    if everybody > enrolled:
        text = _("All %(num)s, with those who wait for a place")
        choices.append((ALL, text % {"num": everybody}))
    return [*choices, (CHOSEN, _("Those ticked below"))]


def _time(access: Access, catalog: Catalog, people: int) -> str:
    """Say how long so many take at the pace of the catalog's route; empty for no time at all."""
    ports = bootstrap.ports()
    pace = bootstrap.pace()
    limits = limits_of(catalog, now=ports.clock.now(), pace=pace)
    outlook = forecast(limits, Spent(), Waiting(shared=[people]))
    length = outlook.shared_in or timedelta()
    return moments.span(viewer_of(access, catalog), max(length, timedelta(minutes=1)))
