"""What the operator's programs need to know of each other: signs of life, and restored backups."""

from __future__ import annotations

from django.db import models


class WorkerHeartbeat(models.Model):
    """A worker's sign of life; ``seen_at`` and ``started_at`` are machine time of the database.

    The row goes when the worker stops as it should, so one that has grown old tells of a death.
    """

    holder = models.CharField(max_length=100, unique=True)
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return which worker it is."""
        return self.holder


class Restoration(models.Model):
    """A backup that was put back: what it held may have been sent after it was taken.

    ``taken_at`` and ``begun_at`` are business time. While ``finished_at`` is missing, no worker may
    run: what waits has not been held yet.
    """

    taken_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    held = models.PositiveIntegerField(default=0)
    in_doubt = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Return when the backup was taken."""
        return f"backup of {self.taken_at:%Y-%m-%d %H:%M}"
