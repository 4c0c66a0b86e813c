"""Sending again what an endpoint missed, and sending a test."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from classbell.domain.organisations.audit import Actor
from classbell.domain.webhooks.event_types import PING
from classbell.domain.webhooks.pass_on import deliveries_of, json_body, ring
from classbell.domain.webhooks.rights import note, require_may_change
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.ports.words import marked as _
from classbell.storage.models import (
    DomainEvent,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)

MOST_REPLAYED = 5000
SETTLED = (WebhookState.DELIVERED, WebhookState.FAILED, WebhookState.STOPPED)


def ping(ports: Ports, *, endpoint: WebhookEndpoint, actor: Actor) -> WebhookDelivery:
    """Send a test: once, at once, whatever the endpoint chose and however it has failed.

    Raises:
        InvalidInput: the endpoint is off.
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    _require_on(endpoint)
    now = ports.clock.now()
    with transaction.atomic():
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            message_id=f"ping_{uuid.uuid4().hex}",
            event_type=PING,
            body=json_body(PING, now, {"webhook": str(endpoint.pk)}),
            waiting_since=now,
            next_try_at=now,
            created_at=now,
        )
        note(ports, endpoint, actor, "webhook.tested")
        ring(ports, [endpoint])
    return delivery


def replay_one(ports: Ports, *, delivery: WebhookDelivery, actor: Actor) -> bool:
    """Send one event again, under the id it had; return whether it was settled.

    Raises:
        InvalidInput: the endpoint is off.
        NotAllowed, NotFoundHere: the actor may not.
    """
    endpoint = delivery.endpoint
    require_may_change(actor, endpoint)
    _require_on(endpoint)
    with transaction.atomic():
        count = _again(ports, WebhookDelivery.objects.filter(pk=delivery.pk))
        if count:
            note(ports, endpoint, actor, "webhook.replayed", events=count)
            ring(ports, [endpoint])
    return bool(count)


def replay_since(ports: Ports, *, endpoint: WebhookEndpoint, since: datetime, actor: Actor) -> int:
    """Send everything again that happened since a moment, also what it was never told while off.

    Args:
        ports: the outside world.
        endpoint: which one; only events that it chose.
        since: business time, aware.
        actor: who asks.

    Returns:
        How many events go out now.

    Raises:
        InvalidInput: the endpoint is off, or that would be too many at once.
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    _require_on(endpoint)
    events = DomainEvent.objects.filter(
        organisation_id=endpoint.organisation_id,
        at__gte=since,
        to_pass_on=False,
        name__in=endpoint.event_types,
    )
    if endpoint.catalog_id is not None:
        events = events.filter(catalog_id=endpoint.catalog_id)
    found = list(events.select_related("catalog").order_by("id")[: MOST_REPLAYED + 1])
    if len(found) > MOST_REPLAYED:
        raise InvalidInput(
            f"More than {MOST_REPLAYED} events have happened since then.",
            field="since",
            meaning="Nothing was sent.",
            remedy=_("Choose a later moment."),
        )
    with transaction.atomic():
        rows = deliveries_of(endpoint, found, ports.clock.now())
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        told = WebhookDelivery.objects.filter(
            endpoint=endpoint, event__in=events, state__in=SETTLED
        )
        _again(ports, told)
        note(ports, endpoint, actor, "webhook.replayed", events=len(rows))
        ring(ports, [endpoint])
    return len(rows)


def _again(ports: Ports, settled: QuerySet[WebhookDelivery]) -> int:
    """Let settled deliveries wait anew; what waits already goes out anyway."""
    now = ports.clock.now()
    return settled.filter(state__in=SETTLED).update(
        state=WebhookState.WAITING,
        attempts=0,
        waiting_since=now,
        next_try_at=now,
        response_code=None,
        problem="",
    )


def _require_on(endpoint: WebhookEndpoint) -> None:
    """Refuse to send to what is switched off."""
    if not endpoint.is_on:
        raise InvalidInput(
            _("This webhook is switched off."),
            meaning=_("Nothing was sent."),
            remedy=_("Switch it on first."),
        )
