"""What the page of a person and the history of a session show, each at the cost of its own rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from classbell.storage.models import (
    AuditEntry,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Message,
    MessageState,
    Notification,
    Person,
    RetiredEvent,
)
from classbell.storage.queries.message_log import with_details
from classbell.storage.scope import Scope

MOST_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, newest first; ``before`` is where the next page begins, None on the last."""

    rows: Sequence[Message]
    before: int | None


def enrolments_of(scope: Scope, person: Person) -> QuerySet[Enrolment]:
    """Return somebody's places in a catalog, with session, course and entry, the latest first."""
    rows = scope.of(Enrolment).filter(person=person)
    related = rows.select_related("session__course", "session__entry")
    return related.order_by("-session__starts_at", "id")


def message_page(
    scope: Scope,
    person: Person,
    *,
    states: Collection[MessageState],
    before: int | None,
    size: int,
) -> MessagePage:
    """Return one page of what a catalog has written to somebody.

    Args:
        scope: the catalog.
        person: to whom.
        states: in one of these; empty for all.
        before: older than the message of this id.
        size: most rows of a page.
    """
    rows = scope.of(Message).filter(person=person)
    if states:
        rows = rows.filter(state__in=states)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(with_details(rows).order_by("-id")[: size + 1])
    return MessagePage(found[:size], found[size - 1].pk if len(found) > size else None)


def latest_about(scope: Scope, person: Person, sessions: Collection[UUID]) -> dict[str, Message]:
    """Return by session id the newest message to somebody about each of some sessions."""
    rows = scope.of(Message).filter(
        person=person, notification__about_session__in=[str(one) for one in sessions]
    )
    return {
        str(one.notification.about_session): one
        for one in rows.select_related("notification", "lane").order_by("id")
    }


def places_between(
    places: Sequence[Enrolment], *, since: datetime | None, until: datetime | None
) -> list[Enrolment]:
    """Return those of somebody's places that they got in a period; None leaves an end open."""
    return [
        one
        for one in places
        if (since is None or one.created_at >= since)
        and (until is None or one.created_at < until)
        and one.state != EnrolmentState.CANCELLED
    ]


def sums_about(session: CourseSession) -> list[tuple[str, int]]:
    """Count the messages about a session by state, most first."""
    # Asked for both at once, a store without statistics would begin with the catalog's messages.
    told = Notification.objects.filter(about_session=str(session.pk)).values("pk")
    rows = Message.objects.filter(notification__in=told)
    counted = rows.order_by().values_list("state").annotate(count=Count("id"))
    return sorted(counted, key=lambda one: (-one[1], one[0]))


def notifications_about(session: CourseSession, *, most: int) -> list[Notification]:
    """Return what was last told about a session, newest first, with how many got it (``told``)."""
    about = Notification.objects.filter(about_session=str(session.pk))
    # Counted for those that are shown alone: a session may have been written about for years.
    newest = list(about.order_by("-created_at", "id").values_list("pk", flat=True)[:most])
    counted = Notification.objects.filter(pk__in=newest).annotate(told=Count("messages"))
    return list(counted.defer("audience").order_by("-created_at", "id"))


def acts_about(scope: Scope, session: CourseSession, *, most: int) -> list[AuditEntry]:
    """Return what people last did about a session, newest first."""
    rows = scope.of(AuditEntry).filter(subject=f"session:{session.code}")
    return list(rows.order_by("-id")[:most])


def events_given_up(session: CourseSession) -> list[RetiredEvent]:
    """Return the events that stood for a session once, newest first."""
    return list(session.retired_events.order_by("-retired_at", "id"))
