"""Showing a page: the shell around it, or only its middle where htmx asks for a part."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from classbell import bootstrap
from classbell.domain.connections.outlook import ExternalUse, external_use
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.organisations.access import Access, own_catalogs
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.components.moments import Viewer, viewer_for
from classbell.web.navigation import navigation, switcher
from classbell.web.remedy_words import Loss, loss_of
from classbell.web.security import allow_forms_to
from classbell.web.toasts import take_toasts

THEME = "theme"
THEMES = ("", "light", "dark", "teams-light", "teams-dark")
"""The last two are those of Microsoft Teams, for pages that are shown inside it."""


def is_part(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page rather than the whole."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def is_for(request: HttpRequest, element: str) -> bool:
    """Tell whether htmx will put the answer into the element of this id."""
    return is_part(request) and request.headers.get("HX-Target") == element


def viewer_of(access: Access, catalog: Catalog | None) -> Viewer:
    """Return how the signed-in person reads moments: in the language of the page's words.

    The catalog's time zone stands in for one of their own.
    """
    person = access.person
    return viewer_for(
        (get_language() or "",),
        (person.time_zone, catalog.time_zone if catalog else ""),
        bootstrap.ports().clock.now(),
    )


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    access: Access,
    catalog: Catalog | None = None,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show a page of the Admin Center to somebody signed in.

    Args:
        request: what was asked.
        template: name of the page's template.
        context: what the page itself shows.
        access: who looks.
        catalog: the catalog the page belongs to, if any.
        current: name of the navigation's line that this page stands under.
        status: HTTP status.
    """
    lost = _lost(request, catalog)
    shell = {
        "layout": "fragment.html" if is_part(request) else "shell.html",
        "access": access,
        "catalog": catalog,
        "switcher": switcher(access, own_catalogs(access), catalog),
        "navigation": navigation(access, catalog),
        "current": current,
        "lost": lost,
        "external": _external(access, catalog),
        "theme": theme_of(request),
        "languages_offered": LANGUAGES,
        "toasts": take_toasts(request),
        "viewer": viewer_of(access, catalog),
    }
    return HttpResponse(render_to_string(template, shell | dict(context), request), status=status)


def _lost(request: HttpRequest, catalog: Catalog | None) -> Loss | None:
    """Return the loss to warn of on this page, and let its button leave the site."""
    found = loss_of(connection_status(catalog)) if catalog is not None else None
    if found is not None:
        allow_forms_to(request, bootstrap.ports().identity.authorization_origin())
    return found


def _external(access: Access, catalog: Catalog | None) -> ExternalUse | None:
    """Return what to warn of on the pages of catalogs and of LMS admins."""
    if catalog is None and not access.is_lms_admin:
        return None
    return external_use(access.person.organisation, bootstrap.ports().clock.now())


def show_alone(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Show a page without navigation, for people who are not (or not known to be) signed in."""
    own = {"theme": theme_of(request), "back": "/"}
    return HttpResponse(render_to_string(template, own | dict(context), request), status=status)


def theme_of(request: HttpRequest) -> str:
    """Return the chosen theme, empty for the system's; works where there is no session either."""
    session = getattr(request, "session", None)
    chosen = session.get(THEME, "") if session is not None else ""
    return chosen if chosen in THEMES else ""
