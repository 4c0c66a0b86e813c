"""What became of one notification to many, for whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from classbell.storage.models import CourseSession, Message, Notification
from classbell.storage.queries.message_log import GROUPS, Group
from classbell.storage.scope import Scope


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a notification has come, in people; the four sum up to ``everybody``."""

    everybody: int
    sent: int
    waiting: int
    failed: int
    not_sent: int

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.waiting == 0


def message_in(scope: Scope, session: CourseSession, notification_id: UUID) -> Notification | None:
    """Return what was written to the learners of a session; None where there is no such message."""
    rows = scope.of(Notification).filter(pk=notification_id, kind="session_message")
    return rows.defer("audience").filter(about_session=str(session.pk)).first()


def progress_of(notification: Notification) -> Progress:
    """Count how many people a notification has reached; who has no row yet waits."""
    rows = Message.objects.filter(notification=notification)
    states = dict(rows.values_list("state").order_by().annotate(Count("id")))
    found = {group: sum(states.get(state, 0) for state in GROUPS[group]) for group in Group}
    unwritten = notification.audience_size - sum(found.values())
    return Progress(
        notification.audience_size,
        found[Group.SENT],
        found[Group.WAITING] + max(unwritten, 0),
        found[Group.FAILED],
        found[Group.NOT_SENT],
    )
