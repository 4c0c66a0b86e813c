"""Who did what: one audit row for every act of an admin or of the operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from classbell.domain.organisations.belonging import organisation_of
from classbell.ports.bundle import Ports
from classbell.storage.audit_chain import chain_at_commit
from classbell.storage.models import AuditEntry, Catalog, Person

Facts = Mapping[str, object]
"""What a row says about before or after: ids, names, counts; never a token or a mail's text."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        person: the signed-in person; None for the operator and for Classbell itself, who need no
            role.
        name: the name to keep, also after the person is gone.
        source: where the act came from: ``web``, ``cli`` or ``worker``.
    """

    person: Person | None
    name: str
    source: str

    @classmethod
    def of(cls, person: Person, source: str = "web") -> Actor:
        """Return the actor that is a signed-in person."""
        return cls(person, person.name, source)


OPERATOR = Actor(None, "Operator", "cli")
"""Whoever runs the command line on the server."""

CLASSBELL = Actor(None, "Classbell", "worker")
"""The product itself, acting on what it observed."""


@dataclass(frozen=True, slots=True)
class Request:
    """Which request of a browser an act comes from.

    Attributes:
        address: the client's IP address, as far as it can be known.
        request_id: what the answer's ``X-Request-ID`` says as well.
    """

    address: str = ""
    request_id: str = ""


NO_REQUEST = Request()
"""Of acts that come from the command line and from the product itself."""

_request: ContextVar[Request] = ContextVar("request", default=NO_REQUEST)


@contextmanager
def asked_by(request: Request) -> Iterator[None]:
    """Name the request that all acts within come from; the door says so once for all of them."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


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

    It gets its place in the organisation's chain as the last thing before that transaction commits.

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
    request = _request.get()
    # Outside of a transaction the row is one of its own, for it is chained when that commits.
    with transaction.atomic(savepoint=False):
        entry = AuditEntry.objects.create(
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
            address=request.address,
            request_id=request.request_id,
        )
        chain_at_commit(entry)
    return entry
