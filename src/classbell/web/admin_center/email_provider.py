"""Email provider (ACS): what is activated for an organisation and who uses it, for LMS admins."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.organisations.access import Access, require_lms_admin
from classbell.domain.providers.state import ProviderStatus, provider_state
from classbell.storage.models import Catalog
from classbell.storage.queries.email_provider import catalogs_using
from classbell.web.access import signed_in
from classbell.web.admin_center.words import Badge
from classbell.web.pages import show


@dataclass(frozen=True, slots=True)
class UsingCatalog:
    """One line of the list. ``is_admin`` says whether the reader may open the catalog."""

    catalog: Catalog
    use: str
    account: str
    waiting: int
    is_admin: bool


@require_GET
def email_provider(request: HttpRequest) -> HttpResponse:
    """Show what the operator has activated, and the catalogs that use it."""
    access = signed_in(request)
    scope = require_lms_admin(access)
    ports = bootstrap.ports()
    state = provider_state(ports, scope.organisation_id)
    context = {
        "state": state,
        "provider": state.provider,
        "badge": _badge(state.status),
        "rows": [_row(one, access) for one in catalogs_using(scope)],
        "contact": ports.installation.activation_contact,
    }
    return show(request, "email_provider.html", context, access=access, current="email-provider")


def _badge(status: ProviderStatus) -> Badge:
    """Return in a word how the resource is doing."""
    return {
        ProviderStatus.NEVER_ACTIVATED: ("", _("Not activated")),
        ProviderStatus.ACTIVE: ("success", _("Activated")),
        ProviderStatus.REFUSED: ("danger", _("Refused by Azure")),
        ProviderStatus.DEACTIVATED: ("warning", _("Deactivated")),
    }[status]


def _row(catalog: Catalog, access: Access) -> UsingCatalog:
    """Make one line of the list."""
    connection = catalog.connection
    use = _("If the account can’t send")
    if connection.use_acs:
        use = _("Chosen; the account if it can’t send") if connection.fall_over else _("Chosen")
    return UsingCatalog(
        catalog=catalog,
        use=use,
        account=connection.account.address if connection.account else "",
        waiting=getattr(catalog, "waiting", 0),
        is_admin=access.is_catalog_admin(catalog.pk),
    )
