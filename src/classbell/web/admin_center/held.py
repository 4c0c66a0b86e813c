"""Held mail on which an admin decides: send it now, or give it up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.connections.held_mail import discard_held, held_summary, release_held
from classbell.domain.organisations.access import require_catalog_admin
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_http_methods(["GET", "POST"])
def held(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what waits for a decision, or carry the decision out."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    ports, actor = bootstrap.ports(), actor_of(access)
    decision = request.POST.get("decision", "")
    if request.method == "POST" and decision == "send":
        count = release_held(ports, catalog=catalog, actor=actor)
        text = ngettext("%(num)s message goes out.", "%(num)s messages go out.", count)
        add_toast(request, _("Released."), text % {"num": count})
        return leave_for(reverse("deliveries", args=[slug]))
    if request.method == "POST" and decision == "discard":
        count = discard_held(ports, catalog=catalog, actor=actor)
        text = ngettext("%(num)s message is given up.", "%(num)s messages are given up.", count)
        add_toast(request, _("Discarded."), text % {"num": count})
        return leave_for(reverse("deliveries", args=[slug]))
    context = {"held": held_summary(ports, catalog)}
    return show(request, "held.html", context, access=access, catalog=catalog, current="health")
