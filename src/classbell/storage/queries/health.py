"""Reads about an account's health and history, alert routes and the operator's alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from classbell.storage.models import (
    Account,
    AlertRoute,
    AlertRouteTest,
    AuditEntry,
    Catalog,
    Envelope,
    EnvelopeState,
    HealthEvent,
    Incident,
    LaneKind,
    Message,
    MessageState,
    OperatorAlarm,
    WorkItem,
)

WAITING = (MessageState.QUEUED, MessageState.HELD)


def waiting_on_lane(account: Account) -> int:
    """Count the messages on an account's lane that are neither sent nor given up."""
    lane = {"lane__kind": LaneKind.MAILBOX, "lane__key": str(account.pk)}
    # One state at a time: there is an index of those that wait, and none of all of a lane's states.
    return sum(Message.objects.filter(state=state, **lane).count() for state in WAITING)


def recipients_accepted(account: Account, *, since: datetime) -> int:
    """Count the recipients that Microsoft accepted from an account since a moment."""
    envelopes = _envelopes(account).filter(state=EnvelopeState.ACCEPTED, started_at__gte=since)
    return envelopes.aggregate(sum=Sum("recipients"))["sum"] or 0


def work_due(account: Account, kind: str) -> datetime | None:
    """Return when a kind of work of an account is due next, or None."""
    work = WorkItem.objects.filter(
        lane__kind=LaneKind.MAILBOX, lane__key=str(account.pk), kind=kind
    )
    return work.order_by("due_at").values_list("due_at", flat=True).first()


def incidents(account: Account, limit: int) -> QuerySet[Incident]:
    """Return an account's losses, newest first."""
    return Incident.objects.filter(account=account).order_by("-opened_at", "-id")[:limit]


def events(account: Account, limit: int) -> QuerySet[HealthEvent]:
    """Return an account's other health events, newest first."""
    return HealthEvent.objects.filter(account=account).order_by("-at", "-id")[:limit]


def throttled(account: Account, limit: int) -> QuerySet[Envelope]:
    """Return the calls of an account that Microsoft put off, newest first."""
    return _envelopes(account).filter(verdict="throttled").order_by("-started_at")[:limit]


def acts(
    account: Account, actions: Sequence[str], limit: int, catalog: Catalog | None = None
) -> QuerySet[AuditEntry]:
    """Return what admins did with the connections that an account serves, or with one catalog's."""
    named = Q(after__account=account.address) | Q(before__account=account.address)
    about = named | Q(subject=f"account:{account.address}")
    rows = AuditEntry.objects.select_related("catalog").filter(
        about,
        organisation_id=account.organisation_id,
        catalog__connection__account=account,
        action__in=actions,
    )
    if catalog is not None:
        rows = rows.filter(catalog=catalog)
    return rows.order_by("-at", "-id")[:limit]


def open_alarm(subject: str) -> OperatorAlarm | None:
    """Return the operator's open alarm about something, or None."""
    return OperatorAlarm.objects.filter(subject=subject, closed_at=None).first()


def last_test(
    route: AlertRoute, setting: str, organisation_id: UUID | None
) -> AlertRouteTest | None:
    """Return the latest test of an alert route as it is set now, or None.

    Args:
        route: which.
        setting: names the route as it is set now.
        organisation_id: whose route; None for one that serves the whole installation.
    """
    tests = AlertRouteTest.objects.filter(route=route, setting=setting)
    if organisation_id is None:
        tests = tests.filter(organisation=None)
    else:
        tests = tests.filter(organisation_id=organisation_id)
    return tests.order_by("-at", "-id").first()


def _envelopes(account: Account) -> QuerySet[Envelope]:
    return Envelope.objects.filter(lane__kind=LaneKind.MAILBOX, lane__key=str(account.pk))
