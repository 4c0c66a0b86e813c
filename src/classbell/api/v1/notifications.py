"""Writing to people and to the learners of sessions, and following what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field, model_validator

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.people import MOST_AT_ONCE, PersonGiven, look_up_people, people_looked_up
from classbell.api.v1.routes import operation
from classbell.api.v1.sessions import session_in
from classbell.domain.courses.message_learners import message_learners
from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.notifications.write_to_people import write_to_people
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Notification
from classbell.storage.queries.pages_messages import progress_of

router = Router(tags=["notifications"])
NOTIFICATIONS = "/catalogs/{slug}/notifications"


class NotificationIn(Schema):
    """What to write, and to whom: to people, or to those who are enrolled in a session."""

    subject: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=20_000, description="plain text; lines are kept")
    people: list[PersonGiven] | None = Field(None, min_length=1, max_length=MOST_AT_ONCE)
    session_id: UUID | None = None

    @model_validator(mode="after")
    def _says_to_whom(self) -> Self:
        if (self.people is None) == (self.session_id is None):
            message = "Give either people or session_id."
            raise ValueError(message)
        return self


class NotificationOut(Schema):
    """One thing that is told to some people, each of whom has a message of their own."""

    id: str
    kind: str
    people: int
    created_at: datetime
    expires_at: datetime


class ProgressOut(NotificationOut):
    """The same with how far it has come, in people; the four sum up to `people`."""

    sent: int
    waiting: int
    failed: int
    not_sent: int


def _look_up(request: HttpRequest, slug: Slug, wanted: NotificationIn) -> None:
    catalog = caller(request).catalog(slug)
    look_up_people(request, catalog.organisation, wanted.people or [])


@operation(
    router,
    "POST",
    NOTIFICATIONS,
    scope=ApiScope.NOTIFICATIONS_SEND,
    returns=NotificationOut,
    status=202,
    headers=("Idempotency-Key!",),
)
@idempotent(needed=True, before=_look_up)
def send_notification(request: HttpRequest, slug: Slug, wanted: NotificationIn) -> HttpResponse:
    """Write the same to up to 50,000 people, or to everybody enrolled in a session.

    It is accepted at once and sent as fast as the mailbox may; nobody sees who else got it. The
    header Idempotency-Key is required, so that a repeated request sends nothing twice.
    """
    asking, ports = caller(request), bootstrap.ports()
    catalog = asking.catalog(slug)
    if wanted.session_id is not None:
        notification = message_learners(
            ports,
            session=session_in(catalog, wanted.session_id),
            subject=wanted.subject,
            text=wanted.text,
            actor=asking.actor,
        )
    else:
        notification = write_to_people(
            ports,
            catalog=catalog,
            people=people_looked_up(request, ports),
            subject=wanted.subject,
            text=wanted.text,
            actor=asking.actor,
        )
    location = f"{request.path}/{notification.pk}"
    return answer(request, _shown(notification), status=202, location=location)


@operation(
    router,
    "GET",
    NOTIFICATIONS,
    scope=ApiScope.DELIVERIES_READ,
    returns=Page[NotificationOut],
)
def list_notifications(
    request: HttpRequest,
    slug: Slug,
    kind: Annotated[str, Query("", pattern="^[a-z_]*$", max_length=60)] = "",
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> HttpResponse:
    """List what was told in a catalog, newest first."""
    rows = Notification.objects.filter(catalog=caller(request).catalog(slug)).defer("audience")
    if kind:
        rows = rows.filter(kind=kind)
    found = page_of(
        request, rows, order=("created_at", "id"), cursor=cursor, limit=limit, newest_first=True
    )
    items = [_shown(row) for row in found.rows]
    return answer(request, Page[NotificationOut](items=items, next=found.next))


@operation(
    router,
    "GET",
    f"{NOTIFICATIONS}/{{notification_id}}",
    scope=ApiScope.DELIVERIES_READ,
    returns=ProgressOut,
)
def read_notification(request: HttpRequest, slug: Slug, notification_id: UUID) -> HttpResponse:
    """Read how far a notification has come."""
    rows = Notification.objects.filter(catalog=caller(request).catalog(slug)).defer("audience")
    row = rows.filter(pk=notification_id).first()
    if row is None:
        raise NotFoundHere("There is no such notification in this catalog.")
    found = progress_of(row)
    return answer(
        request,
        ProgressOut(
            **_shown(row).model_dump(),
            sent=found.sent,
            waiting=found.waiting,
            failed=found.failed,
            not_sent=found.not_sent,
        ),
    )


def _shown(row: Notification) -> NotificationOut:
    return NotificationOut(
        id=str(row.pk),
        kind=row.kind,
        people=row.audience_size,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
