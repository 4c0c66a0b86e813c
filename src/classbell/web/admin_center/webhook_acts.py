"""What admins do with one webhook: a test, a new secret, on and off, replays, deleting it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.domain.webhooks.endpoints import delete_endpoint, rotate_secret
from classbell.domain.webhooks.replay import ping, replay_one, replay_since
from classbell.domain.webhooks.switching import switch_off, switch_on
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, WebhookEndpoint
from classbell.storage.queries.webhooks import deliveries_of
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.webhooks import CURRENT, show_webhook, the_endpoint
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

SPANS = {"1": timedelta(hours=1), "24": timedelta(days=1), "168": timedelta(days=7)}


@require_POST
def test(request: HttpRequest, slug: str, endpoint_id: UUID) -> HttpResponse:
    """Send a test."""
    access, _catalog, endpoint = _asked(request, slug, endpoint_id)
    ping(bootstrap.ports(), endpoint=endpoint, actor=actor_of(access))
    add_toast(request, _("A test is on its way. Its line in the log shows what was answered."))
    return _back(slug, endpoint_id)


@require_POST
def new_secret(request: HttpRequest, slug: str, endpoint_id: UUID) -> HttpResponse:
    """Make a new secret and show it, once."""
    access, catalog, endpoint = _asked(request, slug, endpoint_id)
    made = rotate_secret(bootstrap.ports(), endpoint=endpoint, actor=actor_of(access))
    return show_webhook(request, access, catalog, made.endpoint, made=made)


@require_POST
def switch(request: HttpRequest, slug: str, endpoint_id: UUID) -> HttpResponse:
    """Switch on or off."""
    access, _catalog, endpoint = _asked(request, slug, endpoint_id)
    wanted_on = request.POST.get("to") == "on"
    act = switch_on if wanted_on else switch_off
    act(bootstrap.ports(), endpoint=endpoint, actor=actor_of(access))
    add_toast(request, _("The webhook is on.") if wanted_on else _("The webhook is off."))
    return _back(slug, endpoint_id)


@require_POST
def replay(request: HttpRequest, slug: str, endpoint_id: UUID) -> HttpResponse:
    """Send what happened since a while ago again.

    Raises:
        InvalidInput: no such span is offered.
    """
    access, _catalog, endpoint = _asked(request, slug, endpoint_id)
    span = SPANS.get(request.POST.get("span", ""))
    if span is None:
        raise InvalidInput("There is no such span.", remedy="Choose one from the list.")
    ports = bootstrap.ports()
    count = replay_since(
        ports, endpoint=endpoint, since=ports.clock.now() - span, actor=actor_of(access)
    )
    text = ngettext("%(num)s event goes out again.", "%(num)s events go out again.", count)
    add_toast(request, text % {"num": count})
    return _back(slug, endpoint_id)


@require_POST
def replay_delivery(
    request: HttpRequest, slug: str, endpoint_id: UUID, delivery_id: int
) -> HttpResponse:
    """Send one event again.

    Raises:
        NotFoundHere: the log holds no such event any more.
    """
    access, _catalog, endpoint = _asked(request, slug, endpoint_id)
    rows = deliveries_of(endpoint).select_related("endpoint__catalog", "endpoint__organisation")
    delivery = rows.filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFoundHere(
            "The log holds no such event any more.", remedy="Send a whole span again instead."
        )
    done = replay_one(bootstrap.ports(), delivery=delivery, actor=actor_of(access))
    add_toast(request, _("The event goes out again.") if done else _("It is on its way already."))
    return _back(slug, endpoint_id)


@require_GET
def ask_delete(request: HttpRequest, slug: str, endpoint_id: UUID) -> HttpResponse:
    """Ask before a webhook is deleted."""
    access, catalog, endpoint = _asked(request, slug, endpoint_id)
    return show(
        request,
        "webhook_delete.html",
        {"endpoint": endpoint},
        access=access,
        catalog=catalog,
        current=CURRENT,
    )


@require_POST
def delete(request: HttpRequest, slug: str, endpoint_id: UUID) -> HttpResponse:
    """Delete a webhook with its log."""
    access, _catalog, endpoint = _asked(request, slug, endpoint_id)
    delete_endpoint(bootstrap.ports(), endpoint=endpoint, actor=actor_of(access))
    add_toast(request, _("The webhook was deleted."))
    return leave_for(reverse("webhooks", args=[slug]))


def _asked(
    request: HttpRequest, slug: str, endpoint_id: UUID
) -> tuple[Access, Catalog, WebhookEndpoint]:
    """Return who asks, and about what."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    return access, catalog, the_endpoint(catalog, endpoint_id)


def _back(slug: str, endpoint_id: UUID) -> HttpResponse:
    """Return to the webhook."""
    return leave_for(reverse("webhook", args=[slug, endpoint_id]))
