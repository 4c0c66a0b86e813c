"""Application-only account: the guide for administrators, and the trial of the mailbox."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.connections.application_only import connect_application_only
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.remedies import remedy_for
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import ClassbellError, InvalidInput, ProviderFailure, VerdictKind
from classbell.storage.models import Catalog
from classbell.storage.queries.connections import connection_of
from classbell.web.access import browser_key, signed_in
from classbell.web.admin_center.panel_answer import panel_address
from classbell.web.pages import show
from classbell.web.remedy_words import helps
from classbell.web.signin import leave_for
from classbell.web.translated import translated

OUTSIDE = "outside_address"
EXAMPLE = "learning@your-domain.example"
"""Stands in the commands until a mailbox is named."""


@require_http_methods(["GET", "POST"])
def application_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Show guide and form, or try the mailbox; what was tried waits for Save in the panel."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if request.method == "GET" or "show" in request.POST:
        return _page(request, access, catalog)
    try:
        connect_application_only(
            bootstrap.ports(),
            catalog=catalog,
            person=access.person,
            browser_key=browser_key(request),
            address=request.POST.get("address", ""),
            outside_address=request.POST.get(OUTSIDE, ""),
        )
    except (InvalidInput, ProviderFailure) as error:
        return _page(request, access, catalog, error=error)
    return leave_for(panel_address(slug))


def sets_up_again(catalog: Catalog) -> bool:
    """Say whether reconnecting the catalog's account is a matter of this page."""
    account = connection_of(catalog).account
    return account is not None and not kind_of(account).signs_in


def _page(
    request: HttpRequest, access: Access, catalog: Catalog, *, error: ClassbellError | None = None
) -> HttpResponse:
    """Show the page with what was typed, else with what is in use."""
    address, outside = _addresses(request, access, catalog)
    commands = bootstrap.ports().identity.application_grant(
        tenant_id=catalog.organisation.tenant_id,
        address=address or EXAMPLE,
        outside_address=outside or EXAMPLE,
    )
    context = {
        "address": address,
        "outside_address": outside,
        "commands": commands,
        "error": error,
        "remedy": _remedy(error),
        "problems": _problems(error),
        "permitted": catalog.organisation.application_accounts,
        "panel_address": panel_address(catalog.slug),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return show(
        request,
        "application_account.html",
        context,
        access=access,
        catalog=catalog,
        current="notifications",
        status=status,
    )


def _remedy(error: ClassbellError | None) -> str:
    """Return what helps; where an administrator has to act, that is what this page is about."""
    if not isinstance(error, ProviderFailure):
        return translated(error.remedy) if error else ""
    verdict = error.verdict
    if verdict.kind is VerdictKind.ADMIN_NEEDED:
        return _(
            "Let an administrator run the commands below. What is consented to in Entra ID counts "
            "at once, what Exchange assigns after 30 minutes to two hours."
        )
    return helps(remedy_for(verdict.kind, verdict.code))


def _problems(error: ClassbellError | None) -> dict[str, str]:
    """Return what is wrong with each field, empty where nothing is."""
    field = error.field if isinstance(error, InvalidInput) else ""
    return {
        name: translated(error.what) if error and name == field else ""
        for name in ("address", OUTSIDE)
    }


def _addresses(request: HttpRequest, access: Access, catalog: Catalog) -> tuple[str, str]:
    """Return the addresses of mailbox and closed mailbox: typed, in use, or the reader's own."""
    account = connection_of(catalog).account
    sent = request.POST if request.method == "POST" else request.GET
    address = sent.get("address", account.address if account else "").strip()
    used = account.outside_address if account else ""
    return address, sent.get(OUTSIDE, used or access.person.address).strip()
