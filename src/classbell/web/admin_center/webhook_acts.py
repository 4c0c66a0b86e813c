"""What admins do with one webhook: a test, a new secret, on and off, replays, deleting it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from classbell import bootstrap
from classbell.domain.webhooks.endpoints import delete_endpoint, rotate_secret
from classbell.domain.webhooks.replay import ping, replay_one, replay_since
from classbell.domain.webhooks.switching import switch_off, switch_on
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import WebhookEndpoint
from classbell.storage.queries.webhooks import deliveries_of
from classbell.web.access import actor_of
from classbell.web.admin_center.webhook_places import Place, place_of
from classbell.web.admin_center.webhooks import show_there, show_webhook, the_endpoint
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

SPANS = {"1": timedelta(hours=1), "24": timedelta(days=1), "168": timedelta(days=7)}


@require_POST
def send_test(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Send a test."""
    place, endpoint = _asked(request, slug, endpoint_id)
    ping(bootstrap.ports(), endpoint=endpoint, actor=actor_of(place.access))
    add_toast(request, _("A test is on its way. Its line in the log shows what was answered."))
    return leave_for(place.address("webhook", endpoint_id))


@require_POST
def new_secret(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Make a new secret and show it, once."""
    place, endpoint = _asked(request, slug, endpoint_id)
    made = rotate_secret(bootstrap.ports(), endpoint=endpoint, actor=actor_of(place.access))
    return show_webhook(request, place, made.endpoint, made=made)


@require_POST
def switch(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Switch on or off."""
    place, endpoint = _asked(request, slug, endpoint_id)
    wanted_on = request.POST.get("to") == "on"
    act = switch_on if wanted_on else switch_off
    act(bootstrap.ports(), endpoint=endpoint, actor=actor_of(place.access))
    add_toast(request, _("The webhook is on.") if wanted_on else _("The webhook is off."))
    return leave_for(place.address("webhook", endpoint_id))


@require_POST
def replay(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Send what happened since a while ago again.

    Raises:
        InvalidInput: no such span is offered.
    """
    place, endpoint = _asked(request, slug, endpoint_id)
    span = SPANS.get(request.POST.get("span", ""))
    if span is None:
        raise InvalidInput(_("There is no such span."), remedy=_("Choose one from the list."))
    ports = bootstrap.ports()
    count = replay_since(
        ports, endpoint=endpoint, since=ports.clock.now() - span, actor=actor_of(place.access)
    )
    text = ngettext("%(num)s event goes out again.", "%(num)s events go out again.", count)
    add_toast(request, text % {"num": count})
    return leave_for(place.address("webhook", endpoint_id))


@require_POST
def replay_delivery(
    request: HttpRequest, endpoint_id: UUID, delivery_id: int, slug: str | None = None
) -> HttpResponse:
    """Send one event again.

    Raises:
        NotFoundHere: the log holds no such event any more.
    """
    place, endpoint = _asked(request, slug, endpoint_id)
    rows = deliveries_of(endpoint).select_related("endpoint__catalog", "endpoint__organisation")
    delivery = rows.filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFoundHere(
            _("The log holds no such event any more."), remedy=_("Send a whole span again instead.")
        )
    done = replay_one(bootstrap.ports(), delivery=delivery, actor=actor_of(place.access))
    add_toast(request, _("The event goes out again.") if done else _("It is on its way already."))
    return leave_for(place.address("webhook", endpoint_id))


@require_GET
def ask_delete(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Ask before a webhook is deleted."""
    place, endpoint = _asked(request, slug, endpoint_id)
    return show_there(request, place, "webhook_delete.html", {"endpoint": endpoint})


@require_POST
def delete(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Delete a webhook with its log."""
    place, endpoint = _asked(request, slug, endpoint_id)
    delete_endpoint(bootstrap.ports(), endpoint=endpoint, actor=actor_of(place.access))
    add_toast(request, _("The webhook was deleted."))
    return leave_for(place.address("webhooks"))


def _asked(
    request: HttpRequest, slug: str | None, endpoint_id: UUID
) -> tuple[Place, WebhookEndpoint]:
    """Return who asks where, and about what."""
    place = place_of(request, slug)
    return place, the_endpoint(place, endpoint_id)
