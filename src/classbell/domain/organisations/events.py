"""Domain events: what happened, for webhooks and the pages' timelines."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, DomainEvent


def emit(
    ports: Ports,
    *,
    organisation_id: UUID,
    catalog: Catalog | None,
    name: str,
    payload: Mapping[str, object],
) -> DomainEvent:
    """Write one event row in the caller's transaction.

    Args:
        ports: the outside world.
        organisation_id: whose event it is.
        catalog: the catalog concerned, or None.
        name: a stable word in the past tense, such as ``connection.lost``.
        payload: ids and facts that an integrator may see; never a secret.
    """
    return DomainEvent.objects.create(
        organisation_id=organisation_id,
        catalog=catalog,
        at=ports.clock.now(),
        name=name,
        payload=dict(payload),
    )
