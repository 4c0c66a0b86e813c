"""Reads about the Azure Communication Services resource that may send for an organisation."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from classbell.storage.models import (
    Catalog,
    Connection,
    EmailProvider,
    Envelope,
    EnvelopeState,
    Lane,
    LaneKind,
    Message,
    MessageState,
)
from classbell.storage.scope import Scope

DAY = timedelta(hours=24)
WAITING = (MessageState.QUEUED, MessageState.HELD)


def provider_of(organisation_id: UUID) -> EmailProvider | None:
    """Return the organisation's resource, activated or not any more; None if it never was."""
    return EmailProvider.objects.filter(organisation_id=organisation_id).first()


def active_provider(organisation_id: UUID | None) -> EmailProvider | None:
    """Return the organisation's resource while it is activated, or None."""
    if organisation_id is None:
        return None
    return EmailProvider.objects.filter(organisation_id=organisation_id, active=True).first()


def connections_of(organisation_id: UUID) -> QuerySet[Connection]:
    """Return the connections of an organisation that are switched on, by catalog."""
    rows = Scope(organisation_id).of(Connection).filter(enabled=True)
    return rows.select_related("account", "catalog").order_by("catalog__title", "pk")


def catalogs_using(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope that chose the route or may fall over, by title.

    Each with its connection and ``waiting``, what waits of its mail.
    """
    chosen = Q(connection__use_acs=True) | Q(connection__fall_over=True)
    waiting = Count("messages", filter=Q(messages__state__in=WAITING))
    rows = scope.of(Catalog).filter(chosen, connection__enabled=True)
    return (
        rows.select_related("connection__account").annotate(waiting=waiting).order_by("title", "pk")
    )


def lane_of(provider: EmailProvider) -> QuerySet[Lane]:
    """Return the resource's lane as a set of one, or of none before its first mail."""
    return Lane.objects.filter(kind=LaneKind.ACS, key=str(provider.pk))


def recipients_taken(provider: EmailProvider, *, now: datetime) -> int:
    """Count the recipients whose mail the resource took in the last 24 hours."""
    rows = Envelope.objects.filter(
        lane__in=lane_of(provider), state=EnvelopeState.ACCEPTED, started_at__gte=now - DAY
    )
    return rows.aggregate(total=Sum("recipients"))["total"] or 0


def waiting_there(provider: EmailProvider) -> int:
    """Count the messages that wait for the resource."""
    return Message.objects.filter(lane__in=lane_of(provider), state__in=WAITING).count()
