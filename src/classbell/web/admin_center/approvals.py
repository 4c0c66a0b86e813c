"""Consent from the panel: by the account itself, or asked of a Microsoft 365 administrator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.connections.approval import (
    ApprovalResult,
    approval_outcome,
    ask_for_approval,
    check_approval,
    withdraw_approval,
)
from classbell.domain.connections.consent import begin_consent
from classbell.domain.organisations.access import require_catalog_admin
from classbell.ports.errors import InvalidInput
from classbell.storage.models import ApprovalState
from classbell.web.access import actor_of, browser_key, signed_in
from classbell.web.admin_center.approval_words import outcome_message
from classbell.web.admin_center.panel_answer import answer, panel_again
from classbell.web.pages import show_alone
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_POST
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave for Microsoft, so that the connected account consents to what is missing."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    return leave_for(
        begin_consent(
            bootstrap.ports(),
            catalog=catalog,
            person=access.person,
            browser_key=browser_key(request),
        )
    )


@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a request for approval; the panel then shows the text to forward."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = request.POST.get("scope", "")
    try:
        ask_for_approval(
            bootstrap.ports(),
            catalog=catalog,
            actor=actor_of(access),
            scopes=frozenset({scope}) if scope else None,
            account_address=request.POST.get("approval_address", ""),
        )
    except InvalidInput as error:
        return panel_again(request, access, catalog, enabled=True, error=error)
    add_toast(request, _("Ready to forward."), _("The text to forward is in the panel."))
    return answer(request, access, catalog, close=False)


@require_POST
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Look now whether the approval shows."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    found = check_approval(bootstrap.ports(), catalog=catalog, actor=actor_of(access))
    if found is not None and found.approval.state == ApprovalState.PROVEN:
        add_toast(request, _("The permissions are approved."))
    else:
        add_toast(request, _("Not approved yet."), kind="info")
    return answer(request, access, catalog, close=False)


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the request for approval."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if withdraw_approval(bootstrap.ports(), catalog=catalog, actor=actor_of(access)):
        add_toast(request, _("Request withdrawn."))
    return answer(request, access, catalog, close=False)


@require_GET
def approved(request: HttpRequest, token: str) -> HttpResponse:
    """Tell whoever comes back from Microsoft's page of approval what became of it.

    They may have no part in Classbell, and nobody is signed in by this.
    """
    outcome = approval_outcome(bootstrap.ports(), token)
    kind, title, text = outcome_message(outcome)
    context = {
        "outcome": outcome,
        "kind": kind,
        "title": title,
        "text": text,
        "over": outcome.result is ApprovalResult.OVER,
    }
    response = show_alone(request, "approve.html", context)
    # The token stands in the address: it must not travel on in a Referer header.
    response["Referrer-Policy"] = "no-referrer"
    return response
