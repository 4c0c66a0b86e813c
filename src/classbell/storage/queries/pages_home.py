"""The figures on the first page of a catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from classbell.storage.models import Catalog, Course, CourseSession, Message, MessageState
from classbell.storage.queries.pages_sessions import rooms_to_book
from classbell.storage.scope import Scope

PERIOD = timedelta(days=7)
SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)
WAITING = (MessageState.QUEUED, MessageState.SENDING, MessageState.HELD)
FAILED = (MessageState.FAILED, MessageState.BOUNCED, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a catalog lately, and what is to come.

    Attributes:
        courses: all courses of the catalog.
        sent, failed: messages of the last seven days.
        waiting: messages that are still to go out, whenever they were made.
        upcoming: sessions to come.
        rooms_to_book: sessions to come whose room has not accepted.
        ever_sent: whether the catalog ever handed a message over.
    """

    courses: int
    sent: int
    failed: int
    waiting: int
    upcoming: int
    rooms_to_book: int
    ever_sent: bool


def figures(catalog: Catalog, *, now: datetime) -> Figures:
    """Count what the first page of a catalog shows."""
    scope = Scope(catalog.organisation_id, frozenset({catalog.id}))
    messages = scope.of(Message)
    week = messages.filter(settled_at__gte=now - PERIOD).aggregate(
        sent=Count("id", filter=Q(state__in=SENT)),
        failed=Count("id", filter=Q(state__in=FAILED)),
    )
    coming = scope.of(CourseSession).filter(ends_at__gt=now, cancelled_at=None, published=True)
    return Figures(
        courses=scope.of(Course).count(),
        sent=week["sent"],
        failed=week["failed"],
        waiting=messages.filter(state__in=WAITING).count(),
        upcoming=coming.count(),
        rooms_to_book=rooms_to_book(scope, now=now),
        ever_sent=messages.filter(state__in=SENT).exists(),
    )
