"""Connected accounts, the catalogs' use of them, and what is known about their health."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class AccountState(models.TextChoices):
    """Whether an account can work for its catalogs."""

    CONNECTED = "connected"
    LOST = "lost"
    DISCONNECTED = "disconnected"


class AccountKind(models.TextChoices):
    """How Classbell may act as an account."""

    DELEGATED = "delegated"
    """Somebody signed in with it."""
    APPLICATION = "application"
    """An administrator let the application itself use its mailbox; nobody signs in."""


class Account(TenantModel):
    """A Microsoft 365 account that works for one or more catalogs of its organisation.

    ``sealed_tokens`` is empty once disconnected. ``token_version`` rises with every renewal, so
    that two processes renewing at once cannot overwrite the newer with the older;
    ``refresh_lease_until`` is machine time of the database. ``challenged_at`` is when a token that
    was not due was last renewed because Microsoft had refused it. ``asked_scopes`` are the
    permissions that admins chose for it, and ``withheld_scopes`` those of them that Microsoft did
    not grant when it was last connected. ``connected_by`` is who saved it after its last sign-in,
    and may offer it to other catalogs. What follows from ``kind`` is decided in
    ``domain/connections/kinds`` and nowhere else. ``outside_address`` is a mailbox that the
    application must not reach, for an account that it uses by itself.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="accounts"
    )
    object_id = models.UUIDField()
    kind = models.CharField(
        max_length=20, choices=AccountKind.choices, default=AccountKind.DELEGATED
    )
    outside_address = models.EmailField(max_length=254, blank=True, default="")
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=AccountState.choices)
    asked_scopes = models.JSONField(default=list)
    granted_scopes = models.JSONField(default=list)
    withheld_scopes = models.JSONField(default=list)
    sealed_tokens = models.BinaryField(default=bytes)
    token_version = models.PositiveIntegerField(default=0)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    challenged_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField()
    connected_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_success_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "object_id"], name="account_once_in_organisation"
            )
        ]

    def __str__(self) -> str:
        """Return the account's address."""
        return self.address


class Connection(TenantModel):
    """A catalog's use of an account: the setting behind «Microsoft 365 Connection Settings».

    ``enabled`` is the toggle. ``use_acs`` sends mail through Azure Communication Services where it
    is activated for the organisation; ``fall_over`` lets mail take the other route while the chosen
    one cannot work. ``account`` is empty where none was ever connected or it was
    disconnected, and ``former_account`` is the one it had then. Tokens and settings survive
    switching off. ``saved_at`` is when the panel was last saved.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    catalog = models.OneToOneField(Catalog, on_delete=models.CASCADE, related_name="connection")
    enabled = models.BooleanField(default=False)
    use_acs = models.BooleanField(default=False)
    fall_over = models.BooleanField(default=False)
    account = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="connections"
    )
    former_account = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    connected_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    connected_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return whose connection it is."""
        return f"connection of {self.catalog_id}"


class PendingConnection(TenantModel):
    """An account that signed in for a catalog and waits for Save: «signed in, not saved».

    Bound to the person and browser session that started it; dropped by Cancel or after its time.
    Where the account's owner signed in by ``invitation``, ``person`` is who invited them and
    ``browser_key`` is empty: it waits in that person's panel, whatever browser they use.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, related_name="pending_connections"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    browser_key = models.CharField(max_length=64, blank=True)
    invitation = models.ForeignKey(
        "storage.ConnectInvitation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="pending_connections",
    )
    object_id = models.UUIDField()
    kind = models.CharField(
        max_length=20, choices=AccountKind.choices, default=AccountKind.DELEGATED
    )
    outside_address = models.EmailField(max_length=254, blank=True, default="")
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    asked_scopes = models.JSONField(default=list)
    granted_scopes = models.JSONField(default=list)
    sealed_tokens = models.BinaryField()
    token_expires_at = models.DateTimeField()
    capabilities = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["catalog", "person", "browser_key"], name="pending_connection_once"
            )
        ]

    def __str__(self) -> str:
        """Return the account's address."""
        return self.address


class CapabilityCheck(TenantModel):
    """The last answer to whether an account can do one thing, with evidence and time."""

    tenancy: ClassVar = Tenancy(organisation="account__organisation_id")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="capabilities")
    capability = models.CharField(max_length=40)
    state = models.CharField(max_length=20)
    evidence = models.CharField(max_length=500)
    remedy = models.CharField(max_length=500, blank=True)
    who = models.CharField(max_length=60, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "capability"], name="capability_once_for_account"
            )
        ]

    def __str__(self) -> str:
        """Return capability and state."""
        return f"{self.capability}: {self.state}"


class Incident(TenantModel):
    """One loss of one account, from the failure that showed it to its recovery.

    ``claims`` is what Microsoft asked for, JSON, to be passed on with the next sign-in.
    """

    tenancy: ClassVar = Tenancy(organisation="account__organisation_id")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="incidents")
    verdict = models.CharField(max_length=30)
    code = models.CharField(max_length=100, blank=True)
    explanation = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    claims = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_incident_for_account",
            )
        ]

    def __str__(self) -> str:
        """Return what was wrong."""
        return f"{self.verdict} {self.code}"
