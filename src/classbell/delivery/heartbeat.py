"""A worker's sign of life, so that its absence is noticed and not only what it leaves undone."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from classbell.storage.models import WorkerHeartbeat

BEAT_SECONDS = 15.0
FORGOTTEN_AFTER = timedelta(days=1)
"""What a worker that died left behind is of no interest any more after this."""


def beat(holder: str, version: str) -> None:
    """Note that a worker is alive, by the clock of the database that all machines share.

    Args:
        holder: which worker, as it stands beside its lanes.
        version: of Classbell.
    """
    if WorkerHeartbeat.objects.filter(holder=holder).update(seen_at=Now(), version=version):
        return
    WorkerHeartbeat.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
    WorkerHeartbeat.objects.bulk_create(
        [WorkerHeartbeat(holder=holder, version=version[:40], started_at=Now(), seen_at=Now())],
        ignore_conflicts=True,
    )


def no_more(holder: str) -> None:
    """Take the sign of life of a worker back that ends as it should."""
    WorkerHeartbeat.objects.filter(holder=holder).delete()
