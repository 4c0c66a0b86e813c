"""From event rows to deliveries: every event that an endpoint chose becomes a row of its own.

An event's row says that it is still to be passed on, in the transaction of what happened. What is
passed on is written, and the mark taken off, in one transaction: whatever dies in between, nothing
is lost and nothing is doubled.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from classbell.delivery.lanes import lane_for
from classbell.delivery.work import ask
from classbell.domain.webhooks.event_types import BY_NAME, data_of
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    DomainEvent,
    Lane,
    LaneKind,
    WebhookDelivery,
    WebhookEndpoint,
)

DELIVER = "deliver_webhook"
"""Kind of the work item that brings an endpoint its next event."""

AT_ONCE = 200
"""Events of one transaction: on SQLite nobody else can write meanwhile."""


def pass_on_events(ports: Ports) -> bool:
    """Write the deliveries of events that wait for it; called again and again by every worker.

    Returns:
        Whether there may be more.
    """
    waiting = DomainEvent.objects.filter(to_pass_on=True).order_by("id")
    if not waiting.exists():
        return False
    with transaction.atomic():
        # A second worker waits here and then finds these done, so that order is kept.
        events = list(waiting.select_for_update(of=("self",)).select_related("catalog")[:AT_ONCE])
        told = _written(ports, events)
        DomainEvent.objects.filter(pk__in=[one.pk for one in events]).update(to_pass_on=False)
        ring(ports, told)
    return len(events) == AT_ONCE


def deliveries_of(
    endpoint: WebhookEndpoint, events: Iterable[DomainEvent], now: datetime
) -> list[WebhookDelivery]:
    """Return the rows, not yet saved, of those events that an endpoint chose."""
    chosen = set(endpoint.event_types)
    return [
        WebhookDelivery(
            endpoint=endpoint,
            event=event,
            message_id=f"evt_{event.pk}",
            event_type=event.name,
            body=body_of(event),
            waiting_since=now,
            next_try_at=now,
            created_at=now,
        )
        for event in events
        if event.name in chosen and endpoint.catalog_id in {None, event.catalog_id}
    ]


def body_of(event: DomainEvent) -> str:
    """Return what a receiver reads of an event."""
    slug = event.catalog.slug if event.catalog is not None else ""
    return json_body(event.name, event.at, data_of(event.name, event.payload, slug))


def json_body(name: str, at: datetime, data: dict[str, object]) -> str:
    """Return a payload in the form that Standard Webhooks recommends."""
    return json.dumps(
        {"type": name, "timestamp": at.isoformat(), "data": data}, separators=(",", ":")
    )


def lane_of(endpoint: WebhookEndpoint) -> Lane:
    """Return the endpoint's own lane: one that hangs takes nobody's place."""
    return lane_for(LaneKind.WEBHOOK, str(endpoint.pk), organisation_id=endpoint.organisation_id)


def ring(ports: Ports, endpoints: Iterable[WebhookEndpoint]) -> None:
    """Let endpoints be served now, in the order of their lanes, last in the transaction."""
    lanes = sorted({lane.pk: lane for lane in map(lane_of, endpoints)}.items())
    for _pk, lane in lanes:
        ask(ports, lane, kind=DELIVER, subject=lane.key, due_at=ports.clock.now())


def _written(ports: Ports, events: Sequence[DomainEvent]) -> list[WebhookEndpoint]:
    """Write the deliveries of events; return the endpoints that have some."""
    known = [event for event in events if event.name in BY_NAME]
    of_organisation: dict[UUID, list[DomainEvent]] = {}
    for event in known:
        of_organisation.setdefault(event.organisation_id, []).append(event)
    endpoints = WebhookEndpoint.objects.filter(
        is_on=True, organisation_id__in=of_organisation
    ).order_by("id")
    now, told = ports.clock.now(), []
    for endpoint in endpoints:
        rows = deliveries_of(endpoint, of_organisation[endpoint.organisation_id], now)
        if rows:
            WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
            told.append(endpoint)
    return told
