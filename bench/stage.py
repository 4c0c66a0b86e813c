"""The real product on a stage: its own ports and handlers, its provider a server of the bench.

Needs Django's settings: name the servers by `bench.delivery.start_django` first.
"""

import os
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import connections, transaction
from django.db.models import F

from bench.peers import Peer
from classbell import bootstrap
from classbell.delivery.drain import drain
from classbell.delivery.lanes import take
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.domain.notifications.notify import notify
from classbell.engine.pool import Pool
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    CourseSession,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Notification,
    Person,
)
from tests.support import CONTOSO, NOW, a_catalog, a_connected_account, a_session, an_organisation


def a_sender(ports: Ports, peer: Peer) -> Account:
    """Return the catalog's account, connected with a token that the sandbox accepts."""
    account = a_connected_account(ports, a_catalog())
    account.sealed_tokens = seal_tokens(
        ports, Tokens(peer.token, "none"), place=account_place(account.pk)
    )
    account.token_expires_at = ports.clock.now() + timedelta(days=400)
    account.save()
    return account


def learners(count: int, *, languages: tuple[str, ...] = ("en",)) -> list[UUID]:
    """Make so many learners, the languages by turns, and return their ids."""
    rows = [
        Person(
            id=uuid5(CONTOSO, f"row {number}"),
            organisation=an_organisation(),
            address=f"learner.{number}@elsewhere.example",
            address_key=f"learner.{number}@elsewhere.example",
            name=f"Learner {number}",
            language=languages[number % len(languages)],
            time_zone="Europe/Copenhagen",
            created_at=NOW,
        )
        for number in range(count)
    ]
    Person.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)
    return [row.pk for row in rows]


def a_session_ahead(ports: Ports) -> CourseSession:
    """Return a session a week ahead."""
    return a_session(code=os.urandom(4).hex(), starts_at=ports.clock.now() + timedelta(days=7))


def tell(ports: Ports, kind: str, people: list[UUID], session: CourseSession) -> Notification:
    """Accept a notification, as the product does where its cause is written down."""
    context = {"session": str(session.pk), "subject": "Bring a pencil", "text": "And paper."}
    with transaction.atomic():
        made = notify(
            ports,
            kind=kind,
            organisation_id=an_organisation().pk,
            catalog=session.course.catalog,
            audience=people,
            context=context,
        )
    if made is None:
        raise RuntimeError("Nobody was told.")
    return made


def expand(ports: Ports) -> None:
    """Write all message rows that are asked for, and nothing else."""
    while Notification.objects.exclude(expanded=F("audience_size")).exists():
        serve_once(ports, only=LaneKind.HOUSEKEEPING)


def serve_once(ports: Ports, *, only: LaneKind | None = None, at_once: int = 3) -> None:
    """Serve each lane that is due once, as a worker would."""
    with Pool(at_once, "wire", connections.close_all) as wire:
        for taken in take(ports.clock.now(), holder="bench", limit=100, lease_seconds=15):
            lane = Lane.objects.get(pk=taken.lane_id)
            if only in {None, lane.kind}:
                drain(ports, taken, bootstrap.handlers_for(lane), wire=wire)


def is_open(notification: Notification) -> bool:
    """Say whether somebody of its audience is still to be written to."""
    notification.refresh_from_db(fields=["expanded"])
    if notification.expanded < notification.audience_size:
        return True
    waiting = (MessageState.QUEUED, MessageState.SENDING)
    return Message.objects.filter(notification=notification, state__in=waiting).exists()
