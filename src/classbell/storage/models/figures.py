"""Figures that are counted once and kept, so that charts cost the same after years."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation
from classbell.storage.scope import Tenancy, TenantModel


class MessageHour(TenantModel):
    """What became of the messages that a catalog wrote in one hour, as last counted.

    ``hour`` is the full hour, in UTC, in which they were written. An hour is counted anew for as
    long as any of its messages waits; after that its figures outlive the messages themselves.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, related_name="message_hours", db_index=False
    )
    hour = models.DateTimeField()
    sent = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    not_sent = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalog", "hour"], name="message_hour_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["hour"], name="message_hour_by_age"),
            models.Index(
                fields=["hour"], name="message_hour_open", condition=models.Q(waiting__gt=0)
            ),
        ]

    def __str__(self) -> str:
        """Return the hour."""
        return f"{self.hour:%Y-%m-%d %H:00}"
