"""Organisations, their people, the people's roles, and sign-ins under way."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.scope import Tenancy, TenantModel


class Organisation(models.Model):
    """One Microsoft 365 tenant that this installation serves.

    ``external_recipients_per_day`` is what Microsoft allows the whole tenant, None where the
    operator has not said. ``application_accounts`` says whether the operator lets its admins use
    application-only accounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    external_recipients_per_day = models.PositiveIntegerField(null=True, blank=True)
    application_accounts = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the organisation's name."""
        return self.name


class Person(TenantModel):
    """Somebody of an organisation.

    ``object_id`` is Microsoft's id and the only thing a sign-in is matched by. Without it a person
    receives mail and invitations but cannot sign in until linked. ``address_key`` is the address in
    lower case: one row for each address of an organisation. Somebody added by object id alone has
    no address and gets no mail.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="people")
    object_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=200)
    address = models.EmailField(max_length=254, blank=True)
    address_key = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=20, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "name", "address_key"], name="person_by_name")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "object_id"], name="person_object_id_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "address_key"],
                condition=~models.Q(address_key=""),
                name="person_address_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the person's name."""
        return self.name


class Role(models.TextChoices):
    """What somebody may do; learners are known by their enrolments."""

    LMS_ADMIN = "lms_admin"
    CATALOG_ADMIN = "catalog_admin"
    COURSE_ADMIN = "course_admin"


class RoleAssignment(TenantModel):
    """One role of one person; a catalog role names its catalog, a course role its course."""

    tenancy: ClassVar = Tenancy(organisation="person__organisation_id", catalog="catalog_id")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=Role.choices)
    catalog = models.ForeignKey(
        "storage.Catalog", on_delete=models.CASCADE, null=True, blank=True, related_name="roles"
    )
    course = models.ForeignKey(
        "storage.Course", on_delete=models.CASCADE, null=True, blank=True, related_name="roles"
    )
    granted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "role", "catalog", "course"],
                name="role_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        """Return role and person."""
        return f"{self.role} of {self.person_id}"


class PersonLink(TenantModel):
    """A single-use link, mailed to a person's address, that lets them add their sign-in.

    Only the token's keyed hash is kept.
    """

    tenancy: ClassVar = Tenancy(organisation="person__organisation_id")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return whose link it is, never the token."""
        return f"link for {self.person_id}"


class SignInJourney(models.Model):
    """One browser on its way to Microsoft and back: state, nonce and PKCE verifier, kept here.

    ``state_hash`` is a keyed hash of the state sent along; ``browser_key`` binds the journey to the
    browser session that started it; ``sealed_flow`` holds nonce and verifier. Single use.
    """

    SIGN_IN = "sign_in"
    CONNECT = "connect"
    LINK = "link"
    INVITED = "invited"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10)
    state_hash = models.CharField(max_length=64, unique=True)
    browser_key = models.CharField(max_length=64)
    sealed_flow = models.BinaryField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True)
    catalog = models.ForeignKey("storage.Catalog", on_delete=models.CASCADE, null=True, blank=True)
    return_to = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the purpose, never the state."""
        return f"{self.purpose} journey {self.id}"
