"""Asking for a session's entry to be looked at; the doing happens in the account's lane."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.work import ask
from classbell.domain.notifications.reminders.send import ask_reminders
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountState,
    CalendarOptions,
    Catalog,
    Connection,
    CourseSession,
    Enrolment,
    Entry,
    EntryState,
    RetiredEvent,
)

RECONCILE = "reconcile"
SHARE = "share"
REFRESH_ROOMS = "refresh_rooms"
WATCH = "watch_calendar"

COLLECTING = timedelta(seconds=5)
"""How long changes to one session are gathered, so that many enrolments become one patch."""

BURST = 20
"""Enrolments in a session within ``GATHERING`` from which on they are gathered for so long."""

GATHERING = timedelta(minutes=1)
"""How long an entry rests after it was written while many enrol; each patch names everybody."""

NORMAL, BULK = 50, 80

SHOWN = (EntryState.PLANNED, EntryState.CREATED, EntryState.REFUSED)
"""States of a shared entry whose event may stand in the organisation's calendar, or may have been
made just before a crash."""


def account_serving(catalog: Catalog) -> Account | None:
    """Return the account that works for a catalog now, or will once its lost sign-in is back.

    None where the catalog was never connected, is switched off, or was disconnected.
    """
    connection = (
        Connection.objects.select_related("account")
        .filter(catalog=catalog, enabled=True, account__isnull=False)
        .exclude(account__state=AccountState.DISCONNECTED)
        .first()
    )
    return connection.account if connection else None


def request_entry(ports: Ports, session: CourseSession) -> None:
    """Ask that the session's entry be made what it should be, in the caller's transaction.

    Changes of the next few seconds are gathered into the same look. Nothing is asked for where no
    account serves the catalog; connecting one asks for every session to come.
    """
    request_entries(ports, session.course.catalog, [session])


def request_attendees(ports: Ports, session: CourseSession) -> None:
    """Ask the same because learners came or went.

    A few are on the entry within seconds. While many come, an entry that was written just now
    rests a while, so that a course of hundreds filled in a minute is a handful of calls.
    """
    account = account_serving(session.course.catalog)
    if account is None:
        return
    now = ports.clock.now()
    due_at = now + COLLECTING
    coming = Enrolment.objects.filter(session=session, created_at__gt=now - GATHERING)
    entry = Entry.objects.filter(session=session, account=account).first()
    written_at = entry.applied_at if entry is not None else None
    if written_at is not None and coming.count() > BURST:
        due_at = max(due_at, written_at + GATHERING)
    # The organisation's calendar names no learners, so it has nothing to follow.
    _ask(ports, account, [session], due_at, NORMAL, kinds=(RECONCILE,))


def request_entries(ports: Ports, catalog: Catalog, sessions: Iterable[CourseSession]) -> None:
    """Ask the same for several sessions of one catalog, and that their reminders be looked at."""
    sessions = list(sessions)
    account = account_serving(catalog)
    if account is not None:
        due_at = ports.clock.now() + COLLECTING
        _ask(ports, account, sessions, due_at, NORMAL, kinds=_kinds(catalog))
    # The housekeeping lane after the mailbox's, as whoever enrols does: the other way round two
    # who change sessions of one catalog would wait for each other.
    if sessions:
        ask_reminders(ports, catalog)


def request_all(ports: Ports, catalog: Catalog) -> int:
    """Ask for every session of a catalog that may need an entry, and for its rooms.

    Called when a connection is made, switched on or back. Sessions that are over are left alone;
    cancelled and withdrawn ones are asked for while an event still stands for them, and those of
    which this account's calendar holds a retired event.

    Returns:
        How many sessions were asked for.
    """
    account = account_serving(catalog)
    if account is None:
        return 0
    now = ports.clock.now()
    request_rooms(ports, account)
    retired = RetiredEvent.objects.filter(account=account, cancelled_at__isnull=True)
    sessions = CourseSession.objects.filter(course__catalog=catalog, ends_at__gt=now).filter(
        Q(published=True, cancelled_at__isnull=True)
        | Q(entry__state=EntryState.CREATED)
        | Q(shared_entry__state__in=SHOWN)
        | Q(pk__in=retired.values("session"))
    )
    asked = _ask(ports, account, sessions.order_by("starts_at"), now, BULK, kinds=_kinds(catalog))
    ask_reminders(ports, catalog)
    return asked


def request_sharing(ports: Ports, catalog: Catalog) -> int:
    """Ask that the organisation's calendar show what it should, in the caller's transaction.

    Called when sharing is switched on or off or goes to another address: every published session
    to come is looked at, and every one that is shown now.

    Returns:
        How many sessions were asked for.
    """
    account = account_serving(catalog)
    if account is None:
        return 0
    now = ports.clock.now()
    sessions = CourseSession.objects.filter(course__catalog=catalog).filter(
        Q(published=True, cancelled_at__isnull=True, ends_at__gt=now)
        | Q(shared_entry__state__in=SHOWN)
    )
    return _ask(ports, account, sessions.order_by("starts_at"), now, BULK, kinds=(SHARE,))


def request_again(
    ports: Ports, catalog: Catalog, sessions: Iterable[CourseSession], actor: Actor
) -> int:
    """Ask at once for sessions of a catalog to be looked at, because somebody wants to be sure.

    Returns:
        How many were asked for: none where no account works for the catalog.
    """
    account = account_serving(catalog)
    if account is None:
        return 0
    with transaction.atomic():
        now = ports.clock.now()
        asked = _ask(ports, account, sessions, now, BULK, kinds=_kinds(catalog))
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="sessions.reconcile_requested",
            subject=f"catalog:{catalog.slug}",
            after={"sessions": asked},
        )
    return asked


def request_clearing(ports: Ports, session: CourseSession, account: Account) -> None:
    """Ask an account's lane to cancel its retired event of a session, in the transaction."""
    _ask(ports, account, [session], ports.clock.now(), NORMAL, kinds=(RECONCILE,))


def request_rooms(ports: Ports, account: Account) -> None:
    """Ask for the organisation's rooms to be listed anew, in the caller's transaction."""
    ask(
        ports,
        mailbox_lane(account),
        kind=REFRESH_ROOMS,
        subject=str(account.organisation_id),
        due_at=ports.clock.now(),
        priority=NORMAL,
    )


def request_watch(ports: Ports, account: Account) -> None:
    """Ask for the account's calendar to be watched from now on, in the caller's transaction."""
    ask(
        ports,
        mailbox_lane(account),
        kind=WATCH,
        subject=str(account.pk),
        due_at=ports.clock.now() + COLLECTING,
        priority=BULK,
    )


def _ask(
    ports: Ports,
    account: Account,
    sessions: Iterable[CourseSession],
    due_at: datetime,
    priority: int,
    *,
    kinds: tuple[str, ...],
) -> int:
    """Put work items for each session into the account's lane; return for how many sessions."""
    lane = mailbox_lane(account)
    asked = 0
    for session in sessions:
        for kind in kinds:
            ask(
                ports,
                lane,
                kind=kind,
                subject=str(session.pk),
                due_at=due_at,
                priority=priority,
            )
        asked += 1
    return asked


def _kinds(catalog: Catalog) -> tuple[str, ...]:
    """Return which looks a change to a session of this catalog takes."""
    shares = CalendarOptions.objects.filter(catalog=catalog, share=True).exists()
    return (RECONCILE, SHARE) if shares else (RECONCILE,)
