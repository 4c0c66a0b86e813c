"""Home of a catalog: the three first steps, and the week in figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_home import Figures, figures
from classbell.storage.queries.pages_shell import ConnectionStatus, connection_status
from classbell.web.access import signed_in
from classbell.web.admin_center.charts import messages_by_day, messages_by_hour, room_answers_chart
from classbell.web.admin_center.looking import look_again
from classbell.web.admin_center.outlook import route_budgets
from classbell.web.components.chart import Chart
from classbell.web.components.moments import Viewer
from classbell.web.pages import show, viewer_of

PERIODS = {"24h": 1, "7d": 7, "30d": 30}
"""What the chart of messages can look back on, in days."""


@require_GET
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the first page of a catalog."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    counted = figures(catalog, now=bootstrap.ports().clock.now())
    status = connection_status(catalog)
    viewer = viewer_of(access, catalog)
    period = _period(request)
    budgets, here = route_budgets(catalog, viewer), reverse("home", args=[slug])
    context = {
        "first_name": access.person.name.split()[0],
        "standing": _standing(catalog, status, counted),
        "status": status,
        "figures": counted,
        # A lost connection is mended by the banner's one click, not by starting anew.
        "steps_left": not status.is_lost and not (status.is_working and counted.ever_sent),
        "course_text": ngettext("%(num)s course", "%(num)s courses", counted.courses)
        % {"num": counted.courses},
        "log": reverse("deliveries", args=[slug]),
        "budgets": budgets,
        "budgets_look": look_again(request, here, under_way=any(one.moves for one in budgets)),
        "messages": _messages(catalog, viewer, period),
        "periods": _periods(here, period),
        "rooms": room_answers_chart(access.scope.narrowed_to(catalog.id), viewer),
        "panel": reverse("notifications", args=[slug]) + "?panel=m365&switch=on",
    }
    return show(request, "home.html", context, access=access, catalog=catalog, current="home")


def _period(request: HttpRequest) -> str:
    """Return the period that is asked for; what is none of them means the week."""
    asked = request.GET.get("period", "")
    return asked if asked in PERIODS else "7d"


def _messages(catalog: Catalog, viewer: Viewer, period: str) -> Chart:
    days = PERIODS[period]
    if days == 1:
        return messages_by_hour(catalog, viewer)
    return messages_by_day(catalog, viewer, days=days)


def _periods(here: str, chosen: str) -> list[tuple[str, str, bool]]:
    """Return the choice of periods: text, address, and whether it is chosen."""
    texts = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}
    return [(text, f"{here}?period={key}#charts", key == chosen) for key, text in texts.items()]


def _standing(catalog: Catalog, status: ConnectionStatus, counted: Figures) -> str:
    """Return one sentence about whether this catalog sends."""
    words = {"title": catalog.title, "address": status.sends_as}
    if status.is_working and not counted.ever_sent and not status.mails_by_provider:
        return _("%(title)s is connected as %(address)s.") % words
    if status.is_working:
        return _("%(title)s sends as %(address)s.") % words
    if status.is_lost:
        return _("%(title)s isn’t sending: the connection is lost.") % words
    if status.account is None and not status.connection.use_acs:
        return _("%(title)s isn’t sending messages yet. Three steps and it is.") % words
    if not status.enabled:
        return _("%(title)s isn’t sending: its connection is switched off.") % words
    return _("%(title)s isn’t sending: see Microsoft 365 Connection Settings.") % words
