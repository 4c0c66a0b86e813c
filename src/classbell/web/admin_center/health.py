"""Connection health: how the account is doing, what it can do, and what happened to it."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.connections.check_now import check_now
from classbell.domain.connections.handover import handover_of
from classbell.domain.connections.health import HealthStatus, health_of
from classbell.domain.connections.held_mail import held_summary
from classbell.domain.connections.history import Tone
from classbell.domain.connections.outlook import recipients_by_hour
from classbell.domain.connections.support import support_details
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_health import HealthFacts, health_facts
from classbell.storage.queries.pages_shell import ConnectionStatus
from classbell.storage.queries.watching import reports_problem
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.capability_words import capability_rows, kept_lines
from classbell.web.admin_center.charts import messages_by_hour, recipients_chart
from classbell.web.admin_center.looking import look_again
from classbell.web.admin_center.outlook import route_budgets
from classbell.web.admin_center.panel_answer import checked
from classbell.web.admin_center.words import Badge
from classbell.web.pages import show, viewer_of
from classbell.web.remedy_words import helps
from classbell.web.signin import leave_for
from classbell.web.translated import translated

MESSAGES = {
    HealthStatus.LIMITED: "warning",
    HealthStatus.HALTED: "error",
    HealthStatus.LOST: "info",
}
"""Kinds of message bar. What a loss is says its banner; the bar then says what helps."""

TONES = {Tone.GOOD: "success", Tone.BAD: "danger", Tone.NEUTRAL: ""}


@require_GET
def health(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the health of a catalog's connection."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    ports = bootstrap.ports()
    facts = health_facts(catalog, now=ports.clock.now())
    viewer = viewer_of(access, catalog)
    budgets = route_budgets(catalog, viewer)
    recipients = recipients_by_hour(catalog, now=viewer.now)
    context: dict[str, object] = {
        "facts": facts,
        "badge": status_badge(facts.status),
        "log": reverse("deliveries", args=[slug]),
        "health": None,
        "held": held_summary(ports, catalog),
        "handover": handover_of(ports, catalog),
        "budgets": budgets,
        "budgets_look": look_again(
            request, reverse("health", args=[slug]), under_way=any(one.moves for one in budgets)
        ),
        "messages": messages_by_hour(catalog, viewer),
        "recipients": recipients_chart(recipients, viewer) if recipients else None,
    }
    return show(
        request,
        "health.html",
        context | _account_context(facts, catalog),
        access=access,
        catalog=catalog,
        current="health",
    )


def _account_context(facts: HealthFacts, catalog: Catalog) -> dict[str, object]:
    """Return what the page says about the account, where there is or was one."""
    account, ports = facts.account, bootstrap.ports()
    if account is None:
        return {}
    found = health_of(ports, account, catalog=catalog)
    is_lost = found.status is HealthStatus.LOST
    return {
        "health": found,
        "message": MESSAGES.get(found.status, ""),
        "title": _("What helps:") if is_lost else translated(found.summary),
        "remedy": helps(found.remedy) if found.remedy else "",
        "capabilities": capability_rows(kept_lines(found.checks), paused=facts.status.is_lost),
        "history": [(row, TONES[row.tone]) for row in found.history],
        "unreported": reports_problem(account),
        "support": support_details(ports, account, catalog=catalog),
    }


@require_POST
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask Microsoft now what the account can do, and show the answers on the same page."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    look = partial(check_now, bootstrap.ports(), catalog=catalog, actor=actor_of(access))
    checked(request, look)
    return leave_for(reverse("health", args=[slug]))


def status_badge(status: ConnectionStatus) -> Badge:
    """Return in a word how a catalog is connected."""
    if status.is_lost:
        return "danger", _("Connection lost")
    if status.is_working:
        return "success", _("Connected") if status.account else _("Sending, no account")
    if status.enabled and status.connection.use_acs:
        return "warning", _("Not sending")
    return ("", _("Not connected")) if status.account is None else ("warning", _("Switched off"))
