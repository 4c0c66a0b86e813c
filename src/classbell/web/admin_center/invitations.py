"""Inviting an account's owner to sign in with it, and what the owner sees."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.connections.invite import (
    begin_invited,
    finish_invited,
    invite_owner,
    open_invitation,
    open_invitations,
    withdraw_invitation,
)
from classbell.domain.organisations.access import require_catalog_admin
from classbell.ports.errors import ClassbellError, InvalidInput, NotFoundHere
from classbell.web.access import actor_of, browser_key, signed_in
from classbell.web.admin_center.panel_answer import answer, panel_again
from classbell.web.errors import problem_page
from classbell.web.pages import show_alone
from classbell.web.security import allow_forms_to
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

INVITED = "invited"
"""Where the browser's session keeps the link that its sign-in was started from."""


@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail the owner of an account a link to sign in with it; the panel shows the link as well."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    address = request.POST.get("owner_address", "").strip()
    try:
        invite_owner(bootstrap.ports(), catalog=catalog, address=address, actor=actor_of(access))
    except InvalidInput as error:
        return panel_again(request, access, catalog, enabled=True, error=error)
    add_toast(request, _("Invitation sent."), _("To %(address)s.") % {"address": address})
    return answer(request, access, catalog, close=False)


@require_POST
def withdraw(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Make an invitation unusable."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    ports = bootstrap.ports()
    rows = (one.row for one in open_invitations(ports, catalog))
    found = next((row for row in rows if row.pk == invitation_id), None)
    if found is None:
        raise NotFoundHere(_("There is no such invitation, or it cannot be used any more."))
    withdraw_invitation(ports, invitation=found, actor=actor_of(access))
    add_toast(request, _("Invitation withdrawn."))
    return answer(request, access, catalog, close=False)


@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Show an account's owner what they are asked for, or start their sign-in.

    Opening the link changes nothing, because mail scanners open links too; the button does.
    """
    ports = bootstrap.ports()
    if request.method == "POST":
        request.session[INVITED] = token
        return leave_for(
            begin_invited(
                ports,
                token=token,
                browser_key=browser_key(request),
                choose_account=request.POST.get("choose") == "yes",
            )
        )
    found = open_invitation(ports, token)
    origin = ports.identity.authorization_origin()
    allow_forms_to(request, origin)
    context = {
        "invitation": found,
        "organisation": found.catalog.organisation.name,
        "origin": origin,
    }
    return show_alone(request, "invited.html", context)


def thank_owner(request: HttpRequest, given: Mapping[str, str]) -> HttpResponse:
    """Take the owner's answer from Microsoft; the account then waits in the inviter's panel."""
    token = request.session.pop(INVITED, "")
    back = reverse("invited", args=[token]) if token else "/"
    try:
        pending = finish_invited(bootstrap.ports(), browser_key=browser_key(request), answer=given)
    except ClassbellError as error:
        return problem_page(request, error, back=back)
    context = {"pending": pending, "inviter": pending.person.name}
    return show_alone(request, "invited_done.html", context)
