"""The record of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from classbell.api.v1.answers import answer
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.routes import operation
from classbell.domain.integrations.scopes import ApiScope
from classbell.storage.models import AuditEntry
from classbell.storage.queries.audit import Sought, acts_in

router = Router(tags=["audit"])


class AuditOut(Schema):
    """One act."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    source: str


@operation(
    router, "GET", "/catalogs/{slug}/audit", scope=ApiScope.AUDIT_READ, returns=Page[AuditOut]
)
def list_audit(
    request: HttpRequest,
    slug: Slug,
    action: Annotated[
        str, Query("", pattern="^[a-z_.]*$", max_length=80, description="such as `session.`")
    ] = "",
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> HttpResponse:
    """List who did what in a catalog, newest first."""
    asking = caller(request)
    scope = asking.scope.narrowed_to(asking.catalog(slug).pk)
    rows = acts_in(scope, Sought(action=action))
    found = page_of(
        request, rows, order=("at", "id"), cursor=cursor, limit=limit, newest_first=True
    )
    items = [_shown(row) for row in found.rows]
    return answer(request, Page[AuditOut](items=items, next=found.next))


def _shown(row: AuditEntry) -> AuditOut:
    return AuditOut(
        id=row.pk,
        at=row.at,
        actor=row.actor_name,
        action=row.action,
        subject=row.subject,
        before=row.before,
        after=row.after,
        source=row.source,
    )
