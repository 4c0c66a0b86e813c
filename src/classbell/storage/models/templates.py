"""What a catalog has made of its notifications: texts, recipients, reminder days, look."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.courses import Course, CourseSession
from classbell.storage.models.notifications import Notification
from classbell.storage.models.organisations import Person
from classbell.storage.scope import Tenancy, TenantModel


class NotificationTemplate(TenantModel):
    """What a catalog says, in one kind of notification, otherwise than the product does.

    ``fields`` holds only what was customised; ``number`` is that of the version that holds the
    same, 0 where nothing ever was. ``enabled`` is the catalog's switch and no part of a version.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="templates")
    kind = models.CharField(max_length=60)
    enabled = models.BooleanField(default=True)
    number = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalog", "kind"], name="template_once")
        ]

    def __str__(self) -> str:
        """Return kind and number."""
        return f"{self.kind} {self.number}"


class TemplateVersion(TenantModel):
    """What a template held once; a notification keeps saying what its version said."""

    tenancy: ClassVar = Tenancy(
        organisation="template__catalog__organisation_id", catalog="template__catalog_id"
    )

    template = models.ForeignKey(
        NotificationTemplate, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    fields = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once")
        ]

    def __str__(self) -> str:
        """Return the number."""
        return f"{self.template_id} {self.number}"


class CourseNotification(TenantModel):
    """A course's own switch for one kind of notification, in force instead of the catalog's."""

    tenancy: ClassVar = Tenancy(
        organisation="course__catalog__organisation_id", catalog="course__catalog_id"
    )

    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="notification_switches"
    )
    kind = models.CharField(max_length=60)
    enabled = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "kind"], name="course_notification_once")
        ]

    def __str__(self) -> str:
        """Return kind and switch."""
        return f"{self.kind} {'on' if self.enabled else 'off'}"


class MailLook(TenantModel):
    """How a catalog's mail looks, and where answers to it go.

    ``colour`` is ``#rrggbb``; ``logo`` a PNG or JPEG, shown ``logo_width`` by ``logo_height`` CSS
    pixels. Empty fields mean the product's own.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    catalog = models.OneToOneField(Catalog, on_delete=models.CASCADE, related_name="mail_look")
    colour = models.CharField(max_length=7, blank=True)
    logo = models.BinaryField(blank=True, default=b"")
    logo_type = models.CharField(max_length=20, blank=True)
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    reply_to = models.EmailField(max_length=254, blank=True)
    reply_to_name = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the colour."""
        return f"{self.catalog_id} {self.colour}"


class MailOptOut(TenantModel):
    """A kind of notification that a person does not want, of those that are not essential."""

    tenancy: ClassVar = Tenancy(organisation="person__organisation_id")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mail_opt_outs")
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind"], name="mail_opt_out_once")
        ]

    def __str__(self) -> str:
        """Return who does not want what."""
        return f"{self.person_id} without {self.kind}"


class SentReminder(TenantModel):
    """A reminder that was written down: ``days`` before a session that was then on ``day``."""

    tenancy: ClassVar = Tenancy(
        organisation="session__course__catalog__organisation_id",
        catalog="session__course__catalog_id",
    )

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    day = models.DateField()
    notification = models.ForeignKey(Notification, on_delete=models.SET_NULL, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "days", "day"], name="reminder_once")
        ]

    def __str__(self) -> str:
        """Return how many days before which day."""
        return f"{self.days} days before {self.day}"
