"""Audit log: who did what in a catalog, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.models import AuditEntry
from classbell.storage.queries.audit import audit_entries
from classbell.web.access import signed_in
from classbell.web.admin_center.act_titles import act_title
from classbell.web.pages import show

ROWS = 50


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the log."""

    entry: AuditEntry
    title: str
    before: str
    after: str
    source: str


@require_GET
def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the record of a catalog, newest first."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    entries = audit_entries(access.scope.narrowed_to(catalog.id))
    page = Paginator(entries, ROWS).get_page(request.GET.get("page"))
    context = {
        "acts": [_act(entry) for entry in page.object_list],
        "page": page,
        "here": reverse("audit", args=[slug]) + "?all",
    }
    return show(request, "audit.html", context, access=access, catalog=catalog, current="audit")


def _act(entry: AuditEntry) -> Act:
    """Make one line of the log."""
    sources = {"web": _("Admin Center"), "cli": _("Command line"), "worker": _("By itself")}
    return Act(
        entry=entry,
        title=act_title(entry.action),
        before=_facts(entry.before),
        after=_facts(entry.after),
        source=sources.get(entry.source, entry.source),
    )


def _facts(facts: Mapping[str, object]) -> str:
    """Return what a row says about before or after, in one line."""
    return ", ".join(f"{name.replace('_', ' ')}: {_text(value)}" for name, value in facts.items())


def _text(value: object) -> str:
    """Return a recorded value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _("none") if value is None or value == "" else str(value)
