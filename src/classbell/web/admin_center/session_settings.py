"""Catalog settings > Invitations and meetings: how the catalog's sessions use calendars."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.connections.scopes import MEETING_OPTIONS, has
from classbell.domain.organisations.access import require_catalog_admin
from classbell.domain.scheduling.choose import CalendarChoice, set_calendar_options
from classbell.domain.scheduling.options import calendar_options
from classbell.ports.meetings import Lobby
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_http_methods(["GET", "POST"])
def session_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the choices, or save them."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if request.method == "POST":
        choice = CalendarChoice(
            by_mail_only="by_mail_only" in request.POST,
            ask_for_answers="ask_for_answers" in request.POST,
            place_when_firm="place_when_firm" in request.POST,
            lobby=request.POST.get("lobby", ""),
        )
        changed = set_calendar_options(
            bootstrap.ports(), catalog=catalog, choice=choice, actor=actor_of(access)
        )
        add_toast(request, _("Settings saved.") if changed else _("Nothing was changed."))
        return leave_for(reverse("session-settings", args=[slug]))
    account = connection_status(catalog).account
    context = {
        "options": calendar_options(catalog.pk),
        "lobbies": lobbies(_("As your organisation has it")),
        "lobby_needs": ""
        if account is None or has(account.granted_scopes, MEETING_OPTIONS)
        else MEETING_OPTIONS,
    }
    return show(
        request,
        "session_settings.html",
        context,
        access=access,
        catalog=catalog,
        current="session-settings",
    )


def lobbies(unsaid: str) -> list[tuple[str, str]]:
    """Return who may wait outside a meeting, in words; ``unsaid`` is for no choice at all."""
    return [
        ("", unsaid),
        (Lobby.NOBODY, _("Nobody")),
        (Lobby.OUTSIDERS, _("People outside your organisation")),
        (Lobby.UNINVITED, _("People who were not invited")),
        (Lobby.EVERYBODY, _("Everybody but organiser and co-organisers")),
    ]
