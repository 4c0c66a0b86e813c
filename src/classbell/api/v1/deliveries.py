"""What became of messages: the delivery log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.moments import Moment
from classbell.api.v1.pages import (
    USUAL,
    Cursor,
    CursorInvalid,
    Limit,
    Page,
    make_cursor,
    read_cursor,
)
from classbell.api.v1.routes import operation
from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.notifications.send_again import MOST_AT_ONCE, send_again
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Message, MessageState
from classbell.storage.queries.message_log import Wanted, log_of, message_in, route_of, session_id
from classbell.storage.queries.message_pages import log_page

router = Router(tags=["deliveries"])
DELIVERIES = "/catalogs/{slug}/deliveries"
MOST_ID = 2**53 - 1
"""Every program can tell numbers up to here apart."""

MessageId = Annotated[int, Path(..., ge=1, le=MOST_ID)]


class DeliveryOut(Schema):
    """One message to one person."""

    id: int
    notification_id: str
    kind: str
    session_id: str | None
    address: str
    name: str
    state: MessageState
    route: str = Field(description="what carries it, or will; empty where nothing does")
    attempts: int
    reason: str
    reason_code: str
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class AgainIn(Schema):
    """Which messages to send again."""

    ids: list[Annotated[int, Field(ge=1, le=MOST_ID)]] = Field(
        min_length=1, max_length=MOST_AT_ONCE
    )
    also_doubtful: bool = Field(
        default=False,
        description="those too that may have arrived, so that readers may get them twice",
    )


class AgainOut(Schema):
    """How many are queued by this call; those that cannot go again stay as they are."""

    queued: int


@operation(router, "GET", DELIVERIES, scope=ApiScope.DELIVERIES_READ, returns=Page[DeliveryOut])
def list_deliveries(
    request: HttpRequest,
    slug: Slug,
    *,
    state: Annotated[MessageState | None, Query(None)] = None,
    kind: Annotated[str, Query("", pattern="^[a-z_]*$", max_length=60)] = "",
    since: Annotated[Moment | None, Query(None, description="written then or later")] = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> HttpResponse:
    """List messages of a catalog, newest first.

    A page may hold fewer items than its limit and still have a next one.
    """
    asking = caller(request)
    catalog = asking.catalog(slug)
    wanted = Wanted(
        states=(state,) if state else (),
        kind=kind,
        since=since,
        before=_before(request, cursor) if cursor else None,
    )
    page = log_page(log_of(asking.scope.narrowed_to(catalog.pk)), wanted, size=limit)
    following = None if page.before is None else make_cursor(request, [page.before])
    items = [_shown(row) for row in page.rows]
    return answer(request, Page[DeliveryOut](items=items, next=following))


@operation(
    router,
    "GET",
    f"{DELIVERIES}/{{int:message_id}}",
    scope=ApiScope.DELIVERIES_READ,
    returns=DeliveryOut,
)
def read_delivery(request: HttpRequest, slug: Slug, message_id: MessageId) -> HttpResponse:
    """Read one message; what it says is not shown."""
    asking = caller(request)
    row = message_in(asking.scope.narrowed_to(asking.catalog(slug).pk), message_id)
    if row is None:
        raise NotFoundHere("There is no such message in this catalog.")
    return answer(request, _shown(row))


@operation(
    router,
    "POST",
    f"{DELIVERIES}/send-again",
    scope=ApiScope.DELIVERIES_WRITE,
    returns=AgainOut,
    headers=("Idempotency-Key",),
)
@idempotent()
def send_messages_again(request: HttpRequest, slug: Slug, wanted: AgainIn) -> HttpResponse:
    """Send messages again that failed, came back or have expired, on the route of today."""
    asking = caller(request)
    queued = send_again(
        bootstrap.ports(),
        catalog=asking.catalog(slug),
        ids=wanted.ids,
        actor=asking.actor,
        also_doubtful=wanted.also_doubtful,
    )
    return answer(request, AgainOut(queued=queued))


def _before(request: HttpRequest, cursor: str) -> int:
    """Return the id that the page before ended at."""
    match read_cursor(request, cursor):
        case [int(number)]:
            return number
        case _:
            raise CursorInvalid("This cursor does not belong to this list.", field="cursor")


def _shown(row: Message) -> DeliveryOut:
    return DeliveryOut(
        id=row.pk,
        notification_id=str(row.notification_id),
        kind=row.notification.kind,
        session_id=session_id(row) or None,
        address=row.address,
        name=row.name,
        state=MessageState(row.state),
        route=route_of(row),
        attempts=row.attempt,
        reason=row.reason,
        reason_code=row.reason_code,
        created_at=row.created_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
    )
