"""The durable part of delivery: lanes, work items, messages, envelopes and attempts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.notifications import Notification
from classbell.storage.models.organisations import Organisation, Person
from classbell.storage.scope import Tenancy, TenantModel


class LaneKind(models.TextChoices):
    """What a lane's work talks to."""

    MAILBOX = "mailbox"
    ACS = "acs"
    SYSTEM_MAILER = "system_mailer"
    HOUSEKEEPING = "housekeeping"
    WEBHOOK = "webhook"


class Lane(models.Model):
    """The one unit of background work: everything that talks to one mailbox, and the like.

    ``due_at`` is business time, None while nothing is due. ``lease_until`` is machine time of the
    database. ``epoch`` rises each time the lane is taken, and fences every write of its holder.
    ``blocked_until`` (business time) is set where the provider asked for a pause. ``figures`` are
    those of its pace that the operator set for this lane alone, by name. The ``learned`` ones stand
    below the configured ones where the provider has complained, since ``learned_at``; None where it
    has not.
    """

    kind = models.CharField(max_length=20, choices=LaneKind.choices)
    key = models.CharField(max_length=100)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="lanes"
    )
    epoch = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=100, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    learned_messages_per_minute = models.PositiveIntegerField(null=True, blank=True)
    learned_requests_in_flight = models.PositiveIntegerField(null=True, blank=True)
    learned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="lane_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="lane_due", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["lease_until"],
                name="lane_leased",
                condition=models.Q(lease_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return kind and key."""
        return f"{self.kind}:{self.key}"


class WorkItem(models.Model):
    """Something a lane has to do beside messages, such as reconciling one session's entry.

    One row for each (lane, kind, subject): asking again while it waits changes nothing but its due
    time, so many changes in a minute are one call. ``revision`` rises with every request, so that
    an item asked for again while it ran is done again.
    """

    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="work")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    priority = models.SmallIntegerField(default=50)
    revision = models.PositiveIntegerField(default=1)
    attempt = models.PositiveIntegerField(default=0)
    problem_code = models.CharField(max_length=100, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lane", "kind", "subject"], name="work_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["lane", "due_at"], name="work_by_lane"),
        ]

    def __str__(self) -> str:
        """Return kind and subject."""
        return f"{self.kind} {self.subject}"


class MessageState(models.TextChoices):
    """Where a message stands; transitions are one table in ``delivery.ledger``."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    HELD = "held"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NOT_SENT = "not_sent"


class EnvelopeState(models.TextChoices):
    """Where one provider call stands."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Envelope(TenantModel):
    """One provider call, carrying one message or many.

    The epoch of the holder that made it fences its settling. Its id goes along with it, as the
    operation's id or a property of the mail; ``traceable`` where the provider can be asked by that
    id what came of it. ``external_recipients`` are those outside the organisation's own domains,
    ``size`` is in bytes, ``internet_message_id`` is what a non-delivery report names.
    """

    tenancy: ClassVar = Tenancy(organisation="lane__organisation_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lane = models.ForeignKey(Lane, models.CASCADE, related_name="envelopes", db_index=False)
    epoch = models.BigIntegerField()
    catalog = models.ForeignKey(
        Catalog,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    route = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=EnvelopeState.choices)
    recipients = models.PositiveIntegerField()
    external_recipients = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    traceable = models.BooleanField(default=False)
    provider_id = models.CharField(max_length=200, blank=True)
    internet_message_id = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    verdict = models.CharField(max_length=30, blank=True)
    code = models.CharField(max_length=100, blank=True)
    explanation = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["lane", "started_at"], name="envelope_by_lane"),
            models.Index(
                fields=["lane", "epoch"],
                name="envelope_in_flight",
                condition=models.Q(state="sending"),
            ),
            models.Index(
                fields=["internet_message_id"],
                name="envelope_by_internet_id",
                condition=~models.Q(internet_message_id=""),
            ),
            models.Index(
                fields=["lane", "-started_at"],
                name="envelope_throttled",
                condition=models.Q(verdict="throttled"),
            ),
            models.Index(
                fields=["lane", "started_at", "external_recipients"],
                name="envelope_external",
                condition=models.Q(external_recipients__gt=0),
            ),
        ]

    def __str__(self) -> str:
        """Return id and state."""
        return f"{self.id} {self.state}"


class Message(TenantModel):
    """One e-mail to one person: one row of the ledger.

    The address, name, language and zone are those at the time of expansion. Without an organisation
    it is for the operator of the installation, and no organisation sees it. ``most_together`` is
    how many of its notification, language and zone may share its envelope: 1 for what names a
    person, and less after each refusal of an envelope it shared.

    The log is read along four indexes, newest first. No key but the envelope's has an index
    of its own: most begin one of those or the constraint already, and a store without statistics,
    such as SQLite, would take the one of the organisation or of the lane, and walk through it all.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    catalog = models.ForeignKey(
        Catalog, models.CASCADE, null=True, blank=True, related_name="messages", db_index=False
    )
    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    lane = models.ForeignKey(
        Lane, models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False
    )
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False
    )
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=20)
    time_zone = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=MessageState.choices)
    priority = models.SmallIntegerField(default=50)
    most_together = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempt = models.PositiveIntegerField(default=0)
    epoch = models.BigIntegerField(null=True, blank=True)
    envelope = models.ForeignKey(
        Envelope, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    reason_code = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notification", "address"], name="message_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["lane", "priority", "catalog", "due_at", "id"],
                name="message_to_send",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["lane", "notification", "language", "time_zone", "most_together", "id"],
                name="message_to_share",
                condition=models.Q(state="queued", most_together__gt=1),
            ),
            models.Index(
                fields=["lane", "epoch"],
                name="message_in_flight",
                condition=models.Q(state="sending"),
            ),
            models.Index(
                fields=["expires_at"],
                name="message_queued_expiry",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["expires_at"], name="message_held_expiry", condition=models.Q(state="held")
            ),
            models.Index(fields=["lane"], name="message_held", condition=models.Q(state="held")),
            models.Index(fields=["catalog", "-id"], name="message_of_catalog"),
            models.Index(fields=["catalog", "state", "-id"], name="message_by_catalog"),
            models.Index(
                fields=["catalog", "state", "-id"],
                name="message_retried",
                condition=models.Q(state="queued", attempt__gt=0),
            ),
            models.Index(fields=["person", "catalog", "-id"], name="message_by_person"),
        ]

    def __str__(self) -> str:
        """Return id and state."""
        return f"{self.pk} {self.state}"


class Attempt(models.Model):
    """A message's part in an envelope: the history of its tries."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts", db_index=False)
    envelope = models.ForeignKey(Envelope, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "envelope"], name="attempt_once")
        ]

    def __str__(self) -> str:
        """Return message and number."""
        return f"{self.message_id} #{self.number}"
