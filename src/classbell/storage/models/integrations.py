"""Integrations: other programs that use the REST API, their tokens, and what they asked once."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class Integration(TenantModel):
    """Another program that acts in some catalogs, within the scopes it was given.

    ``application_id`` is the client id of an application of the organisation's own tenant that may
    come with a token of Microsoft's instead of one of ours; None where it may not. ``rate_taken``
    requests of the minute ``rate_minute`` (since 1970, by the store's clock) are taken by the
    processes that answer it.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalogs__id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="integrations"
    )
    name = models.CharField(max_length=80)
    catalogs = models.ManyToManyField(Catalog, related_name="integrations")
    scopes = models.JSONField(default=list)
    application_id = models.UUIDField(null=True, blank=True)
    created_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    rate_minute = models.BigIntegerField(default=0, db_default=0)
    rate_taken = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "application_id"],
                condition=models.Q(revoked_at__isnull=True, application_id__isnull=False),
                name="integration_application_once",
            )
        ]

    def __str__(self) -> str:
        """Return the integration's name."""
        return self.name


class ApiToken(TenantModel):
    """A token of an integration. Only its keyed hash is kept; ``ending`` tells it from others."""

    tenancy: ClassVar = Tenancy(
        organisation="integration__organisation_id", catalog="integration__catalogs__id"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return whose token it is, never the token."""
        return f"token of {self.integration_id}"


class ApiRequest(TenantModel):
    """What an integration asked under an Idempotency-Key, and what it was answered.

    ``status`` is None while the first of such requests is under way; ``claim`` tells whose work it
    is, so that somebody who was taken for dead cannot finish it beside another.
    """

    tenancy: ClassVar = Tenancy(
        organisation="integration__organisation_id", catalog="integration__catalogs__id"
    )

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="requests")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    claim = models.UUIDField()
    claimed_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "key"], name="api_request_key_once")
        ]

    def __str__(self) -> str:
        """Return whose request it is."""
        return f"request of {self.integration_id}"
