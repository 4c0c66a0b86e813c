"""Catalog settings > Notifications: the kinds, the command bar, and the connection panel."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Carrier, Kind, Route
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.storage.models import Catalog
from classbell.web.access import signed_in
from classbell.web.admin_center.connection_panel import Panel, panel_of
from classbell.web.pages import is_for, show, viewer_of

OPEN = "m365"
OPERATOR = "The operator"


@dataclass(frozen=True, slots=True)
class ShownKind:
    """One line of the table."""

    title: str
    when: str
    audience: str
    icon: str
    carried_by: str


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
    context = {"panel": panel, "panel_open": panel_open, "kinds": shown_kinds(panel)}
    if is_for(request, "panel"):
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


def shown_kinds(panel: Panel) -> list[ShownKind]:
    """Return the kinds of notification of a catalog; the operator's alarms are not shown."""
    return [
        ShownKind(_(kind.title), _(kind.when), _(kind.audience), *_carrier(kind, panel))
        for kind in REGISTRY.values()
        if kind.audience != OPERATOR
    ]


def _carrier(kind: Kind, panel: Panel) -> tuple[str, str]:
    """Return icon and words for what carries a kind."""
    if kind.route is Route.SYSTEM and panel.route.activated:
        return "server", _("Email by Azure or the system mailer")
    if kind.route is Route.SYSTEM:
        return "server", _("Email from the system mailer, never through the account")
    if kind.carrier is Carrier.ENTRY:
        return "calendar", _("Calendar invitation; email where the account has no calendar")
    if kind.route is Route.CATALOG and panel.route.by_provider:
        return "mail_multiple", _("Email through Azure Communication Services")
    return "mail", _("Email from the connected account")
