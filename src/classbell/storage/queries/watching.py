"""Reads for noticing what people do in an account's calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, QuerySet

from classbell.storage.models import Account, AccountState, CalendarWatch, Entry, EntryState

AT_ONCE = 500
"""How many ids one query names; SQLite counts them."""


class WatchedEntry(NamedTuple):
    """An entry as far as a change in the calendar is compared with it."""

    session_id: UUID
    event_id: str
    etag: str


def reports_problem(account: Account) -> str:
    """Return why Microsoft reports no changes of the account's calendar; empty where it is well."""
    rows = CalendarWatch.objects.filter(account=account)
    return rows.values_list("problem", flat=True).first() or ""


def watched_until(account: Account, now: datetime) -> datetime | None:
    """Return when the last session to come with an event in this calendar ends; None without."""
    found: datetime | None = (
        _standing(now).filter(account=account).aggregate(last=Max("session__ends_at"))["last"]
    )
    return found


def watched_accounts(now: datetime) -> list[Account]:
    """Return the accounts in whose calendars events stand for sessions to come."""
    entries = _standing(now).values("account")
    return list(
        Account.objects.filter(pk__in=entries)
        .exclude(state=AccountState.DISCONNECTED)
        .order_by("pk")
    )


def entries_within(account: Account, now: datetime, end: datetime) -> list[WatchedEntry]:
    """Return the entries of sessions to come that begin before a moment."""
    rows = _standing(now).filter(account=account, session__starts_at__lt=end)
    return [WatchedEntry(*row) for row in rows.values_list("session_id", "event_id", "etag")]


def entries_of_events(
    account: Account, now: datetime, event_ids: Iterable[str]
) -> list[WatchedEntry]:
    """Return the entries of sessions to come that these events stand for."""
    found: list[WatchedEntry] = []
    ids = sorted(event_ids)
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        rows = _standing(now).filter(account=account, event_id__in=some)
        found += (WatchedEntry(*row) for row in rows.values_list("session_id", "event_id", "etag"))
    return found


def _standing(now: datetime) -> QuerySet[Entry]:
    """Return entries whose event should be in the calendar and whose session is not over."""
    return Entry.objects.filter(state=EntryState.CREATED, session__ends_at__gt=now).exclude(
        event_id=""
    )
