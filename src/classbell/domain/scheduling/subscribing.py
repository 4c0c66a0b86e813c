"""Has Microsoft report what people do in the account's calendar, where it can reach us.

A report only asks for the calendar to be read earlier than it would be. What changed is always
read, never taken from a report; so reports that are lost, late or forged do no harm, and reading
goes on where there is no subscription.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from classbell.domain.scheduling.request import request_watch
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.watching import ChangeReport, Lifecycle, Subscription
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import AccountState, CalendarWatch

log = structlog.get_logger(__name__)

REPORTS_PATH = "/reports/calendar"
WORD = "calendar.report_word"

LIFE = timedelta(minutes=4_200)
"""Microsoft's pages name two longest lives, 4,230 and 10,080 minutes; this is below both
(https://learn.microsoft.com/en-us/graph/api/resources/subscription)."""

RENEWED_BEFORE = LIFE - timedelta(days=1)
"""It is renewed every day, so that a day or two without Microsoft do not end it."""

PATIENCE = timedelta(hours=1)
"""When it is tried again after Microsoft would not have one."""


def keep_subscription(ports: Ports, mailbox: Mailbox, watch: CalendarWatch) -> str:
    """Have changes reported as long as Microsoft can reach us; end that where it cannot any more.

    Uses the network. A failure concerns the reports alone: the calendar is read all the same.

    Args:
        ports: the outside world.
        mailbox: whose calendar.
        watch: its row; the columns of the subscription are kept in step.

    Returns:
        Why nothing is reported, in words for an admin; empty where that is not wanted or works.

    Raises:
        ProviderFailure: the account's sign-in has ended, which concerns everything it does.
    """
    now = ports.clock.now()
    try:
        if not ports.public_url:
            end_subscription(ports, mailbox, watch)
            return ""
        if watch.subscription_expires_at and not _is_due(watch, now):
            return watch.problem
        _renew_or_begin(ports, mailbox, watch, now)
    except ProviderFailure as failure:
        if failure.verdict.kind is VerdictKind.SIGN_IN_AGAIN:
            raise
        verdict = failure.verdict
        log.warning("changes are not reported", account=str(watch.account_id), code=verdict.code)
        if not watch.subscription_id:
            # One that lives goes on reporting till its end, and is renewed at the next reading.
            _note(watch, Subscription("", now + PATIENCE), "")
        return (verdict.explanation or verdict.code or "Microsoft gave no reason.")[:500]
    return ""


def end_subscription(ports: Ports, mailbox: Mailbox, watch: CalendarWatch) -> None:
    """Have nothing reported any more. Uses the network.

    Raises:
        ProviderFailure: Microsoft did not answer; the subscription lapses by itself.
    """
    if watch.subscription_id:
        ports.watching.end(mailbox, watch.subscription_id)
    if watch.subscription_id or watch.subscription_expires_at:
        _note(watch, None, "")


def take_reports(ports: Ports, reports: Iterable[ChangeReport]) -> int:
    """Have the calendars read that reports are about, where these prove whose they are.

    Args:
        ports: the outside world.
        reports: what a request brought; those that prove nothing are passed over.

    Returns:
        How many calendars are read earlier than they would be.
    """
    asked: set[int] = set()
    for report in reports:
        watch = _watch_of(ports, report)
        if watch is None:
            continue
        with transaction.atomic():
            if report.lifecycle in {Lifecycle.REAUTHORIZE, Lifecycle.REMOVED}:
                _end_of_life(watch, report.lifecycle, ports.clock.now())
            if watch.pk not in asked:
                request_watch(ports, watch.account)
                asked.add(watch.pk)
    return len(asked)


def word_hash(ports: Ports, word: str) -> str:
    """Return the keyed hash by which the word of a report is recognised."""
    return keyed_hash(ports.secret_key, WORD, word)


def _is_due(watch: CalendarWatch, now: datetime) -> bool:
    """Tell whether a subscription has to be renewed, or one that was refused tried again."""
    expires_at = watch.subscription_expires_at
    if expires_at is None:
        return True
    return now >= (expires_at - RENEWED_BEFORE if watch.subscription_id else expires_at)


def _renew_or_begin(ports: Ports, mailbox: Mailbox, watch: CalendarWatch, now: datetime) -> None:
    """Renew the subscription, or make one where there is none any more."""
    if watch.subscription_id:
        try:
            renewed = ports.watching.renew(mailbox, watch.subscription_id, now + LIFE)
        except ProviderFailure as failure:
            if failure.verdict.kind is not VerdictKind.NOT_FOUND:
                raise
            _note(watch, None, "")
        else:
            _note(watch, renewed, watch.client_state_hash)
            return
    word = secrets.token_urlsafe(32)
    made = ports.watching.subscribe(mailbox, ports.public_url + REPORTS_PATH, word, now + LIFE)
    _note(watch, made, word_hash(ports, word))


def _note(watch: CalendarWatch, kept: Subscription | None, word: str) -> None:
    """Write down which subscription there is."""
    watch.subscription_id = kept.subscription_id if kept else ""
    watch.subscription_expires_at = kept.expires_at if kept else None
    watch.client_state_hash = word
    watch.save(update_fields=["subscription_id", "subscription_expires_at", "client_state_hash"])


def _watch_of(ports: Ports, report: ChangeReport) -> CalendarWatch | None:
    """Return the watch that a report is about, if the report carries its word."""
    # Who has no subscription has an empty id, which no report may stand for.
    if not report.subscription_id:
        return None
    rows = CalendarWatch.objects.select_related("account").exclude(
        account__state=AccountState.DISCONNECTED
    )
    watch = rows.filter(subscription_id=report.subscription_id).first()
    if watch is None:
        return None
    given = word_hash(ports, report.word)
    return watch if hmac.compare_digest(watch.client_state_hash, given) else None


def _end_of_life(watch: CalendarWatch, lifecycle: Lifecycle, now: datetime) -> None:
    """Note that a subscription is gone, or has to be renewed before long."""
    rows = CalendarWatch.objects.filter(pk=watch.pk, subscription_id=watch.subscription_id)
    if lifecycle is Lifecycle.REMOVED:
        rows.update(subscription_id="", subscription_expires_at=None, client_state_hash="")
    else:
        rows.update(subscription_expires_at=now)
