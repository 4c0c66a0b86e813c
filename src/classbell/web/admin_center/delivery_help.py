"""Help on delivery problems, with the catalog's own figures beside each point."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.organisations.access import Access, own_catalogs, require_catalog_admin
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_help import delivery_figures
from classbell.web.access import signed_in
from classbell.web.pages import show


@require_GET
def delivery_help(request: HttpRequest) -> HttpResponse:
    """Show the help; ``?catalog=`` names the catalog whose figures stand beside it."""
    access = signed_in(request)
    own = [one for one in own_catalogs(access) if access.is_catalog_admin(one.pk)]
    catalog = _chosen(request, access, own)
    figures = delivery_figures(catalog, now=bootstrap.ports().clock.now()) if catalog else None
    here = reverse("delivery-help")
    context = {
        "figures": figures,
        "pace": bootstrap.pace(),
        "log": reverse("deliveries", args=[catalog.slug]) if catalog else "",
        "choices": [
            (one.title, f"{here}?catalog={one.slug}", one == catalog) for one in own if len(own) > 1
        ],
    }
    return show(request, "delivery_help.html", context, access=access, catalog=catalog)


def _chosen(request: HttpRequest, access: Access, own: list[Catalog]) -> Catalog | None:
    """Return the catalog that was asked for, or the first that the reader administers."""
    slug = request.GET.get("catalog", "")
    if slug:
        return require_catalog_admin(access, slug)
    return own[0] if own else None
