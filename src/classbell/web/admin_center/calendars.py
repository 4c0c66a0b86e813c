"""What catalogs share to the organisation's calendar, for LMS admins."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell.domain.organisations.access import require_lms_admin
from classbell.storage.models import CalendarOptions, Catalog, SharedWay
from classbell.storage.queries.organisation_calendar import sharing_of_all
from classbell.storage.queries.pages_catalogs import catalogs_sharing_first
from classbell.web.access import signed_in
from classbell.web.admin_center.catalog_rows import catalog_list
from classbell.web.admin_center.words import Badge
from classbell.web.pages import show


@dataclass(frozen=True, slots=True)
class SharingRow:
    """One catalog and what it shares.

    Attributes:
        catalog: which.
        address: of the calendar; empty where nothing is shared.
        way: how sessions get there, in words.
        shown: how many sessions the calendar shows now.
        badge: how it stands.
        problem: what is wrong, and what helps, as the domain says it; empty where nothing is.
        is_admin: whether the reader may open the catalog.
    """

    catalog: Catalog
    address: str
    way: str
    shown: int
    badge: Badge
    problem: str
    is_admin: bool


@require_GET
def organisation_calendar(request: HttpRequest) -> HttpResponse:
    """List every catalog with the calendar that shows its sessions, those that share first."""
    access = signed_in(request)
    scope = require_lms_admin(access)
    listed = catalog_list(request, "organisation-calendar", catalogs_sharing_first(scope))
    rows = [
        _row(one, getattr(one, "shown", 0), is_admin=access.is_catalog_admin(one.pk))
        for one in sharing_of_all(scope, list(listed.page))
    ]
    return show(
        request,
        "organisation_calendar.html",
        {"listed": listed, "rows": rows},
        access=access,
        current="organisation-calendar",
    )


def _row(catalog: Catalog, shown: int, *, is_admin: bool) -> SharingRow:
    chosen: CalendarOptions | None = getattr(catalog, "calendar_options", None)
    if chosen is None or not chosen.share:
        return SharingRow(catalog, "", "", shown, ("", _("Not shared")), "", is_admin)
    writes = chosen.shared_way == SharedWay.WRITE
    return SharingRow(
        catalog=catalog,
        address=chosen.shared_address,
        way=_("Written into the calendar") if writes else _("The calendar is invited"),
        shown=shown,
        badge=("danger", _("Problem")) if chosen.shared_problem else ("success", _("Shared")),
        problem=chosen.shared_problem,
        is_admin=is_admin,
    )
