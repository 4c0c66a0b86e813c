"""Health beyond a single loss: history of checks, proven alert routes, alarms for the operator."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from classbell.storage.models.accounts import Account
from classbell.storage.models.organisations import Organisation
from classbell.storage.scope import Tenancy, TenantModel


class HealthEvent(TenantModel):
    """One line of an account's history that no incident tells: a check, a renewal, a new consent.

    ``name`` is a stable word, such as ``checked``; ``detail`` is a sentence for people.
    """

    tenancy: ClassVar = Tenancy(organisation="account__organisation_id")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="health_events")
    at = models.DateTimeField()
    name = models.CharField(max_length=40)
    detail = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="health_by_account")]

    def __str__(self) -> str:
        """Return the event's name."""
        return self.name


class AlertSetting(TenantModel):
    """What an organisation chose about its alerts; without a row nothing was chosen.

    ``by_account`` lets alerts go as another, healthy account of the organisation where the
    installation's own routes fail.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="alert_setting"
    )
    by_account = models.BooleanField(default=False)

    def __str__(self) -> str:
        """Return whose setting it is."""
        return f"alerts of {self.organisation_id}"


class AlertRoute(models.TextChoices):
    """What can carry an alert, in the order of preference."""

    ACS = "acs"
    SYSTEM_MAILER = "system_mailer"
    ACCOUNT = "account"


class AlertRouteTest(models.Model):
    """A test alert that was handed to a route, and what the route said.

    ``setting`` names the route as it was set then: a proof counts only while that is the same.
    ``organisation`` is empty for routes that serve the whole installation.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    route = models.CharField(max_length=20, choices=AlertRoute.choices)
    setting = models.CharField(max_length=300)
    address = models.EmailField(max_length=254)
    at = models.DateTimeField()
    accepted = models.BooleanField()
    reference = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=100, blank=True)
    explanation = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["route", "-at"], name="alert_test_by_route")]

    def __str__(self) -> str:
        """Return route and outcome."""
        return f"{self.route} {'accepted' if self.accepted else 'refused'}"


class OperatorAlarm(models.Model):
    """Something that the operator has to mend, from the failure that showed it to its end.

    ``subject`` is a stable word, such as ``application_refused``; one alarm of each is open at a
    time, so that a thousand accounts that meet the same fault make one mail.
    """

    subject = models.CharField(max_length=60)
    code = models.CharField(max_length=100, blank=True)
    explanation = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_alarm_for_subject",
            )
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.subject} {self.code}"
