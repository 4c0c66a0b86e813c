"""Held mail of no catalog, on which the operator decides, such as alerts and sign-in links."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from classbell.delivery.doubt import RESTORED
from classbell.delivery.hold import cancel_waiting, release
from classbell.domain.connections.held_mail import DISCARDED
from classbell.domain.notifications.destination import destination_of
from classbell.ports.bundle import Ports
from classbell.storage.models import Message, MessageState


def own_mail() -> QuerySet[Message]:
    """Return the held mail that belongs to no catalog and waits because of a restore."""
    rows = Message.objects.filter(catalog=None, state=MessageState.HELD, reason_code=RESTORED)
    return rows.select_related("notification")


def release_own(ports: Ports) -> int:
    """Let that mail go by the route of today; return how many messages are queued."""
    queued, now = 0, ports.clock.now()
    with transaction.atomic():
        for message in own_mail().order_by("pk"):
            lane = destination_of(ports, message.notification).lane
            if lane is not None and Message.objects.filter(pk=message.pk).update(lane=lane):
                queued += release(ports, lane, now)
    return queued


def discard_own(ports: Ports) -> int:
    """Give that mail up; return how many messages are cancelled."""
    return cancel_waiting(
        own_mail(),
        reason_code=DISCARDED,
        reason="The operator decided that it is not to be sent any more.",
        now=ports.clock.now(),
    )
