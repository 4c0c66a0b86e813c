"""Reads about changes of account: what is still to cancel, and what nobody can cancel any more."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from classbell.storage.models import AccountChange, AccountState, Catalog, RetiredEvent


def still_to_clear(change: AccountChange, now: datetime) -> QuerySet[RetiredEvent]:
    """Return the events to come that the former account of a change has yet to cancel."""
    return RetiredEvent.objects.filter(
        account=change.from_account,
        session__course__catalog=change.catalog,
        session__ends_at__gt=now,
        cancelled_at__isnull=True,
    )


def left_behind(catalog: Catalog, now: datetime) -> QuerySet[RetiredEvent]:
    """Return the events to come of a catalog that stand, and whose account is gone."""
    rows = RetiredEvent.objects.filter(
        session__course__catalog=catalog,
        session__ends_at__gt=now,
        cancelled_at__isnull=True,
        account__state=AccountState.DISCONNECTED,
    )
    return rows.select_related("account", "session__course").order_by("session__starts_at", "pk")
