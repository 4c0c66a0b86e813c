"""What other people have to agree to: approvals, invitations, shared accounts, seen consent."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.accounts import Account
from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class ApprovalState(models.TextChoices):
    """How far a request for an administrator's approval has come."""

    OPEN = "open"
    RETURNED = "returned"
    """Somebody came back from Microsoft saying yes; nothing has shown it yet."""
    REFUSED = "refused"
    PROVEN = "proven"
    """An account really was given the permissions."""
    WITHDRAWN = "withdrawn"


class Approval(TenantModel):
    """A request to a Microsoft 365 administrator to approve permissions.

    Its state parameter travels in a link that anybody may forward; it is bound to no browser and
    confers nothing. ``state_hash`` recognises it, ``sealed_state`` lets the link be shown again.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="approvals")
    asked_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    account_address = models.EmailField(max_length=254, blank=True)
    scopes = models.JSONField(default=list)
    state = models.CharField(
        max_length=20, choices=ApprovalState.choices, default=ApprovalState.OPEN
    )
    state_hash = models.CharField(max_length=64, unique=True)
    sealed_state = models.BinaryField()
    code = models.CharField(max_length=100, blank=True)
    explanation = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)
    probed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["catalog"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_approval_for_catalog",
            )
        ]

    def __str__(self) -> str:
        """Return how it stands, never the state parameter."""
        return f"approval {self.id}: {self.state}"


class ConnectInvitation(TenantModel):
    """An invitation to an account's owner to sign in with it; the inviter still presses Save.

    ``used_at`` is when an account signed in by it.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, related_name="connect_invitations"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField(max_length=254)
    scopes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    sealed_token = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return whom it invites, never the token."""
        return f"invitation of {self.address}"


class OfferState(models.TextChoices):
    """What became of the offer of an account."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class SharingOffer(TenantModel):
    """An account offered to another catalog of its organisation."""

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="offers")
    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="offers")
    offered_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    offered_by_name = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=OfferState.choices, default=OfferState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "catalog"],
                condition=models.Q(state="open"),
                name="one_open_offer_of_account",
            )
        ]

    def __str__(self) -> str:
        """Return what is offered to whom."""
        return f"{self.account_id} to {self.catalog_id}: {self.state}"


class SightingKind(models.TextChoices):
    """What was seen of an organisation's consent."""

    GRANTED = "granted"
    """An account was given permissions that it had been asked for; says nothing about others."""
    UNASKED = "unasked"
    """An account was given permissions that nobody asked it for."""
    APPROVED = "approved"
    """An administrator came back from the organisation-wide page, and an account showed it."""
    ASKED = "asked"
    """An account was shown the page of consent, because it turned back there."""


class ConsentSighting(TenantModel):
    """One observation about consent; Microsoft never tells an application who consented to what."""

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="consent_sightings"
    )
    kind = models.CharField(max_length=20, choices=SightingKind.choices)
    object_id = models.UUIDField(null=True, blank=True)
    address = models.CharField(max_length=254, blank=True)
    scopes = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-seen_at"], name="consent_sighting_newest")
        ]

    def __str__(self) -> str:
        """Return what was seen."""
        return f"{self.kind} {self.address}"
