"""All catalogs, for LMS admins: create one, or become catalog admin of one, on the record."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.catalogs.catalogs import create_catalog
from classbell.domain.organisations.access import Access, require_lms_admin
from classbell.domain.organisations.people import grant_role
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Role
from classbell.storage.queries.email_provider import active_provider
from classbell.storage.queries.pages_catalogs import catalogs_by_title, catalogs_with_counts
from classbell.storage.queries.pages_shell import status_in_list
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.catalog_rows import catalog_list
from classbell.web.admin_center.health import status_badge
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

FIELDS = ("title", "slug", "language", "time_zone")
ADMINISTER = "administer"
"""The box by which whoever creates a catalog becomes its admin at once: most go on with it."""


@require_http_methods(["GET", "POST"])
def catalogs(request: HttpRequest) -> HttpResponse:
    """List the organisation's catalogs, or create one."""
    access = signed_in(request)
    require_lms_admin(access)
    if request.method == "GET":
        zone = access.person.time_zone or "UTC"
        return _page(request, access, {"language": "en", "time_zone": zone, ADMINISTER: "yes"})
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        created = create_catalog(
            bootstrap.ports(),
            organisation=access.person.organisation,
            actor=actor_of(access),
            **typed,
        )
    except InvalidInput as error:
        typed[ADMINISTER] = request.POST.get(ADMINISTER, "")
        return _page(request, access, typed, error=error)
    add_toast(request, _("Catalog created."), created.title)
    if not request.POST.get(ADMINISTER):
        return leave_for(reverse("catalogs"))
    _become_admin(access, created)
    return leave_for(reverse("home", args=[created.slug]))


@require_POST
def become_admin(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the LMS admin who asks a catalog admin of one catalog."""
    access = signed_in(request)
    scope = require_lms_admin(access)
    catalog = scope.of(Catalog).filter(slug=slug).first()
    if catalog is None:
        raise NotFoundHere(_("There is no such catalog in your organisation."))
    _become_admin(access, catalog)
    add_toast(request, _("You are catalog admin now."), catalog.title)
    return leave_for(reverse("home", args=[slug]))


def _become_admin(access: Access, catalog: Catalog) -> None:
    """Give the role of catalog admin to whoever asks; an LMS admin may, and it is recorded."""
    grant_role(
        bootstrap.ports(),
        access.person,
        Role.CATALOG_ADMIN,
        catalog=catalog,
        actor=actor_of(access),
    )


def _page(
    request: HttpRequest,
    access: Access,
    typed: dict[str, str],
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the list and the form, which keeps what was typed."""
    provider = active_provider(access.person.organisation_id)
    scope = require_lms_admin(access)
    listed = catalog_list(request, "catalogs", catalogs_by_title(scope))
    rows = [
        (one, status_badge(status_in_list(one, provider)), access.is_catalog_admin(one.id))
        for one in catalogs_with_counts(scope, list(listed.page))
    ]
    context = {
        "listed": listed,
        "rows": rows,
        "typed": {name: typed.get(name, "") for name in (*FIELDS, ADMINISTER)},
        "error": error,
        "zones": [(name, name) for name in sorted(available_timezones()) if "/" in name]
        + [("UTC", "UTC")],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return show(request, "catalogs.html", context, access=access, current="catalogs", status=status)
