"""Course catalogs."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.organisations import Organisation
from classbell.storage.scope import Tenancy, TenantModel


class Catalog(TenantModel):
    """A course catalog: it has admins, a language, a time zone and one connection setting.

    ``slug`` stands in addresses and on the command line, unique in the whole installation.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="catalogs"
    )
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=20, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the catalog's title."""
        return self.title
