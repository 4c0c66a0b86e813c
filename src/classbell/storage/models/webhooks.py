"""Webhooks: where an organisation's events go, and what became of each on its way."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation
from classbell.storage.models.records import DomainEvent
from classbell.storage.scope import Tenancy, TenantModel


class WebhookEndpoint(TenantModel):
    """An address that is told of events, of one catalog or of the whole organisation.

    ``sealed_secret`` signs. After a change of it, what is sent carries a second signature by
    ``sealed_former`` until ``former_until``. ``failures`` counts tries in a row that got no answer;
    until ``paused_until`` nothing is tried. ``failing_since`` is when it last began to fail without
    a success since. ``off_reason`` says why it is off: a stable word.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="webhooks"
    )
    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, null=True, blank=True, related_name="webhooks"
    )
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    event_types = models.JSONField(default=list)
    wants_messages = models.BooleanField(default=False)
    sealed_secret = models.BinaryField()
    sealed_former = models.BinaryField(default=b"")
    former_until = models.DateTimeField(null=True, blank=True)
    is_on = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=40, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation"], name="webhook_on", condition=models.Q(is_on=True)
            ),
            models.Index(
                fields=["organisation", "wants_messages"],
                name="webhook_of_messages",
                condition=models.Q(is_on=True, wants_messages=True),
            ),
        ]

    def __str__(self) -> str:
        """Return the id; an address may carry what is nobody else's business."""
        return str(self.id)


class WebhookState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    STOPPED = "stopped"
    """Its endpoint was switched off before it went out."""


class WebhookDelivery(TenantModel):
    """One event on its way to one endpoint; its id gives the order.

    ``message_id`` is what the receiver knows the event by, the same at every try and replay.
    ``body`` is what is sent, kept as it was signed. ``waiting_since`` begins the day within which
    it is tried again.
    """

    tenancy: ClassVar = Tenancy(
        organisation="endpoint__organisation_id", catalog="endpoint__catalog_id"
    )

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(
        DomainEvent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    message_id = models.CharField(max_length=60)
    event_type = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(
        max_length=20, choices=WebhookState.choices, default=WebhookState.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    response_code = models.PositiveIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "id"],
                name="webhook_delivery_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_log"),
        ]

    def __str__(self) -> str:
        """Return message id and state."""
        return f"{self.message_id} {self.state}"
