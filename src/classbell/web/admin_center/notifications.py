"""Catalog settings > Notifications: the kinds, the command bar, and the connection panel."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.storage.models import ApprovalState, Catalog
from classbell.web.access import signed_in
from classbell.web.admin_center.confirmation import confirmation_of
from classbell.web.admin_center.connection_panel import Panel, panel_of
from classbell.web.admin_center.looking import Looking, look_again
from classbell.web.admin_center.notification_rows import Filters, all_rows, chips_for
from classbell.web.pages import is_for, show, viewer_of

OPEN = "m365"
APPROVAL = "approval-now"
"""The part of the panel that looks by itself whether an administrator has approved."""


@require_GET
def notifications(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page; ``?panel=m365`` opens the panel, with or without script."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    panel = panel_of(request, access, catalog)
    is_open = request.GET.get("panel") == OPEN
    return show_notifications(request, access, catalog, panel, panel_open=is_open)


def show_notifications(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    panel: Panel,
    *,
    panel_open: bool,
    status: int = 200,
) -> HttpResponse:
    """Show the page around a panel, or the panel alone where htmx asks for it."""
    context = {
        "panel": panel,
        "panel_open": panel_open,
    } | table_of(request, catalog, panel)
    if is_for(request, "panel") or is_for(request, APPROVAL):
        own = {"catalog": catalog, "viewer": viewer_of(access, catalog)}
        return HttpResponse(render_to_string("panel.html", context | own, request), status=status)
    return show(
        request,
        "notifications.html",
        context,
        access=access,
        catalog=catalog,
        current="notifications",
        status=status,
    )


def _approval_look(request: HttpRequest, catalog: Catalog, panel: Panel) -> Looking | None:
    """Return when the panel looks whether an administrator has approved."""
    asked = panel.others.approval
    here = f"{reverse('notifications', args=[catalog.slug])}?panel={OPEN}"
    is_open = asked is not None and asked.request.approval.state == ApprovalState.OPEN
    return look_again(request, here, under_way=is_open)


def table_of(request: HttpRequest, catalog: Catalog, panel: Panel) -> dict[str, object]:
    """Return what the table and its filters show, and when the panel looks again."""
    filters, rows = Filters.read(request.GET), all_rows(catalog, panel)
    return {
        "confirmation": confirmation_of(request, catalog, saved_at=panel.connected_at),
        "approval_look": _approval_look(request, catalog, panel),
        "filters": filters,
        "chips": chips_for(rows, filters, catalog.slug),
        "kinds": [row for row in rows if filters.lets_through(row)],
    }
