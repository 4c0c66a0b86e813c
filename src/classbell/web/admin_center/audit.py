"""Audit log: who did what, before and after, when and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.organisations.access import Access, require_catalog_admin, require_lms_admin
from classbell.domain.organisations.audit_export import Form, hand_out
from classbell.storage.models import AuditEntry, Catalog
from classbell.storage.queries.audit import act_page
from classbell.storage.queries.audit_check import head_of
from classbell.storage.scope import Scope
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.act_titles import act_title
from classbell.web.admin_center.audit_filters import ActFilters, group_options
from classbell.web.admin_center.delivery_filters import period_options
from classbell.web.admin_center.fact_names import NAMES_ARE_SAID, fact_name, role_name
from classbell.web.pages import show

ROWS = 50
TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.JSONL: "application/jsonl; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the log; ``changes`` are what, before and after."""

    entry: AuditEntry
    title: str
    source: str
    changes: Sequence[tuple[str, str, str]]


@require_GET
def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the record of a catalog, newest first."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    return _shown(request, access, access.scope.narrowed_to(catalog.id), catalog)


@require_GET
def all_acts(request: HttpRequest) -> HttpResponse:
    """Show LMS admins the record of their organisation."""
    access = signed_in(request)
    return _shown(request, access, require_lms_admin(access), None)


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Hand out the record of a catalog, as filtered; it is made while it is sent."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    return _file(request, access, access.scope.narrowed_to(catalog.id), catalog)


@require_POST
def export_all(request: HttpRequest) -> HttpResponseBase:
    """Hand out the record of the organisation."""
    access = signed_in(request)
    return _file(request, access, require_lms_admin(access), None)


def _shown(
    request: HttpRequest, access: Access, scope: Scope, catalog: Catalog | None
) -> HttpResponse:
    """Show a record."""
    filters = ActFilters.read(request.GET.dict())
    page = act_page(scope, filters.sought(bootstrap.ports().clock.now()), size=ROWS)
    here = reverse("audit", args=[catalog.slug]) if catalog else reverse("audit-all")
    context = {
        "title": _("Audit log") if catalog else _("Audit log of all catalogs"),
        "acts": [_act(entry) for entry in page.rows],
        "filters": filters,
        "groups": group_options(),
        "periods": period_options(),
        "older": filters.address(here, before=page.before) if page.before else "",
        "newest": filters.address(here) if filters.before else "",
        "head": head_of(scope.organisation_id),
        "here": here,
        "export": reverse("audit-export", args=[catalog.slug])
        if catalog
        else reverse("audit-export-all"),
    }
    current = "audit" if catalog else "audit-all"
    return show(request, "audit.html", context, access=access, catalog=catalog, current=current)


def _file(
    request: HttpRequest, access: Access, scope: Scope, catalog: Catalog | None
) -> HttpResponseBase:
    """Hand out a record."""
    wanted = request.POST.get("format", "")
    form = Form(wanted) if wanted in set(Form) else Form.CSV
    ports = bootstrap.ports()
    now = ports.clock.now()
    filters = ActFilters.read(request.POST.dict())
    lines = hand_out(
        ports,
        scope=scope,
        catalog=catalog,
        sought=filters.sought(now),
        form=form,
        actor=actor_of(access),
    )
    answer = StreamingHttpResponse(lines, content_type=TYPES[form])
    name = f"audit-log-{catalog.slug if catalog else 'all'}-{now:%Y-%m-%d}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _act(entry: AuditEntry) -> Act:
    """Make one line of the log."""
    sources = {"web": _("Admin Center"), "cli": _("Command line"), "worker": _("By itself")}
    return Act(
        entry=entry,
        title=act_title(entry.action),
        source=sources.get(entry.source, entry.source),
        changes=_changes(entry.before, entry.after),
    )


def _changes(
    before: Mapping[str, object], after: Mapping[str, object]
) -> list[tuple[str, str, str]]:
    """Return what changed, one line for each thing that either side names."""
    names = list(dict.fromkeys([*before, *after]))
    return [
        (fact_name(name), _said(before, name), _said(after, name))
        for name in names
        if name not in before or name not in after or before[name] != after[name]
    ]


def _said(facts: Mapping[str, object], name: str) -> str:
    """Return what one side says; nothing where it does not speak of it."""
    if name not in facts:
        return ""
    said = facts[name]
    if name in NAMES_ARE_SAID and isinstance(said, list):
        said = [fact_name(str(one)) for one in said]
    if name == "role":
        said = role_name(str(said))
    return _text(said)


def _text(value: object) -> str:
    """Return a recorded value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or _("none")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(said)}" for name, said in value.items()) or _("none")
    return _("none") if value is None or value == "" else str(value)
