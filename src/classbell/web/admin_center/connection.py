"""Acts on a catalog's connection: connect, save, cancel, check, disconnect."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.connections.approval import (
    STATE_EXPIRED,
    approval_returned,
    is_approval_answer,
    needs_an_administrator,
)
from classbell.domain.connections.check_now import check_now
from classbell.domain.connections.connect import begin_connect, catalog_of_answer, finish_connect
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.connections.invite import is_invited_answer
from classbell.domain.connections.save import cancel_pending, save_settings
from classbell.domain.connections.scopes import EMAIL_ONLY, FULL
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.domain.scheduling.organisation_calendar import ADDRESS_FIELD, set_sharing
from classbell.ports.errors import ClassbellError, InvalidInput, ProviderFailure
from classbell.storage.models import Catalog
from classbell.storage.queries.connections import pending_of
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import actor_of, browser_key, signed_in
from classbell.web.admin_center.application_account import sets_up_again
from classbell.web.admin_center.connection_panel import panel_of
from classbell.web.admin_center.invitations import thank_owner
from classbell.web.admin_center.panel_answer import (
    answer,
    checked,
    panel_address,
    panel_again,
)
from classbell.web.admin_center.panel_mail_route import route_sent
from classbell.web.admin_center.panel_shared_calendar import sharing_sent
from classbell.web.errors import problem_page
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast
from classbell.web.translated import translated

SCOPES = {"email_only": EMAIL_ONLY, "full": FULL}
"""What a button of the panel may ask for; else the domain decides."""


@require_POST
def connect(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave for Microsoft, to sign in with the account that shall be connected."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    reconnect = request.POST.get("reconnect") == "yes"
    if reconnect and sets_up_again(catalog):
        return leave_for(reverse("application-account", args=[slug]))
    return leave_for(
        begin_connect(
            bootstrap.ports(),
            catalog=catalog,
            person=access.person,
            browser_key=browser_key(request),
            scopes=SCOPES.get(request.POST.get("scopes", "")),
            reconnect=reconnect,
        )
    )


@require_GET
def connect_callback(request: HttpRequest) -> HttpResponse:
    """Take what Microsoft sends back, to whoever brings it.

    An administrator who approved and an account's owner who was invited may have no part in
    Classbell; everybody else is signed in, and finds the account in their panel.
    """
    ports, key, given = bootstrap.ports(), browser_key(request), request.GET.dict()
    if is_approval_answer(ports, given):
        outcome = approval_returned(ports, given)
        return leave_for(reverse("approve", args=[outcome.token or "over"]))
    if is_invited_answer(ports, browser_key=key, answer=given):
        return thank_owner(request, given)
    person = signed_in(request).person
    catalog = catalog_of_answer(ports, person=person, browser_key=key, answer=given)
    try:
        pending = finish_connect(ports, person=person, browser_key=key, answer=given)
    except ClassbellError as error:
        return _turned_back(request, catalog, error)
    return leave_for(panel_address(pending.catalog.slug))


def _turned_back(
    request: HttpRequest, catalog: Catalog | None, error: ClassbellError
) -> HttpResponse:
    """Explain why nothing came of a sign-in; what an administrator mends is told in the panel."""
    if catalog is None:
        return problem_page(request, error)
    if needs_an_administrator(error):
        came = "late" if error.code == STATE_EXPIRED else "needed"
        return leave_for(f"{panel_address(catalog.slug)}&approval={came}")
    return problem_page(request, error, back=panel_address(catalog.slug))


@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the panel; switching off what works is asked about first."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    enabled = request.POST.get("m365_enabled") == "on"
    if _asks_first(request, catalog, enabled=enabled):
        return panel_again(request, access, catalog, enabled=False)
    connecting = _signed_in_account(request, access, catalog) if enabled else ""
    try:
        save_settings(
            bootstrap.ports(),
            catalog=catalog,
            person=access.person,
            browser_key=browser_key(request),
            enabled=enabled,
            actor=actor_of(access),
            route=route_sent(request.POST, catalog),
        )
        if enabled:
            _share(request, access, catalog)
    except InvalidInput as error:
        return panel_again(request, access, catalog, enabled=enabled, error=error)
    told = _("A confirmation is being sent to %(address)s.") % {"address": connecting}
    add_toast(request, _("Settings saved."), told if connecting else "")
    return answer(request, access, catalog)


def _share(request: HttpRequest, access: Access, catalog: Catalog) -> None:
    """Save what the panel says about the organisation's calendar.

    Everything else is saved by then, and what is refused here says so: the right to write somebody
    else's calendar can only be proved as the account that was saved just before.
    """
    choice = sharing_sent(request.POST)
    try:
        set_sharing(bootstrap.ports(), catalog=catalog, choice=choice, actor=actor_of(access))
    except InvalidInput as error:
        error.meaning = f"{translated(error.meaning)} {_('Everything else was saved.')}"
        raise
    except ProviderFailure as failure:
        raise InvalidInput(
            translated(failure.what),
            field=ADDRESS_FIELD,
            meaning=_("Sharing was left as it was. Everything else was saved."),
            remedy=translated(failure.remedy) or _("Save again in a moment."),
        ) from failure


def _signed_in_account(request: HttpRequest, access: Access, catalog: Catalog) -> str:
    """Return the address of the account that waits for Save in this browser, or nothing."""
    pending = pending_of(
        catalog,
        person=access.person,
        browser_key=browser_key(request),
        now=bootstrap.ports().clock.now(),
    )
    return pending.address if pending else ""


def _asks_first(request: HttpRequest, catalog: Catalog, *, enabled: bool) -> bool:
    """Tell whether to ask before switching off something that works."""
    confirmed = request.POST.get("switch_off") == "confirmed"
    return not enabled and not confirmed and connection_status(catalog).is_working


@require_POST
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Drop the account that signed in and was not saved."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    cancel_pending(
        bootstrap.ports(),
        catalog=catalog,
        person=access.person,
        browser_key=browser_key(request),
    )
    add_toast(request, _("Nothing was connected."), kind="info")
    return answer(request, access, catalog)


@require_POST
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask Microsoft now what the account can do; the panel stays open with the answers."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    look = partial(check_now, bootstrap.ports(), catalog=catalog, actor=actor_of(access))
    checked(request, look)
    return answer(request, access, catalog, close=False)


@require_http_methods(["GET", "POST"])
def disconnect_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether to disconnect, or do it."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if request.method == "POST":
        disconnect(bootstrap.ports(), catalog=catalog, actor=actor_of(access))
        add_toast(request, _("Account disconnected."))
        return answer(request, access, catalog)
    panel = panel_of(request, access, catalog)
    if not panel.disconnect:
        return leave_for(panel_address(slug))
    return show(
        request,
        "disconnect.html",
        {"panel": panel},
        access=access,
        catalog=catalog,
        current="notifications",
    )
