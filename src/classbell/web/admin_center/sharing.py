"""Sharing an account between catalogs: offer, accept, decline, withdraw."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classbell import bootstrap
from classbell.domain.connections import sharing
from classbell.domain.organisations.access import require_catalog_admin
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import SharingOffer
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.panel_answer import answer, panel_again
from classbell.web.toasts import add_toast


@require_POST
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer this catalog's account to another catalog."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    account = connection_status(catalog).account
    if account is None:
        raise InvalidInput(_("No account is connected to this catalog."), field="account")
    chosen = request.POST.get("offer_to", "")
    to = next((one for one in sharing.catalogs_to_offer(account) if one.slug == chosen), None)
    if to is None:
        error = InvalidInput(_("Choose the catalog to offer the account to."), field="offer_to")
        return panel_again(request, access, catalog, enabled=None, error=error)
    sharing.offer(bootstrap.ports(), account=account, to_catalog=to, actor=actor_of(access))
    add_toast(request, _("Account offered."), _("To %(title)s.") % {"title": to.title})
    return answer(request, access, catalog, close=False)


@require_POST
def accept(request: HttpRequest, slug: str, offer_id: UUID) -> HttpResponse:
    """Use the offered account for this catalog."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    found = _among(sharing.offers_to(catalog), offer_id)
    sharing.accept(bootstrap.ports(), offer=found, actor=actor_of(access))
    told = _("A confirmation is being sent to %(address)s.") % {"address": found.account.address}
    add_toast(request, _("Account connected."), told)
    return answer(request, access, catalog)


@require_POST
def decline(request: HttpRequest, slug: str, offer_id: UUID) -> HttpResponse:
    """Turn an offer down."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    found = _among(sharing.offers_to(catalog), offer_id)
    sharing.decline(bootstrap.ports(), offer=found, actor=actor_of(access))
    add_toast(request, _("Offer declined."))
    return answer(request, access, catalog, close=False)


@require_POST
def withdraw(request: HttpRequest, slug: str, offer_id: UUID) -> HttpResponse:
    """Take back an offer of this catalog's account."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    account = connection_status(catalog).account
    found = _among(sharing.offers_of(account) if account else [], offer_id)
    sharing.withdraw(bootstrap.ports(), offer=found, actor=actor_of(access))
    add_toast(request, _("Offer withdrawn."))
    return answer(request, access, catalog, close=False)


def _among(offers: list[SharingOffer], offer_id: UUID) -> SharingOffer:
    """Return one of the open offers, or say that there is none (any more)."""
    found = next((one for one in offers if one.pk == offer_id), None)
    if found is None:
        raise NotFoundHere(_("There is no such offer, or it is not open any more."))
    return found
