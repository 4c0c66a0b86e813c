"""Who attended a session, and how much of it: up to 50,000 people in one call."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.people import MOST_AT_ONCE, PersonGiven, as_given
from classbell.api.v1.routes import operation
from classbell.api.v1.sessions import SESSION, session_in
from classbell.domain.courses.attendance import WHOLE
from classbell.domain.courses.attendance_of_many import Mark, look_up_marks, record_marks
from classbell.domain.integrations.scopes import ApiScope

router = Router(tags=["attendance"])
LOOKED_UP = "classbell_marks"


class AttendedGiven(Schema):
    """How much of a session somebody attended."""

    person: PersonGiven
    attendance: int | None = Field(
        ge=0, le=WHOLE, description="per cent of the session; null takes back what was said"
    )


class AttendanceIn(Schema):
    """What is said of some learners; others are left alone."""

    people: list[AttendedGiven] = Field(min_length=1, max_length=MOST_AT_ONCE)


class AttendanceOut(Schema):
    """What became of everybody; each is counted once."""

    recorded: int = Field(description="those of whom something else is said now than before")
    already: int = Field(description="those of whom the same was said before")
    no_place: int = Field(description="those who have no place in the session; nothing is kept")


def _look_up(request: HttpRequest, slug: Slug, session_id: UUID, wanted: AttendanceIn) -> None:
    catalog = caller(request).catalog(slug)
    session_in(catalog, session_id)
    people = as_given([one.person for one in wanted.people])
    marks = [Mark(*one) for one in zip(people, (m.attendance for m in wanted.people), strict=True)]
    setattr(request, LOOKED_UP, look_up_marks(catalog.organisation, marks))


@operation(
    router,
    "POST",
    f"{SESSION}/attendance",
    scope=ApiScope.ENROLMENTS_WRITE,
    returns=AttendanceOut,
    headers=("Idempotency-Key",),
)
@idempotent(before=_look_up)
def record_attendance(
    request: HttpRequest,
    slug: Slug,
    session_id: UUID,
    wanted: AttendanceIn,  # noqa: ARG001 -- the body that ``_look_up`` reads
) -> HttpResponse:
    """Write down how much of a session that has begun its learners attended.

    What is on the list already is shown with the enrolments. Addresses that nobody has do not
    become people.
    """
    asking = caller(request)
    session = session_in(asking.catalog(slug), session_id)
    found = record_marks(
        bootstrap.ports(), session=session, marks=getattr(request, LOOKED_UP), actor=asking.actor
    )
    return answer(
        request,
        AttendanceOut(recorded=found.recorded, already=found.already, no_place=found.no_place),
    )
