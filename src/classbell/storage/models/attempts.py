"""Failed attempts to come in, counted for a few minutes, so that all processes count together."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FailedAttempts(models.Model):
    """How often something failed at one door within one span of time.

    Belongs to no organisation: who fails is known to none. ``subject`` is a network address or an
    account; ``begun_at`` is the business time at which the span begins. Rows go after two hours.
    """

    door = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    begun_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["door", "subject", "begun_at"], name="failed_attempts_once"
            )
        ]

    def __str__(self) -> str:
        """Return who failed where."""
        return f"{self.subject} at {self.door}"
