"""Delivery log: every message of a catalog, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.notifications.send_again import may_go_again
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.models import Message
from classbell.storage.queries.message_counts import Counts, Tally
from classbell.storage.queries.message_log import (
    Group,
    log_of,
    route_of,
    session_id,
    titles_of_sessions,
)
from classbell.storage.queries.message_pages import LogPage, log_page
from classbell.storage.scope import Scope
from classbell.web.access import signed_in
from classbell.web.admin_center.delivery_filters import (
    RETRYING,
    Filters,
    kind_options,
    period_options,
    route_options,
)
from classbell.web.admin_center.outlook import route_budgets
from classbell.web.admin_center.words import (
    Badge,
    kind_title,
    message_badge,
    message_note,
    route_name,
)
from classbell.web.pages import show, viewer_of

ROWS = 50


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log.

    Attributes:
        message: the ledger's row.
        title: what admins call its kind.
        about: what it is about.
        badge, note: where it stands, and why.
        route: what carried it, or will.
        can_go_again: whether it can be chosen to be sent again.
    """

    message: Message
    title: str
    about: str
    badge: Badge
    note: str
    route: str
    can_go_again: bool


@require_GET
def deliveries(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the log; chips, search, filters and page stand in the address."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = access.scope.narrowed_to(catalog.id)
    filters = Filters.read(request.GET.dict())
    now = bootstrap.ports().clock.now()
    page = log_page(log_of(scope), filters.wanted(now), size=ROWS, counting=True)
    context = {
        "rows": log_rows(page.rows, scope),
        "page": page,
        "chips": _chips(slug, filters, page),
        "filters": filters,
        "kinds": kind_options(),
        "routes": route_options(),
        "periods": period_options(),
        "older": filters.address(slug, before=page.before) if page.before else "",
        "newest": filters.address(slug) if filters.before else "",
        "retention": retention_text(),
        "budgets": route_budgets(catalog, viewer_of(access, catalog)),
    }
    return show(
        request, "deliveries.html", context, access=access, catalog=catalog, current="deliveries"
    )


def log_rows(messages: Sequence[Message], scope: Scope) -> list[LogRow]:
    """Make lines of the log."""
    about = titles_of_sessions(messages, scope)
    return [_row(one, about) for one in messages]


def retention_text() -> str:
    """Say for how long messages are kept."""
    days = bootstrap.settings().retention_days
    if not days:
        return _("Messages are kept for ever.")
    return _("Messages are kept for %(days)s days.") % {"days": days}


def _chips(slug: str, filters: Filters, page: LogPage) -> list[tuple[str, Tally | None, str, bool]]:
    """Return the chips: label, count where it is known, address, chosen."""
    labels = [
        ("", _("All")),
        (Group.SENT, _("Sent")),
        (Group.WAITING, _("Waiting")),
        (RETRYING, _("Trying again")),
        (Group.FAILED, _("Failed or uncertain")),
        (Group.NOT_SENT, _("Not sent")),
    ]
    return [
        (
            label,
            page.retrying if chip == RETRYING else _count(page.counts, chip),
            replace(filters, status=str(chip)).address(slug),
            filters.status == chip,
        )
        for chip, label in labels
    ]


def _count(counts: Counts | None, group: str) -> Tally | None:
    """Return the count of one group, or of all."""
    if counts is None:
        return None
    return counts[Group(group)] if group else sum(counts.values(), Tally(0))


def _row(message: Message, about: Mapping[str, str]) -> LogRow:
    """Make one line of the log."""
    return LogRow(
        message=message,
        title=kind_title(message.notification.kind),
        about=about.get(session_id(message), ""),
        badge=message_badge(message),
        note=message_note(message),
        route=route_name(route_of(message)),
        can_go_again=may_go_again(message.state),
    )
