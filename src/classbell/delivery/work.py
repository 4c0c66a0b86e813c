"""Work items: asking a lane to do something beside mail, once however often it is asked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Least

from classbell.delivery.lanes import make_due
from classbell.ports.bundle import Ports
from classbell.storage.models import Lane, WorkItem

NORMAL, BULK = 50, 80


def ask(
    ports: Ports, lane: Lane, *, kind: str, subject: str, due_at: datetime, priority: int = NORMAL
) -> None:
    """Ask a lane to do something; asking again while it waits is still one item.

    Runs in the caller's transaction. The earlier due time and the more urgent priority win; an item
    asked for again while it runs is done again.

    Args:
        ports: for the clock and the doorbell.
        lane: who does it.
        kind: which of the lane's work functions.
        subject: about what, usually an id.
        due_at: business time before which it is not begun.
        priority: lower goes first (10 urgent, 50 normal, 80 bulk).
    """
    with transaction.atomic():
        # The lane first, as its holder does: the other way round, somebody who asks for an item
        # just when it is being finished and that holder would wait for each other.
        wake(ports, lane, due_at)
        put(lane, kind=kind, subject=subject, due_at=due_at, priority=priority)


def put(lane: Lane, *, kind: str, subject: str, due_at: datetime, priority: int = NORMAL) -> None:
    """Write down something to do without waking the lane, for its holder sees it by itself.

    Args:
        lane: who does it.
        kind: which of the lane's work functions.
        subject: about what, usually an id.
        due_at: business time before which it is not begun.
        priority: lower goes first (10 urgent, 50 normal, 80 bulk).
    """
    # The update comes first, for it locks a waiting item against being finished meanwhile.
    # An item inserted by somebody else between the two statements is met in the next round.
    while not _ask_again(lane, kind, subject, due_at, priority):
        WorkItem.objects.bulk_create(
            [
                WorkItem(
                    lane=lane,
                    kind=kind,
                    subject=subject,
                    due_at=due_at,
                    priority=priority,
                    revision=0,
                )
            ],
            ignore_conflicts=True,
        )


def wake(ports: Ports, lane: Lane, due_at: datetime) -> None:
    """Let a lane run at a moment: ring where that is now, else leave it to the sweep."""
    if due_at <= ports.clock.now():
        ports.doorbell.ring([lane.pk])
    else:
        make_due([lane.pk], due_at)


def _ask_again(lane: Lane, kind: str, subject: str, due_at: datetime, priority: int) -> bool:
    """Ask for an item that waits already; False where there is none."""
    moment = Value(due_at, output_field=DateTimeField())
    waiting = WorkItem.objects.filter(lane=lane, kind=kind, subject=subject)
    return bool(
        waiting.update(
            revision=F("revision") + 1,
            due_at=Least(F("due_at"), moment),
            priority=Least(F("priority"), Value(priority)),
            attempt=0,
        )
    )
