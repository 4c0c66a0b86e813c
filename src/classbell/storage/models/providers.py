"""Azure Communication Services resources that the operator activated for organisations."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.organisations import Organisation
from classbell.storage.scope import Tenancy, TenantModel


class EmailProvider(TenantModel):
    """The Azure Communication Services resource that may send for an organisation.

    ``sealed_key`` is the resource's access key, empty where the application proves itself by
    Microsoft Entra ID. ``sender_address`` is fixed: the operator sets it, admins only see it. The
    figures are the rate that Microsoft has approved. ``report_key_hash`` is a keyed hash of what
    delivery reports have to carry; empty while none are expected. ``active`` ends with
    deactivation; the row stays, for envelopes and the audit name it.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="email_provider"
    )
    endpoint = models.CharField(max_length=300)
    sender_address = models.EmailField(max_length=254)
    sealed_key = models.BinaryField(default=bytes)
    messages_per_minute = models.PositiveIntegerField()
    messages_per_hour = models.PositiveIntegerField()
    report_key_hash = models.CharField(max_length=64, blank=True)
    active = models.BooleanField(default=True)
    activated_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the sender's address."""
        return self.sender_address
