"""Doing one work item of a lane and writing down what is left of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from classbell.delivery.handlers import Handlers
from classbell.delivery.lanes import TakenLane, renew
from classbell.delivery.retry import (
    INTERNAL_ERROR,
    Fail,
    HoldLane,
    MarkUnknown,
    Retry,
    decide,
    delay,
)
from classbell.delivery.settle import pause
from classbell.ports.clock import Clock
from classbell.ports.errors import ConfigurationFault, ProviderFailure, Verdict, VerdictKind
from classbell.storage.models import Lane, WorkItem

log = structlog.get_logger(__name__)

WHILE_ACCOUNT_IS_LOST = timedelta(hours=1)
"""When an item that met a lost account is looked at again; asking for it anew is earlier."""

AFTER_GIVING_UP = timedelta(days=1)
"""An item that failed for good is never dropped: it stays readable, and is tried once a day."""


def next_chore(lane: Lane, now: datetime) -> WorkItem | None:
    """Return the lane's most urgent work item that is due."""
    return (
        WorkItem.objects.filter(lane=lane, due_at__lte=now)
        .order_by("priority", "due_at", "id")
        .first()
    )


def do_chore(
    clock: Clock, lane: Lane, taken: TakenLane, handlers: Handlers, item: WorkItem
) -> Verdict | None:
    """Do a work item, outside any transaction, then note the result in one.

    Args:
        clock: business time.
        lane: whose item.
        taken: the hold on the lane.
        handlers: the work functions.
        item: what to do.

    Returns:
        The verdict that concerns the whole account, if there was one.

    Raises:
        LaneLost: the lane was taken over meanwhile; the item will be done again there.
    """
    result = _attempted(lane, handlers, item)
    now = clock.now()
    with transaction.atomic():
        renew(taken)
        if isinstance(result, Verdict):
            return _postpone(lane, item, result, now)
        _conclude(item, result)
    return None


def _attempted(lane: Lane, handlers: Handlers, item: WorkItem) -> datetime | Verdict | None:
    """Call the work function; what it raises becomes a verdict."""
    function = handlers.work.get(item.kind)
    if function is None:
        log.error("nobody knows this kind of work", kind=item.kind, subject=item.subject)
        return Verdict(VerdictKind.REFUSED, "unknown_kind", f"Nobody does «{item.kind}» here.")
    try:
        return function(lane, item.subject)
    except ProviderFailure as failure:
        return failure.verdict
    except ConfigurationFault as fault:
        log.error("installation cannot do this work", kind=item.kind, problem=str(fault))  # noqa: TRY400 -- the words say it all
        return Verdict(VerdictKind.OPERATOR_FAULT, code=fault.code, explanation=str(fault))
    except Exception:  # an item that breaks must not stop the lane's other work and mail
        log.exception("work broke", kind=item.kind, subject=item.subject)
        return Verdict(
            VerdictKind.RETRY, INTERNAL_ERROR, "A fault of Classbell interrupted this work."
        )


def _conclude(item: WorkItem, again_at: datetime | None) -> None:
    """Remove an item that is done, or set when it runs again; not if it was asked for anew."""
    unchanged = WorkItem.objects.filter(pk=item.pk, revision=item.revision)
    if again_at is None:
        unchanged.delete()
    else:
        unchanged.update(due_at=again_at, attempt=0, problem_code="", problem="")


def _postpone(lane: Lane, item: WorkItem, verdict: Verdict, now: datetime) -> Verdict | None:
    """Note the problem and when to try again."""
    decision = decide(verdict, item.attempt + 1, now)
    match decision:
        case Retry(at):
            due_at = at
        case MarkUnknown():
            # Work functions repeat safely: what they write carries its own id or version.
            due_at = now + delay(item.attempt + 1)
        case HoldLane():
            due_at = now + WHILE_ACCOUNT_IS_LOST
        case Fail():
            log.error("work failed", kind=item.kind, subject=item.subject, reason_code=verdict.code)
            due_at = now + AFTER_GIVING_UP
        case _:
            due_at = item.due_at
    WorkItem.objects.filter(pk=item.pk).update(
        attempt=F("attempt") + 1,
        problem_code=(verdict.code or verdict.kind.value)[:100],
        problem=verdict.explanation[:500],
    )
    WorkItem.objects.filter(pk=item.pk, revision=item.revision).update(due_at=due_at)
    return verdict if pause(lane, decision, now) else None
