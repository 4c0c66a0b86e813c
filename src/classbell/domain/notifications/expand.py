"""Expanding a notification into message rows, in batches that can stop and start anywhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from classbell.delivery.ledger import Addressee, Birth, expand, expand_to_people
from classbell.domain.notifications.destination import destination_of
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.moving import watch
from classbell.domain.notifications.preferences import DECLINED, who_declined
from classbell.domain.notifications.templates.effective import most_together
from classbell.ports.bundle import Ports
from classbell.storage.models import Lane, MessageState, Notification

BATCH_ROWS = 500
BATCHES_A_TURN = 20
PAUSE_SECONDS = 0.005
URGENT, NORMAL = 10, 50


def expand_notification(ports: Ports, _lane: Lane, notification_id: str) -> datetime | None:
    """Write the next message rows of a notification; the work handler «expand».

    Each batch is a transaction of its own and remembers how far it came, so a crash repeats
    nothing and leaves nothing out. A turn is short, so that the lane's lease never runs out. The
    audience, which never changes, is read once for a turn.

    Returns:
        None when every member has a row, else the moment to go on.
    """
    rows = Notification.objects.select_related("catalog")
    notification = rows.filter(pk=UUID(notification_id)).first()
    if notification is None:
        return None
    done = notification.expanded
    for _ in range(BATCHES_A_TURN):
        if done >= notification.audience_size:
            return None
        done = _expand_batch(ports, notification, done)
        # SQLite lets waiting writers in by chance only; without a pause one could wait for long.
        time.sleep(PAUSE_SECONDS)
    return ports.clock.now() if done < notification.audience_size else None


def _expand_batch(ports: Ports, notification: Notification, done: int) -> int:
    """Write one batch, beginning after ``done`` members; return how many have rows then."""
    upto = min(done + BATCH_ROWS, notification.audience_size)
    members = notification.audience[done:upto]
    language, zone = _habits(notification)
    with transaction.atomic():
        destination = destination_of(ports, notification)
        birth = Birth(
            destination.lane,
            destination.state,
            destination.reason,
            URGENT if notification.urgent else NORMAL,
            most_together(notification),
        )
        people = [UUID(member) for member in members if isinstance(member, str)]
        for group, born in _births(notification, people, birth):
            expand_to_people(ports, notification, group, born, language=language, time_zone=zone)
        others = [
            Addressee(None, address, name, language, zone)
            for address, name in (member for member in members if isinstance(member, list))
        ]
        expand(ports, notification, others, birth, upto=upto)
        if destination.watched and destination.lane is not None:
            watch(ports, destination.lane)
    return upto


def _births(
    notification: Notification, people: Sequence[UUID], birth: Birth
) -> list[tuple[list[UUID], Birth]]:
    """Return who begins how: those who declined the kind are never sent it, copies go singly.

    A copy says whose mail it is, which those it went to do not read.
    """
    declined = who_declined(kind_named(notification.kind), people)
    copies = frozenset(UUID(one) for one in notification.copies.get("people", ())) - declined
    never = replace(birth, lane=None, state=MessageState.NOT_SENT, reason=DECLINED)
    groups = (
        ([one for one in people if one not in declined and one not in copies], birth),
        ([one for one in people if one in copies], replace(birth, most_together=1)),
        ([one for one in people if one in declined], never),
    )
    return [(group, born) for group, born in groups if group]


def _habits(notification: Notification) -> tuple[str, str]:
    """Return language and time zone for those who have chosen none: the catalog's."""
    catalog = notification.catalog
    return (catalog.language, catalog.time_zone) if catalog else ("en", "UTC")
