"""What the delivery log of a catalog shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import CourseSession, Message, MessageState
from classbell.storage.scope import Scope


class Group(StrEnum):
    """The chips of the delivery log: every state belongs to exactly one."""

    SENT = "sent"
    WAITING = "waiting"
    FAILED = "failed"
    NOT_SENT = "not_sent"


GROUPS: dict[Group, tuple[MessageState, ...]] = {
    Group.SENT: (MessageState.ACCEPTED, MessageState.DELIVERED),
    Group.WAITING: (MessageState.QUEUED, MessageState.SENDING, MessageState.HELD),
    Group.FAILED: (MessageState.FAILED, MessageState.BOUNCED, MessageState.UNKNOWN),
    Group.NOT_SENT: (MessageState.NOT_SENT, MessageState.EXPIRED, MessageState.CANCELLED),
}


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some rows of the log, newest first.

    Attributes:
        rows: the messages, with notification and envelope.
        before: id to ask for the next page with, None on the last.
    """

    rows: tuple[Message, ...]
    before: int | None


def matching(scope: Scope, *, text: str = "", kind: str = "") -> QuerySet[Message]:
    """Return the messages of a scope whose recipient contains ``text``, of one kind or of any."""
    rows = scope.of(Message)
    if text:
        rows = rows.filter(Q(address__icontains=text) | Q(name__icontains=text))
    return rows.filter(notification__kind=kind) if kind else rows


def group_counts(rows: QuerySet[Message]) -> dict[Group, int]:
    """Count messages for each chip; the counts add up to all of them."""
    counted = dict(rows.order_by().values_list("state").annotate(total=Count("id")))
    return {
        group: sum(counted.get(state, 0) for state in states) for group, states in GROUPS.items()
    }


def log_page(
    rows: QuerySet[Message], *, group: Group | None, before: int | None, size: int
) -> LogPage:
    """Return one page of the log; pages follow the rows' ids, so new rows move nothing.

    Args:
        rows: the messages to page through.
        group: only those of one chip, None for all.
        before: only rows older than the one with this id, None for the newest.
        size: rows on a page.
    """
    if group is not None:
        rows = rows.filter(state__in=GROUPS[group])
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.select_related("notification", "envelope").order_by("-id")[: size + 1])
    more = len(found) > size
    return LogPage(tuple(found[:size]), found[size - 1].pk if more else None)


def titles_of_sessions(messages: Collection[Message], scope: Scope) -> dict[str, str]:
    """Return «course, session» by session id, for the messages that are about sessions."""
    ids = {str(one.notification.context.get("session", "")) for one in messages} - {""}
    rows = scope.of(CourseSession).filter(pk__in=ids).select_related("course")
    return {str(one.pk): f"{one.course.title}, {one.title}" for one in rows}
