"""Catalogs that an integration is for."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema

from classbell.api.v1.answers import answer
from classbell.api.v1.asking import caller
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.routes import operation
from classbell.domain.integrations.scopes import ApiScope
from classbell.storage.models import Catalog

router = Router(tags=["catalogs"])

Slug = Annotated[
    str, Path(..., pattern="^[-a-zA-Z0-9_]+$", max_length=60, description="short name of a catalog")
]


class CatalogOut(Schema):
    """A course catalog."""

    id: str
    slug: str
    title: str
    language: str
    time_zone: str


def shown(catalog: Catalog) -> CatalogOut:
    """Return a catalog as it is shown."""
    return CatalogOut(
        id=str(catalog.pk),
        slug=catalog.slug,
        title=catalog.title,
        language=catalog.language,
        time_zone=catalog.time_zone,
    )


@operation(router, "GET", "/catalogs", scope=ApiScope.CATALOGS_READ, returns=Page[CatalogOut])
def list_catalogs(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> HttpResponse:
    """List the catalogs that the integration is for."""
    rows = caller(request).scope.of(Catalog)
    found = page_of(request, rows, order=("slug",), cursor=cursor, limit=limit)
    return answer(
        request, Page[CatalogOut](items=[shown(row) for row in found.rows], next=found.next)
    )


@operation(router, "GET", "/catalogs/{slug}", scope=ApiScope.CATALOGS_READ, returns=CatalogOut)
def read_catalog(request: HttpRequest, slug: Slug) -> HttpResponse:
    """Read one catalog."""
    return answer(request, shown(caller(request).catalog(slug)))
