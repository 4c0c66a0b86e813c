"""Notifications: one thing to tell, and the snapshot of whom to tell it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.organisations import Organisation
from classbell.storage.scope import Tenancy, TenantModel
from classbell.storage.session_named import SessionNamed


class Notification(TenantModel):
    """One thing to tell some people, written in the transaction of its cause.

    ``audience`` is the snapshot: a list of person ids in the order of expansion. ``expanded`` says
    how many of them have a message row already, so that expansion can stop and start again at any
    row. ``context`` holds ids of what it is about, such as ``{"session": "…"}``, of which the store
    keeps the session's in ``about_session``.
    ``template_version`` is the catalog's version of the text when it was written, 0 for the
    product's own. ``copies`` names those of the audience who get a copy:
    ``{"people": [ids], "of": name, "count": people}``. Without an organisation it is for the
    operator of the installation, and no organisation sees it.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    kind = models.CharField(max_length=60)
    context = models.JSONField(default=dict)
    audience = models.JSONField(default=list)
    audience_size = models.PositiveIntegerField()
    copies = models.JSONField(default=dict)
    template_version = models.PositiveIntegerField(default=0)
    expanded = models.PositiveIntegerField(default=0)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    about_session = models.GeneratedField(
        expression=SessionNamed("context"),
        output_field=models.CharField(max_length=36, null=True),
        db_persist=True,
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["about_session"],
                name="notification_of_session",
                condition=models.Q(about_session__isnull=False),
            ),
            models.Index(
                fields=["created_at"],
                name="notification_to_expand",
                condition=models.Q(expanded__lt=models.F("audience_size")),
            ),
        ]

    def __str__(self) -> str:
        """Return kind and id."""
        return f"{self.kind} {self.id}"


class NotificationContent(TenantModel):
    """What a notification says in one language and time zone, kept once however many receive it.

    Written when the first of its messages is rendered. ``subject`` and ``message`` are templates,
    ``values`` fill what is the same for everybody; what names a person is filled in when it is
    sent or shown.
    """

    tenancy: ClassVar = Tenancy(
        organisation="notification__organisation_id", catalog="notification__catalog_id"
    )

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="contents"
    )
    language = models.CharField(max_length=20)
    time_zone = models.CharField(max_length=64)
    subject = models.TextField()
    message = models.TextField()
    values = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["notification", "language", "time_zone"], name="content_once"
            )
        ]

    def __str__(self) -> str:
        """Return language and zone."""
        return f"{self.notification_id} {self.language} {self.time_zone}"
