"""Who did what: one audit row for every act of an admin or of the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from classbell.domain.organisations.belonging import organisation_of
from classbell.ports.bundle import Ports
from classbell.storage.models import AuditEntry, Catalog, Person

Facts = Mapping[str, object]
"""What a row says about before or after: ids, names, counts; never a token or a mail's text."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        person: the signed-in person; None for the operator and for Classbell itself, who need no
            role, and for an integration.
        name: the name to keep, also after the person is gone.
        source: where the act came from: ``web``, ``cli``, ``worker`` or ``api``.
        catalog_ids: the only catalogs that an integration acts in; None for everybody else.
    """

    person: Person | None
    name: str
    source: str
    catalog_ids: frozenset[UUID] | None = None

    @classmethod
    def of(cls, person: Person, source: str = "web") -> Actor:
        """Return the actor that is a signed-in person."""
        return cls(person, person.name, source)


OPERATOR = Actor(None, "Operator", "cli")
"""Whoever runs the command line on the server."""

CLASSBELL = Actor(None, "Classbell", "worker")
"""The product itself, acting on what it observed."""


def record(
    ports: Ports,
    *,
    actor: Actor,
    catalog: Catalog | None,
    organisation_id: UUID | None = None,
    action: str,
    subject: str,
    before: Facts | None = None,
    after: Facts | None = None,
) -> AuditEntry:
    """Write one audit row in the caller's transaction, so that act and record stand or fall.

    Args:
        ports: the outside world.
        actor: who did it.
        catalog: the catalog concerned, None for acts on the organisation as a whole.
        organisation_id: whose record it belongs to; needed where there is no catalog.
        action: a stable word, such as ``connection.saved``.
        subject: what was acted upon, such as ``catalog:safety``.
        before: what was true before, as far as the act changed it.
        after: what is true now.
    """
    return AuditEntry.objects.create(
        organisation_id=organisation_of(catalog, organisation_id),
        catalog=catalog,
        at=ports.clock.now(),
        actor=actor.person,
        actor_name=actor.name,
        action=action,
        subject=subject,
        before=dict(before or {}),
        after=dict(after or {}),
        source=actor.source,
    )
