"""Reads about connections, connected accounts and what their loss or removal concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from classbell.storage.models import (
    Account,
    CapabilityCheck,
    Catalog,
    Connection,
    Enrolment,
    EnrolmentState,
    Entry,
    EntryState,
    Incident,
    Message,
    MessageState,
    PendingConnection,
    Person,
    Role,
    SessionInstructor,
)
from classbell.storage.scope import Scope

CHUNK = 500
"""Ids in one statement, well below the limits of either store."""

WAITING = (MessageState.QUEUED, MessageState.HELD)


def connection_of(catalog: Catalog) -> Connection:
    """Return the catalog's setting; an unsaved one, switched off, where there is none yet."""
    found = (
        Connection.objects.select_related("account", "former_account", "connected_by", "catalog")
        .filter(catalog=catalog)
        .first()
    )
    return found or Connection(catalog=catalog)


def pending_of(
    catalog: Catalog, *, person: Person, browser_key: str, now: datetime
) -> PendingConnection | None:
    """Return what signed in for this person's panel and is not saved; None if too old.

    That is an account that signed in in this browser, or one whose owner the person invited, which
    waits in every browser of theirs; the newest of them.
    """
    return (
        pending_in_panel(catalog, person=person, browser_key=browser_key)
        .select_related("invitation")
        .filter(expires_at__gt=now)
        .order_by("-created_at")
        .first()
    )


def pending_in_panel(
    catalog: Catalog, *, person: Person, browser_key: str
) -> QuerySet[PendingConnection]:
    """Return everything that waits for Save in this person's panel in this browser."""
    return PendingConnection.objects.filter(
        catalog=catalog, person=person, browser_key__in={browser_key, ""}
    )


def capabilities(account: Account) -> QuerySet[CapabilityCheck]:
    """Return an account's capability lines in the order in which they were written."""
    return CapabilityCheck.objects.filter(account=account).order_by("id")


def open_incident(account: Account) -> Incident | None:
    """Return the loss that the account suffers now, or None."""
    return Incident.objects.filter(account=account, closed_at=None).first()


def catalogs_served(account: Account) -> QuerySet[Catalog]:
    """Return the catalogs that use an account, by title."""
    return Catalog.objects.filter(connection__account=account).order_by("title", "id")


def admins_to_alert(account: Account) -> list[UUID]:
    """Return whom the loss of an account concerns, each once.

    They are the admins of every catalog that uses it, and the LMS admins of the organisation
    (help article, «If the connection … is lost»).
    """
    of_catalogs = Q(
        roles__role=Role.CATALOG_ADMIN,
        roles__catalog__connection__account=account,
        roles__catalog__connection__enabled=True,
    )
    return list(
        Scope(account.organisation_id)
        .of(Person)
        .filter(of_catalogs | Q(roles__role=Role.LMS_ADMIN))
        .order_by("id")
        .distinct()
        .values_list("id", flat=True)
    )


def waiting_messages(catalog: Catalog) -> QuerySet[Message]:
    """Return the catalog's messages that are neither sent nor given up."""
    return Message.objects.filter(catalog=catalog, state__in=WAITING)


def confirmation_message(catalog: Catalog, *, kind: str, since: datetime) -> Message | None:
    """Return the newest message of a kind that a catalog has written since then, or None."""
    written = catalog.notifications.filter(kind=kind, created_at__gte=since)
    return (
        Message.objects.filter(notification__in=written)
        .select_related("lane", "envelope")
        .order_by("-id")
        .first()
    )


def upcoming_entries(catalog: Catalog, account: Account, now: datetime) -> QuerySet[Entry]:
    """Return the entries in an account's calendar for the catalog's sessions still to come."""
    return _entries_to_come(catalog, account, now).filter(state=EntryState.CREATED)


def planned_entries(catalog: Catalog, account: Account, now: datetime) -> QuerySet[Entry]:
    """Return those that an account has yet to make for the catalog's sessions still to come."""
    return _entries_to_come(catalog, account, now).filter(state=EntryState.PLANNED)


def _entries_to_come(catalog: Catalog, account: Account, now: datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(
        account=account, session__course__catalog=catalog, session__ends_at__gt=now
    )


def people_invited(session_ids: Collection[UUID]) -> Counter[UUID]:
    """Count learners and instructors of sessions."""
    found: Counter[UUID] = Counter()
    ids = list(session_ids)
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        learners = Enrolment.objects.filter(session__in=part, state=EnrolmentState.ENROLLED)
        instructors = SessionInstructor.objects.filter(session__in=part)
        found.update(learners.values_list("session_id", flat=True))
        found.update(instructors.values_list("session_id", flat=True))
    return found
