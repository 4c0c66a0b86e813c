"""Events of messages: written only where an organisation's webhooks want to hear of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from classbell.storage.models import DomainEvent, Message, MessageState, WebhookEndpoint

TOLD = frozenset(
    {
        MessageState.ACCEPTED,
        MessageState.DELIVERED,
        MessageState.BOUNCED,
        MessageState.FAILED,
        MessageState.EXPIRED,
        MessageState.UNKNOWN,
    }
)
"""Ends that somebody outside may want to hear of, each as ``message.`` and its name."""


def tell_moved(moved: QuerySet[Message], end: MessageState, now: datetime) -> None:
    """Write an event for each message that has just been moved, in the caller's transaction.

    Mail is many: where no webhook wants to hear of messages, this is one look at a small table.

    Args:
        moved: the messages, as far as they are in ``end`` since ``now``.
        end: where they have come to.
        now: business time of the move.
    """
    wanting = WebhookEndpoint.objects.filter(is_on=True, wants_messages=True)
    if end not in TOLD or not wanting.exists():
        return
    name = f"message.{end.value}"
    rows = moved.filter(
        state=end,
        settled_at=now,
        organisation_id__in=wanting.values("organisation_id"),
    ).select_related("notification")
    DomainEvent.objects.bulk_create(
        [
            DomainEvent(
                organisation_id=row.organisation_id,
                catalog_id=row.catalog_id,
                at=now,
                name=name,
                payload={
                    "message": row.pk,
                    "kind": row.notification.kind,
                    "person": str(row.person_id) if row.person_id else "",
                    "reason_code": row.reason_code,
                },
                to_pass_on=True,
            )
            for row in rows
            if row.organisation_id is not None
        ],
        batch_size=500,
    )
