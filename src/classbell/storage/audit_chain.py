"""The record of acts as a chain: each row's hash covers what it says and the hash before it.

Whoever changes, removes or inserts a row breaks every hash behind it, which ``queries.audit_check``
finds. The hash needs no secret, so that whoever keeps an export can check it without us.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, models

from classbell.storage.models import AuditChain, AuditEntry

FORMAT = 1
"""Of what is hashed. Another form gets another number, and rows of this one stay as they are."""

HASHED = (
    "organisation_id",
    "sequence",
    "previous_hash",
    "id",
    "at",
    "actor_id",
    "actor_name",
    "catalog_id",
    "action",
    "subject",
    "before",
    "after",
    "source",
    "address",
    "request_id",
    "late",
)
"""All columns but the hash itself, which keep their values for ever."""

Row = Mapping[str, object]


def canonical(row: Row) -> bytes:
    """Return what is hashed of a row: JSON with sorted names, no spaces, moments in UTC.

    Args:
        row: a value for each of ``HASHED``, as read from the store.
    """
    said = {name: _plain(row[name]) for name in HASHED} | {"format": FORMAT}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def row_hash(row: Row) -> str:
    """Return the SHA-256 of a row, in hexadecimal figures."""
    return hashlib.sha256(canonical(row)).hexdigest()


def chain_at_commit(entry: AuditEntry) -> None:
    """Have an act chained as the last thing that its transaction does.

    The end of the chain stays locked from then on until the commit and no longer, and whoever holds
    it waits for nobody, so that acts of one organisation never wait for each other's work.
    """
    connection.owe(_chain_own, entry.organisation_id, entry.pk)  # type: ignore[attr-defined]  # a proxy of ours


def chain_left(organisation_id: UUID, *, most: int) -> int:
    """Chain acts that a former version of the product wrote beside this one, marked as late.

    Call it in a transaction.

    Args:
        organisation_id: whose.
        most: rows at once.

    Returns:
        How many were chained.
    """
    head = _locked_end(organisation_id)
    ids = rows_of(organisation_id).filter(sequence=None).order_by("id").values_list("pk", flat=True)
    return _chain(head, list(ids[:most]), late=True)


def rows_of(organisation_id: UUID) -> models.QuerySet[AuditEntry]:
    """Return an organisation's acts, open to chaining and pruning; for this room alone."""
    return models.QuerySet(AuditEntry).filter(organisation_id=organisation_id)


def _chain_own(organisation_id: UUID, ids: list[int]) -> None:
    """Chain the acts of the transaction that commits."""
    _chain(_locked_end(organisation_id), ids, late=False)


def _locked_end(organisation_id: UUID) -> AuditChain:
    """Return the end of a chain, held against everybody else until the commit."""
    ends = AuditChain.objects.select_for_update().filter(pk=organisation_id)
    found = ends.first()
    if found is None:
        AuditChain.objects.bulk_create([AuditChain(pk=organisation_id)], ignore_conflicts=True)
        found = ends.get()
    return found


def _chain(head: AuditChain, ids: list[int], *, late: bool) -> int:
    """Add rows to a chain whose end is held, in the order of their ids."""
    # Read back, so that what is hashed is what the store will say.
    rows = rows_of(head.pk).filter(pk__in=ids, sequence=None).order_by("id")
    count = 0
    for row in list(rows.values(*HASHED)):
        place = {"sequence": head.sequence + 1, "previous_hash": head.hash, "late": late}
        head.sequence, head.hash = head.sequence + 1, row_hash(row | place)
        rows_of(head.pk).filter(pk=row["id"]).update(**place, hash=head.hash)
        count += 1
    if count:
        AuditChain.objects.filter(pk=head.pk).update(sequence=head.sequence, hash=head.hash)
    return count


def _plain(value: object) -> object:
    """Return a value as JSON knows it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
