"""Sessions of a catalog: planned, changed, published and cancelled."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent, require_unchanged
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.courses import course_in
from classbell.api.v1.groups import group_coded
from classbell.api.v1.moments import Moment
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.people import people_of
from classbell.api.v1.routes import operation
from classbell.api.v1.session_forms import (
    Cancellation,
    SessionChange,
    SessionIn,
    SessionOut,
    changed,
    described,
    shown,
)
from classbell.domain.courses.drafts import publish_session
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.courses.sessions import cancel_session, create_session, update_session
from classbell.domain.integrations.scopes import ApiScope
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Catalog, CourseSession

router = Router(tags=["sessions"])
SESSIONS = "/catalogs/{slug}/sessions"
SESSION = f"{SESSIONS}/{{session_id}}"
BESIDE = ("course__catalog__organisation", "group")


def session_in(catalog: Catalog, session_id: UUID) -> CourseSession:
    """Return a session of a catalog.

    Raises:
        NotFoundHere: there is none with this id.
    """
    rows = CourseSession.objects.filter(course__catalog=catalog).select_related(*BESIDE)
    found = rows.filter(pk=session_id).first()
    if found is None:
        raise NotFoundHere("There is no such session in this catalog.")
    return found


@operation(router, "GET", SESSIONS, scope=ApiScope.SESSIONS_READ, returns=Page[SessionOut])
def list_sessions(
    request: HttpRequest,
    slug: Slug,
    *,
    course_id: Annotated[UUID | None, Query(None, description="only those of this course")] = None,
    starting_from: Annotated[
        Moment | None, Query(None, description="only those that start then or later")
    ] = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> HttpResponse:
    """List the sessions of a catalog by their start."""
    rows = CourseSession.objects.filter(course__catalog=caller(request).catalog(slug))
    if course_id is not None:
        rows = rows.filter(course=course_id)
    if starting_from is not None:
        rows = rows.filter(starts_at__gte=starting_from)
    rows = rows.select_related("course", "group").prefetch_related("instructors")
    found = page_of(request, rows, order=("starts_at", "id"), cursor=cursor, limit=limit)
    items = [shown(row) for row in found.rows]
    return answer(request, Page[SessionOut](items=items, next=found.next))


@operation(
    router,
    "POST",
    SESSIONS,
    name="create_session",
    scope=ApiScope.SESSIONS_WRITE,
    returns=SessionOut,
    status=201,
    headers=("Idempotency-Key",),
)
@idempotent()
def create(request: HttpRequest, slug: Slug, wanted: SessionIn) -> HttpResponse:
    """Add a session; its room, Teams meeting and invitations follow by themselves."""
    asking, ports = caller(request), bootstrap.ports()
    catalog = asking.catalog(slug)
    course = course_in(catalog, wanted.course_id)
    saved = create_session(
        ports,
        course=course,
        code=wanted.code,
        details=described(wanted),
        actor=asking.actor,
        instructors=people_of(ports, catalog.organisation, wanted.instructors),
        group=group_coded(course, wanted.group),
    )
    location = f"{request.path}/{saved.session.pk}"
    body = shown(session_in(catalog, saved.session.pk), saved.notes)
    return answer(request, body, status=201, location=location)


@operation(router, "GET", SESSION, scope=ApiScope.SESSIONS_READ, returns=SessionOut)
def read_session(request: HttpRequest, slug: Slug, session_id: UUID) -> HttpResponse:
    """Read one session."""
    return answer(request, shown(session_in(caller(request).catalog(slug), session_id)))


@operation(
    router,
    "PATCH",
    SESSION,
    scope=ApiScope.SESSIONS_WRITE,
    returns=SessionOut,
    headers=("If-Match",),
)
def change_session(
    request: HttpRequest, slug: Slug, session_id: UUID, wanted: SessionChange
) -> HttpResponse:
    """Change a session; its entry follows, and people are told what matters to them."""
    asking, ports = caller(request), bootstrap.ports()
    catalog = asking.catalog(slug)
    session_in(catalog, session_id)
    with transaction.atomic():
        session = lock_session(session_id)
        require_unchanged(request, lambda: shown(session))
        people, regrouped = wanted.instructors, "group" in wanted.model_fields_set
        saved = update_session(
            ports,
            session=session,
            details=changed(session, wanted),
            actor=asking.actor,
            instructors=None if people is None else people_of(ports, catalog.organisation, people),
            group=group_coded(session.course, wanted.group) if regrouped else ...,
        )
    return answer(request, shown(session_in(catalog, session_id), saved.notes))


@operation(
    router,
    "POST",
    f"{SESSION}/publish",
    name="publish_session",
    scope=ApiScope.SESSIONS_WRITE,
    returns=SessionOut,
    headers=("Idempotency-Key",),
)
@idempotent()
def publish(request: HttpRequest, slug: Slug, session_id: UUID) -> HttpResponse:
    """Publish a draft; twice is once."""
    asking = caller(request)
    catalog = asking.catalog(slug)
    session = session_in(catalog, session_id)
    publish_session(bootstrap.ports(), session=session, actor=asking.actor)
    return answer(request, shown(session_in(catalog, session_id)))


@operation(
    router,
    "POST",
    f"{SESSION}/cancel",
    name="cancel_session",
    scope=ApiScope.SESSIONS_WRITE,
    returns=SessionOut,
    headers=("Idempotency-Key",),
)
@idempotent()
def cancel(
    request: HttpRequest, slug: Slug, session_id: UUID, wanted: Cancellation
) -> HttpResponse:
    """Cancel a session: its room is released and Outlook tells everybody. Twice is once."""
    asking = caller(request)
    catalog = asking.catalog(slug)
    session = session_in(catalog, session_id)
    cancel_session(bootstrap.ports(), session=session, actor=asking.actor, message=wanted.message)
    return answer(request, shown(session_in(catalog, session_id)))
