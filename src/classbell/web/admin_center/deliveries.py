"""Delivery log: every message of a catalog, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.models import Message
from classbell.storage.queries import pages_deliveries as queries
from classbell.storage.queries.pages_deliveries import Group
from classbell.web.access import signed_in
from classbell.web.admin_center.words import (
    Badge,
    kind_title,
    message_badge,
    message_note,
    route_title,
)
from classbell.web.pages import show

ROWS = 50
ROW_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; wrong values count as none."""

    status: Group | None
    text: str
    kind: str
    before: int | None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """Read the filters from the address."""
        status, before = query.get("status", ""), query.get("before", "")
        kind = query.get("kind", "")
        return cls(
            status=Group(status) if status in set(Group) else None,
            text=query.get("q", "").strip()[:200],
            kind=kind if kind in REGISTRY else "",
            before=int(before) if ROW_ID.fullmatch(before) else None,
        )

    def address(self, slug: str, *, status: Group | None, before: int | None = None) -> str:
        """Return the log's address with these filters, another status and another page."""
        values = {
            "status": status.value if status else "",
            "q": self.text,
            "kind": self.kind,
            "before": before or "",
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return reverse("deliveries", args=[slug]) + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log."""

    message: Message
    title: str
    about: str
    badge: Badge
    note: str
    route: str


@require_GET
def deliveries(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the log; chips, search and page stand in the address."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = access.scope.narrowed_to(catalog.id)
    filters = Filters.read(request.GET.dict())
    matching = queries.matching(scope, text=filters.text, kind=filters.kind)
    page = queries.log_page(matching, group=filters.status, before=filters.before, size=ROWS)
    about = queries.titles_of_sessions(page.rows, scope)
    context = {
        "rows": [_row(one, about) for one in page.rows],
        "chips": _chips(slug, filters, queries.group_counts(matching)),
        "filters": filters,
        "kinds": [("", _("Any"))] + [(kind.name, kind.title) for kind in REGISTRY.values()],
        "older": filters.address(slug, status=filters.status, before=page.before)
        if page.before
        else "",
        "filtered": bool(filters.text or filters.kind or filters.status),
    }
    return show(
        request, "deliveries.html", context, access=access, catalog=catalog, current="deliveries"
    )


def _chips(
    slug: str, filters: Filters, counts: Mapping[Group, int]
) -> list[tuple[str, int, str, bool]]:
    """Return the chips: label, count, address, chosen."""
    labels: list[tuple[Group | None, str]] = [
        (None, _("All")),
        (Group.SENT, _("Sent")),
        (Group.WAITING, _("Waiting")),
        (Group.FAILED, _("Failed or uncertain")),
        (Group.NOT_SENT, _("Not sent")),
    ]
    total = sum(counts.values())
    return [
        (
            label,
            counts[group] if group else total,
            filters.address(slug, status=group),
            filters.status == group,
        )
        for group, label in labels
    ]


def _row(message: Message, about: Mapping[str, str]) -> LogRow:
    """Make one line of the log."""
    route = message.envelope.route if message.envelope else ""
    return LogRow(
        message=message,
        title=kind_title(message.notification.kind),
        about=about.get(str(message.notification.context.get("session", "")), ""),
        badge=message_badge(message.state, route=route),
        note=message_note(message),
        route=route_title(route),
    )
