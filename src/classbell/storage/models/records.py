"""What happened: audit rows for people's acts and event rows for what integrators follow."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class AuditEntry(TenantModel):
    """Who did what, to what, when and from where; never a token and never a message body.

    ``actor_name`` outlives the person; an act from the command line names the operator.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    catalog = models.ForeignKey(
        Catalog, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    source = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        """Return action and subject."""
        return f"{self.action} {self.subject}"


class DomainEvent(TenantModel):
    """Something that happened in the product, for webhooks and the pages' timelines.

    ``to_pass_on`` while the organisation's webhooks are still to be given it.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    catalog = models.ForeignKey(
        Catalog, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    name = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    to_pass_on = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="event_to_pass_on", condition=models.Q(to_pass_on=True)
            )
        ]

    def __str__(self) -> str:
        """Return the event's name."""
        return self.name
