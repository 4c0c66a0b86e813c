"""What has not gone as it should for long, over all organisations: reads for the operator."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from classbell.storage.models import (
    Account,
    AccountState,
    Lane,
    LaneKind,
    Message,
    MessageState,
    OperatorAlarm,
    WorkItem,
)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Some things that fail for the same reason: the commonest one, and how many there are."""

    count: int
    code: str
    reason: str


def waiting_in_vain(verdicts: Collection[str], *, attempts: int) -> Stuck | None:
    """Return what queued messages wait for that were tried often; None where there are none.

    Args:
        verdicts: words of the verdict on their last try.
        attempts: tries from which on they count.
    """
    rows = (
        Message.objects.filter(
            state=MessageState.QUEUED, attempt__gte=attempts, envelope__verdict__in=verdicts
        )
        .values("reason_code", "reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason_code")
    )
    first = rows.first()
    if first is None:
        return None
    return Stuck(first["count"], first["reason_code"], first["reason"])


def work_in_vain(*, attempts: int) -> Stuck | None:
    """Return the problem of work items that were tried often, lost accounts' left out."""
    lost = Account.objects.filter(state=AccountState.LOST).values_list("pk", flat=True)
    of_lost = Q(lane__kind=LaneKind.MAILBOX, lane__key__in=[str(one) for one in lost])
    rows = (
        WorkItem.objects.filter(attempt__gte=attempts)
        .exclude(of_lost)
        .values("problem_code", "problem")
        .annotate(count=Count("pk"))
        .order_by("-count", "problem_code")
    )
    first = rows.first()
    if first is None:
        return None
    return Stuck(first["count"], first["problem_code"], first["problem"])


TROUBLE = "operator_trouble:"
"""How subjects of such alarms begin."""


def open_trouble() -> list[OperatorAlarm]:
    """Return the open alarms about what goes on failing, oldest first."""
    rows = OperatorAlarm.objects.filter(subject__startswith=TROUBLE, closed_at=None)
    return list(rows.order_by("opened_at"))


def lanes_resting_beyond(moment: datetime) -> int:
    """Return how many lanes may not send before a moment."""
    return Lane.objects.filter(blocked_until__gt=moment).count()
