"""The ledger of messages: how rows come about, and the one table of what may follow what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from classbell.delivery.bulk import insert_for_people
from classbell.delivery.message_events import tell_moved
from classbell.delivery.work import wake
from classbell.ports.bundle import Ports
from classbell.storage.models import Lane, Message, MessageState, Notification

TRANSITIONS = MappingProxyType(
    {
        MessageState.QUEUED: frozenset(
            {
                MessageState.SENDING,
                MessageState.HELD,
                MessageState.FAILED,
                MessageState.EXPIRED,
                MessageState.CANCELLED,
                MessageState.DELIVERED,
            }
        ),
        MessageState.SENDING: frozenset(
            {
                MessageState.ACCEPTED,
                MessageState.QUEUED,
                MessageState.UNKNOWN,
                MessageState.FAILED,
            }
        ),
        MessageState.HELD: frozenset(
            {
                MessageState.QUEUED,
                MessageState.EXPIRED,
                MessageState.CANCELLED,
                MessageState.DELIVERED,
            }
        ),
        MessageState.ACCEPTED: frozenset({MessageState.DELIVERED, MessageState.BOUNCED}),
        MessageState.UNKNOWN: frozenset(
            {
                MessageState.QUEUED,
                MessageState.ACCEPTED,
                MessageState.DELIVERED,
                MessageState.BOUNCED,
                MessageState.FAILED,
            }
        ),
        MessageState.DELIVERED: frozenset({MessageState.BOUNCED}),
        MessageState.FAILED: frozenset({MessageState.QUEUED}),
        MessageState.BOUNCED: frozenset({MessageState.QUEUED}),
        MessageState.EXPIRED: frozenset[MessageState](),
        MessageState.CANCELLED: frozenset[MessageState](),
        MessageState.NOT_SENT: frozenset[MessageState](),
    }
)
"""From each state, the states that may follow. What is not here cannot happen to a row.

What failed or came back is queued again only where an admin says so. What waits becomes delivered
where an earlier try, thought to have failed, has arrived after all.
"""

BIRTH_STATES = frozenset({MessageState.QUEUED, MessageState.HELD, MessageState.NOT_SENT})
"""How a row may begin: to be sent, kept for a connection that is down, or never to be sent."""

WAITING = (MessageState.QUEUED, MessageState.HELD)
"""States from which a message can still be sent without anybody deciding so."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person to write to, as known at this moment.

    ``person_id`` is None for an address that belongs to nobody here; ``time_zone`` is IANA's.
    """

    person_id: UUID | None
    address: str
    name: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Birth:
    """How message rows begin.

    Attributes:
        lane: who will send; None for what has no account now, which cannot be queued.
        state: ``queued``, ``held`` or ``not_sent``.
        reason: code and plain sentence where a message does not simply go out.
        priority: lower goes first (10 urgent, 50 normal, 80 bulk).
        most_together: how many of them may share an envelope; 1 where each names a person.
    """

    lane: Lane | None
    state: MessageState
    reason: tuple[str, str] = ("", "")
    priority: int = 50
    most_together: int = 1


def expand(
    ports: Ports,
    notification: Notification,
    batch: Sequence[Addressee],
    birth: Birth,
    *,
    upto: int,
) -> None:
    """Write the message rows of a part of a notification's audience.

    Doing it again writes nothing twice: one row for each notification and address.

    Args:
        ports: for the clock and the doorbell.
        notification: what is told; its due time and expiry are the messages'.
        batch: the next people of its audience.
        birth: how the rows begin.
        upto: how many of the audience have rows after this.

    Raises:
        ValueError: a row cannot begin so, or would be queued on no lane.
    """
    if birth.state not in BIRTH_STATES or (
        birth.lane is None and birth.state == MessageState.QUEUED
    ):
        raise ValueError(f"A message cannot begin as {birth.state} on {birth.lane}.")
    now = ports.clock.now()
    rows = [_row(notification, person, birth, now) for person in batch]
    with transaction.atomic():
        Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
        Notification.objects.filter(pk=notification.pk, expanded__lt=upto).update(expanded=upto)
        if birth.lane is not None and birth.state == MessageState.QUEUED:
            wake(ports, birth.lane, notification.due_at)


def expand_to_people(
    ports: Ports,
    notification: Notification,
    people: Sequence[UUID],
    birth: Birth,
    *,
    language: str,
    time_zone: str,
) -> None:
    """Write rows for people by their ids alone; ``expand`` then says how far the audience came.

    Args:
        ports: for the clock.
        notification: what is told.
        people: ids; those without an address are left out.
        birth: how the rows begin.
        language: of those who have chosen none.
        time_zone: of those who have chosen none, IANA's.
    """
    now = ports.clock.now()
    insert_for_people(
        people,
        {
            "organisation": notification.organisation_id,
            "catalog": notification.catalog_id,
            "notification": notification.pk,
            "lane": birth.lane.pk if birth.lane else None,
            "state": birth.state,
            "priority": birth.priority,
            "most_together": birth.most_together,
            "due_at": notification.due_at,
            "expires_at": notification.expires_at,
            "reason_code": birth.reason[0],
            "reason": birth.reason[1],
            "created_at": now,
            "settled_at": now if birth.state == MessageState.NOT_SENT else None,
            "language": language,
            "time_zone": time_zone,
        },
    )


def _row(notification: Notification, person: Addressee, birth: Birth, now: datetime) -> Message:
    """Make the row of one message; the notification's times are the message's."""
    return Message(
        organisation_id=notification.organisation_id,
        catalog_id=notification.catalog_id,
        notification=notification,
        person_id=person.person_id,
        address=person.address,
        name=person.name,
        language=person.language,
        time_zone=person.time_zone,
        lane=birth.lane,
        state=birth.state,
        priority=birth.priority,
        most_together=birth.most_together,
        due_at=notification.due_at,
        expires_at=notification.expires_at,
        reason_code=birth.reason[0],
        reason=birth.reason[1],
        created_at=now,
        settled_at=now if birth.state == MessageState.NOT_SENT else None,
    )


def sums(messages: QuerySet[Message]) -> dict[MessageState, int]:
    """Count messages by state, every state named; together they are always all the messages."""
    counted = dict(
        messages.order_by()
        .values_list("state")
        .annotate(rows=Count("pk"))
        .values_list("state", "rows")
    )
    return {state: counted.get(state.value, 0) for state in MessageState}


def move(
    messages: QuerySet[Message],
    *,
    start: MessageState,
    end: MessageState,
    now: datetime,
    **changes: object,
) -> int:
    """Move messages from one state to another, as far as they still are in the first.

    Args:
        messages: which; those in another state stay as they are.
        start: the state they must be in.
        end: the state they get.
        now: business time, noted where ``end`` closes the matter.
        changes: other fields to set along with it.

    Returns:
        How many were moved.

    Raises:
        ValueError: the table of transitions does not know this step.
    """
    if end not in TRANSITIONS[start]:
        raise ValueError(f"A message that is {start} cannot become {end}.")
    settles = end not in {*WAITING, MessageState.SENDING}
    settled_at = now if settles else None
    moved = messages.filter(state=start).update(state=end, settled_at=settled_at, **changes)
    if moved and settles:
        tell_moved(messages, end, now)
    return moved
