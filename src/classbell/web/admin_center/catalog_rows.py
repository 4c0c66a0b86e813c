"""Lists of an organisation's catalogs, for LMS admins: looked through by name, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from classbell.storage.models import Catalog
from classbell.storage.queries.pages_catalogs import catalogs_named

ROWS = 25


@dataclass(frozen=True, slots=True)
class CatalogList:
    """One page of a list of catalogs.

    Attributes:
        page: which catalogs it shows; what else the list tells is read for these alone.
        text: part of a title or short name that was asked for, empty for all.
        address: of the list.
        here: the address with the text, for the pager to go on with.
    """

    page: Page[Catalog]
    text: str
    address: str
    here: str

    @property
    def is_of_use(self) -> bool:
        """Whether there is anything to look through: a text was asked for, or there are pages."""
        return bool(self.text) or self.page.paginator.num_pages > 1


def catalog_list(request: HttpRequest, name: str, catalogs: QuerySet[Catalog]) -> CatalogList:
    """Return the page of a list that a request asks for by ``q`` and ``page``.

    Args:
        request: what was asked; a page that does not exist shows the last.
        name: of the list in the URL configuration.
        catalogs: all of them, in the order of the list.
    """
    text, address = request.GET.get("q", "").strip(), reverse(name)
    found = Paginator(catalogs_named(catalogs, text), ROWS)
    here = f"{address}?{urlencode({'q': text})}"
    return CatalogList(found.get_page(request.GET.get("page")), text, address, here)
