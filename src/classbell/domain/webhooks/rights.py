"""Who may change a webhook, and what the record keeps of a change."""

from __future__ import annotations

from urllib.parse import urlsplit

from classbell.domain.organisations.access import (
    access_of,
    require_actor_administers,
    require_lms_admin,
)
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Catalog, Organisation, WebhookEndpoint


def require_may_have(actor: Actor, organisation: Organisation, catalog: Catalog | None) -> None:
    """Let somebody act on webhooks of a catalog, or of a whole organisation, or refuse it.

    Raises:
        NotAllowed: the actor is no admin of the catalog, or no LMS admin.
        NotFoundHere: the actor belongs to another organisation.
    """
    if catalog is not None:
        require_actor_administers(actor, catalog)
        return
    if actor.person is None:
        return
    if actor.person.organisation_id != organisation.pk:
        raise NotFoundHere("There is no such webhook in your organisation.")
    require_lms_admin(access_of(actor.person))


def require_may_change(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """Let somebody act on an endpoint, or refuse it as ``require_may_have`` does."""
    require_may_have(actor, endpoint.organisation, endpoint.catalog)


def note(
    ports: Ports, endpoint: WebhookEndpoint, actor: Actor, action: str, **after: object
) -> None:
    """Write the audit row of an act; of the address only the host, for a path may be a secret."""
    record(
        ports,
        actor=actor,
        organisation_id=endpoint.organisation_id,
        catalog=endpoint.catalog,
        action=action,
        subject=f"webhook:{endpoint.pk}",
        after={"host": urlsplit(endpoint.url).hostname or "", **after},
    )
