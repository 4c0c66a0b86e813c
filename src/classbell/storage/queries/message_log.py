"""The log of messages: what may be asked of it, and how its rows are read.

Ids are handed out in the order of time, and the log is always read by them, newest first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from classbell.storage.models import (
    Attempt,
    CourseSession,
    Lane,
    Message,
    MessageState,
    NotificationContent,
    Person,
)
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
class Log:
    """The messages that may be seen, and the people who may be looked for."""

    rows: QuerySet[Message]
    people: QuerySet[Person]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages of a log are asked for; what is empty does not matter.

    Attributes:
        states: in one of these.
        text: part of the recipient's name or address.
        kind: name of their kind of notification.
        route: what carried them, or will: one of ``LaneKind``.
        since: written at or after this moment.
        before: older than the message of this id: where the page before ended.
        retrying: waiting to be tried again after a try that failed; ``states`` is empty then.
    """

    states: tuple[MessageState, ...] = ()
    text: str = ""
    kind: str = ""
    route: str = ""
    since: datetime | None = None
    before: int | None = None
    retrying: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether rows have to be looked at one by one: kinds and routes have no index."""
        return bool(self.kind or self.route)


def log_of(scope: Scope) -> Log:
    """Return the log of a scope."""
    return Log(scope.of(Message), scope.of(Person))


def narrowed(rows: QuerySet[Message], wanted: Wanted) -> QuerySet[Message]:
    """Leave the rows of the kind and route that are asked for."""
    if wanted.kind:
        rows = rows.filter(notification__kind=wanted.kind)
    if wanted.route:
        lanes = Lane.objects.filter(kind=wanted.route).values_list("pk", flat=True)
        rows = rows.filter(lane__in=lanes)
    return rows


def being_retried(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Leave the rows that wait to be tried again after a try that failed."""
    return rows.filter(state=MessageState.QUEUED, attempt__gt=0)


def with_details(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Read along with each row its notification, envelope and lane.

    Not the notification's audience: that may be the ids of fifty thousand people.
    """
    related = rows.select_related("notification", "envelope", "lane")
    return related.defer("notification__audience")


def route_of(message: Message) -> str:
    """Return what carried a message when it was last tried, or will; empty where nothing does."""
    return message.lane.kind if message.lane is not None else ""


def first_id_since(moment: datetime) -> int:
    """Return the lowest id that a message written at or after a moment has, or may yet get.

    Found by halving, in some twenty steps at a million rows. Ids tell nothing, so this is the same
    for everybody.
    """
    rows = Message.objects.order_by("id")
    first, last = rows.values_list("id", flat=True).first(), _last_id()
    if first is None or last is None:
        return 0

    def written_at(number: int) -> datetime:
        found: datetime = rows.filter(id__gte=number).values_list("created_at", flat=True)[0]
        return found

    return first + bisect_left(range(first, last + 1), moment, key=written_at)


def message_in(scope: Scope, message_id: int) -> Message | None:
    """Return one message with notification, envelope and lane, or None outside the scope."""
    return with_details(scope.of(Message)).filter(pk=message_id).first()


def attempts_of(message: Message) -> list[Attempt]:
    """Return a message's tries with their envelopes, in the order of time."""
    rows = Attempt.objects.filter(message=message).select_related("envelope")
    return list(rows.order_by("envelope__started_at", "id"))


def content_of(message: Message) -> NotificationContent | None:
    """Return what a message says, as kept when the first of its kind was written; None before."""
    return NotificationContent.objects.filter(
        notification_id=message.notification_id,
        language=message.language,
        time_zone=message.time_zone,
    ).first()


def titles_of_sessions(messages: Collection[Message], scope: Scope) -> dict[str, str]:
    """Return «course, session» by session id, for the messages that are about sessions."""
    ids = {session_id(one) for one in messages} - {""}
    rows = scope.of(CourseSession).filter(pk__in=ids).select_related("course")
    return {str(one.pk): f"{one.course.title}, {one.title}" for one in rows}


def session_id(message: Message) -> str:
    """Return the id of the session that a message is about; empty where it is about none."""
    return str(message.notification.context.get("session", ""))


def _last_id() -> int | None:
    return Message.objects.order_by("-id").values_list("id", flat=True).first()
