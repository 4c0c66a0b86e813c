"""Domain events: what happened, for webhooks and the pages' timelines."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from classbell.domain.organisations.belonging import organisation_of
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, DomainEvent, WebhookEndpoint


def emit(
    ports: Ports,
    *,
    catalog: Catalog | None,
    organisation_id: UUID | None = None,
    name: str,
    payload: Mapping[str, object],
) -> DomainEvent:
    """Write one event row in the caller's transaction.

    Args:
        ports: the outside world.
        catalog: the catalog concerned, or None.
        organisation_id: whose event it is; needed where there is no catalog.
        name: a stable word in the past tense, such as ``connection.lost``.
        payload: ids and facts that an integrator may see; never a secret.
    """
    home = organisation_of(catalog, organisation_id)
    return DomainEvent.objects.create(
        organisation_id=home,
        catalog=catalog,
        at=ports.clock.now(),
        name=name,
        payload=dict(payload),
        # Webhooks are given it by the worker, from this row: what commits is passed on.
        to_pass_on=WebhookEndpoint.objects.filter(organisation_id=home, is_on=True).exists(),
    )
