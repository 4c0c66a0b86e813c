"""All connections of an organisation, for LMS admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.connections.alert_routes import (
    RouteState,
    alert_warning,
    allow_substitute,
    routes,
    send_test_alert,
)
from classbell.domain.notifications.routes import may_substitute
from classbell.domain.organisations.access import require_lms_admin
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Account, AlertRoute, Catalog, EmailProvider
from classbell.storage.queries.email_provider import active_provider
from classbell.storage.queries.pages_all_connections import ListedConnection, connections_of
from classbell.storage.queries.pages_catalogs import catalogs_lost_first
from classbell.storage.queries.pages_shell import status_in_list
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.catalog_rows import catalog_list
from classbell.web.admin_center.health import status_badge
from classbell.web.admin_center.words import Badge
from classbell.web.pages import show
from classbell.web.security import allow_forms_to
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast
from classbell.web.translated import translated


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One line of the list. ``is_admin`` says whether the reader may open the catalog."""

    catalog: Catalog
    account: Account | None
    badge: Badge
    is_lost: bool
    last_sent: datetime | None
    waiting: int
    is_admin: bool


@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """List the connections of all catalogs, lost ones first."""
    access = signed_in(request)
    scope = require_lms_admin(access)
    provider = active_provider(scope.organisation_id)
    listed = catalog_list(request, "connections", catalogs_lost_first(scope))
    rows = [
        _row(one, provider, is_admin=access.is_catalog_admin(one.catalog.pk))
        for one in connections_of(scope, list(listed.page))
    ]
    ports, organisation = bootstrap.ports(), access.person.organisation
    if any(row.is_lost and row.is_admin for row in rows):
        allow_forms_to(request, ports.identity.authorization_origin())
    context = {
        "listed": listed,
        "rows": rows,
        "warning": translated(alert_warning(ports, organisation)),
        "routes": [_route_line(one) for one in routes(ports, organisation)],
        "substitute": may_substitute(organisation.pk),
        "address": access.person.address,
        "credential": ports.installation.credential,
    }
    return show(request, "connections.html", context, access=access, current="connections")


@require_POST
def alert_test(request: HttpRequest) -> HttpResponse:
    """Send the LMS admin who asks a test alert, by the route that was chosen."""
    access = signed_in(request)
    require_lms_admin(access)
    chosen = request.POST.get("route", AlertRoute.SYSTEM_MAILER)
    if chosen not in AlertRoute.values:
        raise InvalidInput(_("There is no such route for alerts."), field="route")
    test = send_test_alert(
        bootstrap.ports(),
        address=access.person.address,
        actor=actor_of(access),
        organisation=access.person.organisation,
        route=AlertRoute(chosen),
    )
    if test.accepted:
        told = _("To %(address)s.") % {"address": test.address}
        add_toast(request, _("Test alert accepted."), told)
    else:
        add_toast(request, _("Test alert refused."), translated(test.explanation), kind="error")
    return leave_for(reverse("connections"))


@require_POST
def alert_substitute(request: HttpRequest) -> HttpResponse:
    """Let another healthy account carry alerts, or not any more."""
    access = signed_in(request)
    require_lms_admin(access)
    allow_substitute(
        bootstrap.ports(),
        access.person.organisation,
        allowed=request.POST.get("allowed") == "yes",
        actor=actor_of(access),
    )
    add_toast(request, _("Settings saved."))
    return leave_for(reverse("connections"))


def _route_line(state: RouteState) -> tuple[str, str, str, Badge]:
    """Return a route's word, name and setting, with what its last test showed."""
    name = {
        AlertRoute.ACS: _("Azure Communication Services"),
        AlertRoute.SYSTEM_MAILER: _("The mail server of this installation"),
        AlertRoute.ACCOUNT: _("Another account of the organisation"),
    }[state.route]
    if state.proven:
        return state.route.value, name, state.setting, ("success", _("Proven"))
    if state.test is None:
        return state.route.value, name, state.setting, ("warning", _("Not tested"))
    return state.route.value, name, state.setting, ("danger", _("Refused"))


def _row(one: ListedConnection, provider: EmailProvider | None, *, is_admin: bool) -> ConnectionRow:
    """Make one line of the list."""
    status = status_in_list(one.catalog, provider)
    return ConnectionRow(
        catalog=one.catalog,
        account=status.account,
        badge=status_badge(status),
        is_lost=status.is_lost,
        last_sent=one.last_sent,
        waiting=one.waiting,
        is_admin=is_admin,
    )
