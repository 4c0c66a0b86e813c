"""What happened: audit rows for people's acts and event rows for what integrators follow."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class Kept(models.QuerySet["AuditEntry"]):
    """Acts on the record, which nobody changes or takes away."""

    def update(self, **_changes: object) -> int:
        """Refuse.

        Raises:
            KeptForever: always.
        """
        raise KeptForever

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse.

        Raises:
            KeptForever: always.
        """
        raise KeptForever


class KeptForever(Exception):
    """A fault of ours: the record is only ever added to, and pruned from its oldest end."""

    def __init__(self) -> None:
        super().__init__("An act on the record is never changed and never deleted.")


class AuditEntry(TenantModel):
    """Who did what, to what, when and from where; never a token and never a message body.

    ``actor_name`` outlives the person; an act from the command line names the operator. The ids of
    person and catalog stay when these are gone. ``address`` and ``request_id`` are those of the
    browser's request, empty for acts from elsewhere.

    ``sequence`` counts an organisation's acts in the order of their commits, and ``hash`` is over
    everything the row says and the hash before it; None and empty until the act's transaction
    commits, and where a former version of the product wrote the row. ``late`` says that it was
    chained afterwards, and may have been changed before that.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    catalog = models.ForeignKey(
        Catalog,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        Person,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    source = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=45, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    sequence = models.BigIntegerField(null=True, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    late = models.BooleanField(default=False, db_default=False)

    objects = Kept.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "sequence"], name="audit_in_order")
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="audit_of_organisation"),
            models.Index(fields=["organisation", "catalog", "-id"], name="audit_of_catalog"),
            models.Index(
                fields=["organisation", "catalog", "subject", "-id"], name="audit_by_subject"
            ),
            models.Index(
                fields=["organisation", "id"],
                name="audit_unchained",
                condition=models.Q(sequence=None),
            ),
        ]

    def __str__(self) -> str:
        """Return action and subject."""
        return f"{self.action} {self.subject}"

    def save(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 -- Django's own signature
        """Write a new act; refuse to change one.

        Raises:
            KeptForever: it stands there already.
        """
        if not self._state.adding:
            raise KeptForever
        super().save(*args, **named)

    def delete(self, *_args: object, **_named: object) -> tuple[int, dict[str, int]]:
        """Refuse.

        Raises:
            KeptForever: always.
        """
        raise KeptForever


class AuditChain(TenantModel):
    """The two ends of an organisation's record.

    ``sequence`` and ``hash`` are those of its newest act: whoever chains the next one locks this
    row first. ``pruned_to`` and ``pruned_hash`` are those of the newest act that was given up for
    its age; the act ``audit.pruned`` further up says so too.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True, default="")
    pruned_to = models.BigIntegerField(default=0)
    pruned_hash = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        """Return how long it is."""
        return f"{self.sequence} acts of {self.organisation_id}"


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
