"""The figures on the first page of a catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.storage.models import Catalog, Course, CourseSession
from classbell.storage.queries.message_counts import Tally, tally
from classbell.storage.queries.message_log import GROUPS, Group, first_id_since
from classbell.storage.queries.pages_sessions import rooms_to_book
from classbell.storage.scope import Scope

PERIOD_DAYS = 7
MOST = 10_000
"""Messages are counted no further, so that the page is as fast after years."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a catalog lately, and what is to come.

    Attributes:
        courses: all courses of the catalog.
        sent, failed: what became of the messages written in the last seven days.
        waiting: messages that are still to go out, whenever they were made.
        upcoming: sessions to come.
        rooms_to_book: sessions to come whose room has not accepted.
        ever_sent: whether the catalog ever handed a message over.
    """

    courses: int
    sent: Tally
    failed: Tally
    waiting: Tally
    upcoming: int
    rooms_to_book: int
    ever_sent: bool


def figures(catalog: Catalog, *, now: datetime) -> Figures:
    """Count what the first page of a catalog shows."""
    scope = Scope(catalog.organisation_id, frozenset({catalog.id}))
    messages = catalog.messages.all()
    week = messages.filter(id__gte=first_id_since(now - timedelta(days=PERIOD_DAYS)))
    coming = scope.of(CourseSession).filter(ends_at__gt=now, cancelled_at=None, published=True)
    return Figures(
        courses=scope.of(Course).count(),
        sent=tally(week, Group.SENT, most=MOST),
        failed=tally(week, Group.FAILED, most=MOST),
        waiting=tally(messages, Group.WAITING, most=MOST),
        upcoming=coming.count(),
        rooms_to_book=rooms_to_book(scope, now=now),
        ever_sent=any(messages.filter(state=state).exists() for state in GROUPS[Group.SENT]),
    )
