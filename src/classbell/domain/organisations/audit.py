"""Who did what: one audit row for every act of an admin or of the operator."""

from __future__ import annotations

import re
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


def present_request() -> Request:
    """Return the request that acts come from now."""
    return _request.get()


class SecretOnRecord(Exception):
    """A fault of ours: an act wanted to keep what nobody may read; nothing was written."""


SECRET_NAMES = frozenset(
    {
        "access_key",
        "access_token",
        "assertion",
        "body",
        "client_secret",
        "html",
        "id_token",
        "key",
        "nonce",
        "password",
        "refresh_token",
        "secret",
        "token",
        "tokens",
        "verifier",
    }
)
"""What no fact on the record is called."""

_SECRET = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}|Bearer |PRIVATE KEY|accesskey=", re.ASCII)
"""What a token, a key or a connection string looks like, whatever it is called."""


def refuse_secrets(facts: object) -> None:
    """Let facts pass that may be read by every admin and be kept for ever.

    Raises:
        SecretOnRecord: a name or a value says that it is none.
    """
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            if str(name).lower().replace(" ", "_") in SECRET_NAMES:
                raise SecretOnRecord(f"«{name}» does not belong on the record.")
            refuse_secrets(value)
    elif isinstance(facts, list | tuple | set | frozenset):
        for value in facts:
            refuse_secrets(value)
    elif isinstance(facts, str) and _SECRET.search(facts):
        raise SecretOnRecord("A value on the record looks like a token or a key.")


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

    Raises:
        SecretOnRecord: always a fault of ours, so it is not worded for people.
    """
    refuse_secrets(before)
    refuse_secrets(after)
    request = present_request()
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
