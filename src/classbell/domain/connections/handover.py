"""A change of account carried out: sessions move, and the former account is let go when they have.

How far it is follows from the sessions' entries and retired events, so that it goes on where it was
after any interruption. Each session's own reconciliation moves it: the former account cancels its
event, which frees the room, then the new one makes its own and requests the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.work import ask
from classbell.domain.connections.letting_go import let_go
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import CLASSBELL, Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.request import request_all
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountChange,
    AccountChangeState,
    AccountState,
    Catalog,
    Connection,
    Lane,
    RetiredEvent,
)
from classbell.storage.queries.connections import (
    catalogs_served,
    planned_entries,
    upcoming_entries,
)
from classbell.storage.queries.handover import left_behind, still_to_clear

HAND_OVER = "hand_over"
LOOKED_AT_EVERY = timedelta(minutes=1)
NORMAL = 50


@dataclass(frozen=True, slots=True)
class Handover:
    """How far a change of account is.

    Attributes:
        change: the row; None where there never was a change.
        moved: sessions whose entry is the new account's.
        to_cancel: events that the former account has yet to cancel.
        left: events to come that nobody can cancel any more.
    """

    change: AccountChange | None
    moved: int = 0
    to_cancel: int = 0
    left: tuple[RetiredEvent, ...] = ()


def begin_handover(
    ports: Ports, connection: Connection, former: Account, to: Account, actor: Actor
) -> bool:
    """Write down that a catalog's sessions move to another account, in the caller's transaction.

    Args:
        ports: the outside world.
        connection: the catalog's setting.
        former: whose entries there are.
        to: the account that takes them over.
        actor: who decided it.

    Returns:
        Whether the former account still has entries to cancel, so that its tokens are kept for it.
    """
    catalog, now = connection.catalog, ports.clock.now()
    count = upcoming_entries(catalog, former, now).count()
    if not count:
        return False
    usable = former.state == AccountState.CONNECTED
    running = AccountChange.objects.filter(catalog=catalog, state=AccountChangeState.RUNNING)
    running.update(state=AccountChangeState.DONE, finished_at=now)
    change = AccountChange.objects.create(
        catalog=catalog,
        from_account=former,
        to_account=to,
        state=AccountChangeState.RUNNING,
        from_usable=usable,
        sessions=count,
        started_by=actor.person,
        started_at=now,
    )
    ask(
        ports,
        mailbox_lane(to),
        kind=HAND_OVER,
        subject=str(change.pk),
        due_at=now + LOOKED_AT_EVERY,
        priority=NORMAL,
    )
    return usable


def hand_over(ports: Ports, _lane: Lane, change_id: str) -> datetime | None:
    """See whether a change of account is through: the work «hand_over» of a mailbox lane.

    Returns:
        When to look again, in business time; None when nothing is left to do.
    """
    now = ports.clock.now()
    with transaction.atomic():
        rows = AccountChange.objects.select_for_update(of=("self",))
        change = (
            rows.select_related("catalog", "from_account", "to_account")
            .filter(pk=UUID(change_id), state=AccountChangeState.RUNNING)
            .first()
        )
        if change is None:
            return None
        former = change.from_account
        # Between the former account's event and the new one's, a session stands in no calendar.
        moving = (
            upcoming_entries(change.catalog, former, now).exists()
            or planned_entries(change.catalog, change.to_account, now).exists()
        )
        clearing = former.state == AccountState.CONNECTED and still_to_clear(change, now).exists()
        if moving or clearing:
            return now + LOOKED_AT_EVERY
        change.state, change.finished_at = AccountChangeState.DONE, now
        change.save(update_fields=["state", "finished_at"])
        _let_go_where_unused(ports, former)
        _tell(ports, change)
    return None


def handover_of(ports: Ports, catalog: Catalog) -> Handover:
    """Return how far the latest change of account of a catalog is; reads only."""
    now = ports.clock.now()
    left = tuple(left_behind(catalog, now))
    change = (
        AccountChange.objects.select_related("from_account", "to_account")
        .filter(catalog=catalog)
        .order_by("-started_at")
        .first()
    )
    if change is None:
        return Handover(None, left=left)
    return Handover(
        change=change,
        moved=upcoming_entries(catalog, change.to_account, now).count(),
        to_cancel=still_to_clear(change, now).count(),
        left=left,
    )


def events_cleared(ports: Ports, *, catalog: Catalog, actor: Actor) -> int:
    """Believe an admin that the events nobody could cancel were removed by hand.

    They go off the list, and the sessions are looked at, which requests refused rooms again.

    Returns:
        How many events.

    Raises:
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    now = ports.clock.now()
    with transaction.atomic():
        ids = list(left_behind(catalog, now).values_list("pk", flat=True))
        gone = RetiredEvent.objects.filter(pk__in=ids).update(cancelled_at=now)
        if gone:
            request_all(ports, catalog)
            record(
                ports,
                actor=actor,
                catalog=catalog,
                action="events.cleared_by_hand",
                subject=f"catalog:{catalog.slug}",
                after={"events": gone},
            )
    return gone


def _let_go_where_unused(ports: Ports, former: Account) -> None:
    """Delete the tokens of an account that no catalog uses or hands over any more."""
    others = AccountChange.objects.filter(
        from_account=former, from_usable=True, state=AccountChangeState.RUNNING
    )
    if former.state != AccountState.DISCONNECTED and not (
        others.exists() or catalogs_served(former).exists()
    ):
        let_go(former, mailbox_lane(former), ports.clock.now())


def _tell(ports: Ports, change: AccountChange) -> None:
    """Write record and event of a change that is through."""
    catalog = change.catalog
    record(
        ports,
        actor=CLASSBELL,
        catalog=catalog,
        action="account.changed",
        subject=f"catalog:{catalog.slug}",
        before={"account": change.from_account.address},
        after={"sessions": change.sessions},
    )
    emit(
        ports,
        catalog=catalog,
        name="account.changed",
        payload={"catalog": catalog.slug, "sessions": change.sessions},
    )
