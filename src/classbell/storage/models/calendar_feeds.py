"""Calendars to subscribe to: secret addresses, of which only a hash is kept."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class FeedKind(models.TextChoices):
    """What a calendar shows."""

    CATALOG = "catalog"
    ROOM = "room"
    PERSON = "person"


class CalendarFeed(TenantModel):
    """One secret address, until it is revoked or made anew.

    ``room_address`` is set for a room of a catalog, in lower case; ``person`` for somebody's own.
    ``content_hash`` is that of what was read last, which had come to be so at ``changed_at``.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=FeedKind.choices)
    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    room_address = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["catalog", "room_address"],
                name="feed_of_catalog_once",
                condition=models.Q(person=None),
            ),
            models.UniqueConstraint(
                fields=["person"], name="feed_of_person_once", condition=~models.Q(person=None)
            ),
        ]

    def __str__(self) -> str:
        """Return kind and id."""
        return f"{self.kind} {self.id}"
