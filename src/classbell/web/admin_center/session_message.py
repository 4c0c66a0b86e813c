"""Writing to the learners of a session, and following what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.courses.message_learners import (
    MOST_SUBJECT,
    MOST_TEXT,
    ONCE,
    learners_to_reach,
    message_learners,
    preview_message,
    time_for,
)
from classbell.domain.organisations.access import Access
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, CourseSession, EnrolmentState
from classbell.storage.queries import pages_messages as queries
from classbell.storage.scope import Scope
from classbell.web.access import actor_of
from classbell.web.admin_center.looking import look_again
from classbell.web.admin_center.message_choice import (
    CHOSEN,
    REARRANGE,
    Typed,
    boxes_of,
    choices,
    reached,
    read,
)
from classbell.web.admin_center.session_acts import session_of
from classbell.web.admin_center.template_preview import LIGHT, mail_document
from classbell.web.components import moments
from classbell.web.pages import show, viewer_of
from classbell.web.security import allow_own_frames
from classbell.web.signin import leave_for
from classbell.web.translated import translated


@require_http_methods(["GET", "POST"])
def write_message(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Show the form, or send what stands in it."""
    access, catalog, found = session_of(request, slug, session_id)
    if request.method == "GET":
        return _page(request, access, catalog, found, Typed())
    typed, learners = read(request.POST), list(learners_to_reach(found))
    rearrange = REARRANGE.get(request.POST.get("act", ""))
    if rearrange is not None:
        return _page(request, access, catalog, found, rearrange(typed, learners))
    try:
        sent = message_learners(
            bootstrap.ports(),
            session=found,
            subject=typed.subject,
            text=typed.text,
            actor=actor_of(access),
            people=reached(typed, learners),
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
    typed = read(request.POST)
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
    # The session came through the scope; notifications hang on catalogs, and on no course.
    everything = Scope(catalog.organisation_id, frozenset({catalog.id}))
    message = queries.message_in(everything, found, notification_id)
    if message is None:
        raise NotFoundHere(_("There is no such message of this session."))
    progress = queries.progress_of(message)
    here = reverse("session-message-sent", args=[slug, session_id, notification_id])
    context = {
        "session": found,
        "message": message,
        "progress": progress,
        "time": "" if progress.is_over else _time(access, catalog, progress.waiting),
        "look_again": look_again(request, here, under_way=not progress.is_over),
        "here": here,
        "log": f"{reverse('deliveries', args=[slug])}?kind=session_message"
        if access.is_catalog_admin(catalog.id)
        else "",
    }
    return show(
        request,
        "session_message_sent.html",
        context,
        access=access,
        catalog=catalog,
        current="sessions",
    )


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
        "errors": {error.field: _words(error)} if error else {},
        "learners": len(learners),
        "boxes": boxes_of(typed, learners) if typed.to == CHOSEN else None,
        "choices": choices(enrolled, len(learners)),
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


def _time(access: Access, catalog: Catalog, people: int) -> str:
    """Say how long so many take at the pace of the catalog's route; empty beyond a year."""
    now, pace = bootstrap.ports().clock.now(), bootstrap.pace()
    length = time_for(catalog, people, now=now, pace=pace)
    if length is None:
        return ""
    return moments.span(viewer_of(access, catalog), max(length, timedelta(minutes=1)))


def _words(error: InvalidInput) -> str:
    """Return what is wrong with a field and what helps."""
    return " ".join(filter(None, map(translated, (error.what, error.remedy))))
