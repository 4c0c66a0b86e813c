"""Notices what people do in the account's calendar: the work «watch_calendar» of a mailbox lane.

A round of changes names events; those whose version is not the one we last read are looked at by
«reconcile», which decides what to do about it. Where Microsoft has forgotten how far we had read,
or the days to watch move on, everything is read anew and compared by version, so that a change
made in between is found all the same. The link and the questions that follow from it are written
in one transaction: a crash repeats a round and loses none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from classbell.delivery.work import put
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling.request import NORMAL, RECONCILE, request_watch
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.subscribing import end_subscription, keep_subscription
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.watching import CalendarChanges
from classbell.storage.models import Account, AccountState, CalendarWatch, Lane
from classbell.storage.queries.watching import (
    WatchedEntry,
    entries_of_events,
    entries_within,
    watched_accounts,
    watched_until,
)

log = structlog.get_logger(__name__)

BEFORE = timedelta(days=1)
"""How far back the days reach, for sessions that are under way."""

BEYOND = timedelta(days=120)
"""How far beyond the last session they reach, so that one more session seldom moves them."""

MOST = timedelta(days=700)
"""Exchange refuses views of more than some years; what is later is watched when it is nearer."""

RENEWAL = timedelta(days=60)
"""When the days move on although no session asks for it."""

AT_ONCE = 250
"""How many questions one transaction writes, so that nobody waits long for the store."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading brought.

    Attributes:
        changes: as Microsoft told them.
        start, end: the days that its link covers.
        whole: whether it told of every event there is.
    """

    changes: CalendarChanges
    start: datetime
    end: datetime
    whole: bool


def begin_watching(ports: Ports) -> None:
    """Ask for every calendar with events of sessions to come to be watched."""
    with transaction.atomic():
        for account in watched_accounts(ports.clock.now()):
            request_watch(ports, account)


def watch_calendar(
    ports: Ports, interval: timedelta, lane: Lane, account_id: str
) -> datetime | None:
    """Read what changed in the account's calendar and have it looked at. Uses the network.

    Args:
        ports: the outside world.
        interval: how long until the next reading.
        lane: the account's lane.
        account_id: the account's id.

    Returns:
        When to read again, in business time, or None where no event of ours stands there.

    Raises:
        ProviderFailure: Microsoft did not answer; the lane decides about trying again.
    """
    account = Account.objects.filter(pk=UUID(account_id)).first()
    if account is None or account.state == AccountState.DISCONNECTED:
        return None
    now = ports.clock.now()
    until = watched_until(account, now)
    if until is None or not writes_calendar(account):
        _end_reports(ports, account)
        return None
    watch, _ = CalendarWatch.objects.get_or_create(account=account)
    mailbox = mailbox_for(ports, account.pk)
    # Reports begin before the calendar is read, so that nothing falls in between.
    problem = keep_subscription(ports, mailbox, watch)
    reading = _read(ports, mailbox, watch, until)
    _have_looked_at(lane, _changed(account, reading, now), watch, reading, now)
    CalendarWatch.objects.filter(pk=watch.pk).update(problem=problem)
    return now + interval


def _end_reports(ports: Ports, account: Account) -> None:
    """Have nothing reported of a calendar in which no event of ours stands any more."""
    watch = CalendarWatch.objects.filter(account=account).exclude(subscription_id="").first()
    if watch is None:
        return
    try:
        end_subscription(ports, mailbox_for(ports, account.pk), watch)
    except ProviderFailure as failure:
        # It lapses by itself within three days, and what it reports till then is passed over.
        log.info("reports were not ended", account=str(account.pk), code=failure.verdict.code)


def _read(ports: Ports, mailbox: Mailbox, watch: CalendarWatch, until: datetime) -> Reading:
    """Go on from the last reading, or begin anew where that cannot be."""
    now = ports.clock.now()
    if watch.delta_link and watch.window_start and watch.window_end:
        start, end = watch.window_start, watch.window_end
        if min(until, start + MOST) <= end and now - start < RENEWAL:
            try:
                changes = ports.watching.go_on(mailbox, watch.delta_link)
            except ProviderFailure as failure:
                if failure.verdict.kind is not VerdictKind.NOT_FOUND:
                    raise
            else:
                return Reading(changes, start, end, whole=False)
    start = now - BEFORE
    end = min(until + BEYOND, start + MOST)
    return Reading(ports.watching.begin(mailbox, start, end), start, end, whole=True)


def _changed(account: Account, reading: Reading, now: datetime) -> list[WatchedEntry]:
    """Return the entries whose event is not the version we know."""
    told = {one.event_id: one.etag for one in reading.changes.changed if not one.removed}
    if reading.whole:
        # What is not told of any more was deleted, or moved out of these days.
        entries = entries_within(account, now, reading.end)
        return [one for one in entries if told.get(one.event_id) != one.etag]
    named = [one.event_id for one in reading.changes.changed]
    entries = entries_of_events(account, now, named)
    return [one for one in entries if told.get(one.event_id) != one.etag]


def _have_looked_at(
    lane: Lane,
    entries: Iterable[WatchedEntry],
    watch: CalendarWatch,
    reading: Reading,
    now: datetime,
) -> None:
    """Put the questions into the lane, and with the last of them how far we have read."""
    left = list(entries)
    while len(left) > AT_ONCE:
        with transaction.atomic():
            _ask(lane, left[:AT_ONCE], now)
        del left[:AT_ONCE]
    with transaction.atomic():
        _ask(lane, left, now)
        CalendarWatch.objects.filter(pk=watch.pk, delta_link=watch.delta_link).update(
            delta_link=reading.changes.link,
            window_start=reading.start,
            window_end=reading.end,
            read_at=now,
        )


def _ask(lane: Lane, entries: Iterable[WatchedEntry], now: datetime) -> None:
    """Ask for sessions to be looked at; the lane's holder is at work and sees it by itself."""
    for entry in entries:
        put(lane, kind=RECONCILE, subject=str(entry.session_id), due_at=now, priority=NORMAL)
