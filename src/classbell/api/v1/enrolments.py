"""Who is enrolled in a session: up to 50,000 people in one call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent, nothing
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.people import (
    MOST_AT_ONCE,
    PersonGiven,
    PersonOut,
    look_up_people,
    people_looked_up,
    shown_person,
)
from classbell.api.v1.routes import operation
from classbell.api.v1.sessions import SESSION, session_in
from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.integrations.scopes import ApiScope
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Enrolment, EnrolmentState

router = Router(tags=["enrolments"])
ENROLMENTS = f"{SESSION}/enrolments"


class EnrolmentOut(Schema):
    """Somebody's place in a session, or among those who wait for one."""

    id: str
    person: PersonOut
    state: EnrolmentState
    since: datetime
    attendance: int | None = Field(description="per cent of the session; null where not recorded")


class PeopleIn(Schema):
    """Some people."""

    people: list[PersonGiven] = Field(min_length=1, max_length=MOST_AT_ONCE)


class EnrolledOut(Schema):
    """What became of everybody; each is counted once."""

    enrolled: int = Field(description="those who have a place by this call")
    already: int = Field(description="those who had one before; they are told nothing")
    waiting: int = Field(description="those who found no place and wait for one")


@operation(router, "GET", ENROLMENTS, scope=ApiScope.ENROLMENTS_READ, returns=Page[EnrolmentOut])
def list_enrolments(
    request: HttpRequest,
    slug: Slug,
    session_id: UUID,
    *,
    state: Annotated[EnrolmentState | None, Query(None)] = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> HttpResponse:
    """List who has a place in a session, waits for one, or had one."""
    session = session_in(caller(request).catalog(slug), session_id)
    rows = Enrolment.objects.filter(session=session).select_related("person")
    if state is not None:
        rows = rows.filter(state=state)
    found = page_of(request, rows, order=("created_at", "id"), cursor=cursor, limit=limit)
    items = [_shown(row) for row in found.rows]
    return answer(request, Page[EnrolmentOut](items=items, next=found.next))


def _look_up(request: HttpRequest, slug: Slug, session_id: UUID, wanted: PeopleIn) -> None:
    catalog = caller(request).catalog(slug)
    session_in(catalog, session_id)
    look_up_people(request, catalog.organisation, wanted.people)


@operation(
    router,
    "POST",
    ENROLMENTS,
    scope=ApiScope.ENROLMENTS_WRITE,
    returns=EnrolledOut,
    headers=("Idempotency-Key",),
)
@idempotent(before=_look_up)
def enrol_people(
    request: HttpRequest,
    slug: Slug,
    session_id: UUID,
    wanted: PeopleIn,  # noqa: ARG001 -- the body that ``_look_up`` reads
) -> HttpResponse:
    """Enrol people in a session, all or none of them, in one transaction.

    Addresses that are new become people. Those who find no place wait for one where the course has
    a waiting list. Enrolling twice is enrolling once.
    """
    asking, ports = caller(request), bootstrap.ports()
    catalog = asking.catalog(slug)
    session = session_in(catalog, session_id)
    people = people_looked_up(request, ports)
    found = enrol(ports, session=session, people=people, actor=asking.actor)
    return answer(
        request,
        EnrolledOut(
            enrolled=len(found.new), already=len(found.already), waiting=len(found.waiting)
        ),
    )


@operation(
    router,
    "DELETE",
    f"{ENROLMENTS}/{{enrolment_id}}",
    scope=ApiScope.ENROLMENTS_WRITE,
    returns=None,
    status=204,
)
def unenrol_person(
    request: HttpRequest, slug: Slug, session_id: UUID, enrolment_id: UUID
) -> HttpResponse:
    """Take somebody's place back; it goes to whoever waits longest."""
    asking = caller(request)
    session = session_in(asking.catalog(slug), session_id)
    rows = Enrolment.objects.filter(session=session).select_related("person")
    row = rows.filter(pk=enrolment_id).first()
    if row is None:
        raise NotFoundHere("There is no such enrolment in this session.")
    unenrol(bootstrap.ports(), session=session, people=[row.person], actor=asking.actor)
    return nothing()


def _shown(row: Enrolment) -> EnrolmentOut:
    return EnrolmentOut(
        id=str(row.pk),
        person=shown_person(row.person),
        state=EnrolmentState(row.state),
        since=row.created_at,
        attendance=row.attendance,
    )
