"""What keeps the record in order, daily: stragglers are chained, what is too old is given up."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from classbell.domain.organisations.audit import CLASSBELL, record
from classbell.ports.bundle import Ports
from classbell.storage.audit_chain import chain_left, rows_of
from classbell.storage.models import AuditChain, Lane, Organisation
from classbell.storage.queries.audit_check import PRUNED

KEEP_RECORD = "keep_record"
"""Kind of the work item that keeps the record in order."""

BATCH = 500
"""Rows of one transaction: on SQLite nobody else can write meanwhile."""

PAUSE_SECONDS = 0.1
"""Machine seconds between two batches, in which others get in; none of this is ever urgent."""

DAY = timedelta(days=1)


def keep_record(ports: Ports, days: int, _lane: Lane, _subject: str) -> datetime | None:
    """Keep the records of all organisations in order; the work function «keep_record».

    Args:
        ports: the outside world.
        days: for how long acts are kept; 0 for ever.
    """
    now = ports.clock.now()
    for organisation_id in Organisation.objects.order_by("pk").values_list("pk", flat=True):
        chain_stragglers(organisation_id)
        if days:
            prune(ports, organisation_id, before=now - timedelta(days=days))
    return now + DAY


def chain_stragglers(organisation_id: UUID) -> int:
    """Chain acts that a former version of the product wrote; return how many.

    They are marked as late, for nobody knows what they said until now.
    """
    count = 0
    while chained := _some_stragglers(organisation_id):
        count += chained
        time.sleep(PAUSE_SECONDS)
    return count


def prune(ports: Ports, organisation_id: UUID, *, before: datetime) -> int:
    """Give up the acts before a moment, from the oldest on; return how many.

    That is an act itself, and says where the record begins from then on, so that what is left can
    still be checked. Repeating it after a crash finishes what was begun.

    Args:
        ports: the outside world.
        organisation_id: whose record.
        before: business time; from the first act at or after it everything stays.
    """
    _move_beginning(ports, organisation_id, before)
    count = 0
    while gone := _some_given_up(organisation_id):
        count += gone
        time.sleep(PAUSE_SECONDS)
    return count


def _some_stragglers(organisation_id: UUID) -> int:
    if not rows_of(organisation_id).filter(sequence=None).exists():
        return 0
    with transaction.atomic():
        return chain_left(organisation_id, most=BATCH)


def _move_beginning(ports: Ports, organisation_id: UUID, before: datetime) -> None:
    """Write down where the record begins, as an act of the record itself."""
    with transaction.atomic():
        end = AuditChain.objects.select_for_update().filter(pk=organisation_id).first()
        if end is None:
            return
        kept = rows_of(organisation_id).filter(sequence__gt=end.pruned_to)
        first = kept.filter(at__gte=before).order_by("sequence").first()
        last = kept.filter(sequence__lt=first.sequence) if first else kept
        newest = last.order_by("-sequence").first()
        if newest is None or newest.sequence is None:
            return
        end.pruned_to, end.pruned_hash = newest.sequence, newest.hash
        end.save(update_fields=["pruned_to", "pruned_hash"])
        record(
            ports,
            actor=CLASSBELL,
            catalog=None,
            organisation_id=organisation_id,
            action=PRUNED,
            subject="audit",
            after={"sequence": newest.sequence, "hash": newest.hash, "before": before.isoformat()},
        )


def _some_given_up(organisation_id: UUID) -> int:
    """Delete some of what stands before the beginning, which the store allows."""
    end = AuditChain.objects.filter(pk=organisation_id).first()
    if end is None or not end.pruned_to:
        return 0
    old = rows_of(organisation_id).filter(sequence__lte=end.pruned_to).order_by("sequence")
    ids = list(old.values_list("pk", flat=True)[:BATCH])
    return rows_of(organisation_id).filter(pk__in=ids).delete()[0] if ids else 0
