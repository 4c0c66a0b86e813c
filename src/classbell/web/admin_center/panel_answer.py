"""Answering an act on the connection: by a redirect, or for htmx by the parts that changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from classbell.domain.organisations.access import Access
from classbell.ports.errors import ClassbellError, ProviderFailure
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.admin_center.connection_panel import panel_of
from classbell.web.admin_center.notifications import show_notifications, table_of
from classbell.web.pages import is_part, viewer_of
from classbell.web.remedy_words import loss_of
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast, take_toasts
from classbell.web.translated import translated


def checked(request: HttpRequest, look: Callable[[], object]) -> None:
    """Look at an account, and keep a toast with what came of it.

    A loss is no error of the page: it is what the look has shown, and the page tells it.
    """
    try:
        look()
    except ProviderFailure as failure:
        add_toast(request, translated(failure.what), translated(failure.remedy), kind="error")
    else:
        add_toast(request, _("Account checked."))


def panel_address(slug: str) -> str:
    """Return the address at which a catalog's panel is open."""
    return reverse("notifications", args=[slug]) + "?panel=m365"


def answer(
    request: HttpRequest, access: Access, catalog: Catalog, *, close: bool = True
) -> HttpResponse:
    """Show what an act came to.

    Args:
        request: what was asked.
        access: who acted.
        catalog: on whose connection.
        close: whether the panel closes; else it stays open with its news.
    """
    if not is_part(request):
        page = reverse("notifications", args=[catalog.slug])
        return leave_for(page if close else panel_address(catalog.slug))
    panel = panel_of(request, access, catalog)
    context = table_of(request, catalog, panel) | {
        "panel": panel,
        "panel_open": not close,
        "out_of_band": True,
        "catalog": catalog,
        "lost": loss_of(connection_status(catalog)),
        "toasts": take_toasts(request),
        "viewer": viewer_of(access, catalog),
    }
    response = HttpResponse(render_to_string("panel_answer.html", context, request))
    if close:
        # The dialog closes before the swap, so that the browser gives the focus back.
        response["HX-Trigger"] = json.dumps({"close-dialog": "m365-panel"})
    return response


def panel_again(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    *,
    enabled: bool | None,
    error: ClassbellError | None = None,
) -> HttpResponse:
    """Show the panel as it was sent in, with what is wrong or, without an error, to be confirmed.

    Args:
        request: what was sent in.
        access: who sent it.
        catalog: on whose connection.
        enabled: the toggle as it was sent in, None for the stored position.
        error: what is wrong.
    """
    panel = panel_of(
        request, access, catalog, enabled=enabled, error=error, confirm_off=error is None
    )
    return show_notifications(
        request, access, catalog, panel, panel_open=True, status=HTTPStatus.UNPROCESSABLE_ENTITY
    )
