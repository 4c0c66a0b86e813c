"""Held mail on which admins decide: after a change of account, or when it is much or old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min

from classbell.delivery.hold import cancel_waiting, release
from classbell.domain.connections.waiting import REASONS, rows_to_decide
from classbell.domain.notifications.destination import destination_for
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.moving import move_alone
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, Connection, Lane, Message, MessageState
from classbell.storage.queries.connections import connection_of

DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class HeldKind:
    """Held messages of one kind: its title and how many."""

    title: str
    count: int


@dataclass(frozen=True, slots=True)
class HeldSummary:
    """The catalog's held mail.

    Attributes:
        to_decide: messages that go out only when an admin says so.
        waiting: messages that go out by themselves when the connection is back.
        reasons: why the former wait for a decision, sentences.
        kinds: the former by kind, most first.
        oldest_due: when the first of them should have gone out.
        next_expiry: when the next of them is given up.
        can_release: whether an account or another route is there that could send them now.
    """

    to_decide: int
    waiting: int
    reasons: tuple[str, ...] = ()
    kinds: tuple[HeldKind, ...] = ()
    oldest_due: datetime | None = None
    next_expiry: datetime | None = None
    can_release: bool = False


def held_summary(ports: Ports, catalog: Catalog) -> HeldSummary:
    """Count the catalog's held mail; changes nothing."""
    now = ports.clock.now()
    held = Message.objects.filter(catalog=catalog, state=MessageState.HELD, expires_at__gt=now)
    rows = rows_to_decide(catalog).filter(expires_at__gt=now)
    facts = rows.aggregate(count=Count("pk"), oldest=Min("due_at"), expiry=Min("expires_at"))
    by_kind = rows.values("notification__kind").annotate(count=Count("pk"))
    by_kind = by_kind.order_by("-count", "notification__kind")
    codes = sorted(set(rows.values_list("reason_code", flat=True).distinct()))
    return HeldSummary(
        to_decide=facts["count"],
        waiting=held.count() - facts["count"],
        reasons=tuple(REASONS[code] for code in codes),
        kinds=tuple(HeldKind(_title(row["notification__kind"]), row["count"]) for row in by_kind),
        oldest_due=facts["oldest"],
        next_expiry=facts["expiry"],
        can_release=_sending_lane(ports, connection_of(catalog)) is not None,
    )


def release_held(ports: Ports, *, catalog: Catalog, actor: Actor) -> int:
    """Let the mail go on which an admin has to decide, by the route that the catalog uses now.

    Returns:
        How many messages are queued; those whose time has passed are given up.

    Raises:
        InvalidInput: no working account is connected, or the toggle is off.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    with transaction.atomic():
        move_alone(catalog.organisation_id)
        rows = Connection.objects.select_for_update(of=("self",))
        connections = rows.select_related("account", "catalog")
        lane = _sending_lane(ports, connections.filter(catalog=catalog).first())
        if lane is None:
            raise InvalidInput(
                "No working account is connected to this catalog.",
                field="account",
                meaning="The messages stay where they are.",
                remedy="Connect an account and switch the connection on, then send them.",
            )
        queued = 0
        if rows_to_decide(catalog).update(lane=lane):
            queued = release(ports, lane, ports.clock.now())
        _tell(ports, catalog, "held_mail.released", actor, queued)
    return queued


def discard_held(ports: Ports, *, catalog: Catalog, actor: Actor) -> int:
    """Give up the mail on which an admin has to decide; the ledger says that it was discarded.

    Returns:
        How many messages were cancelled.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    with transaction.atomic():
        discarded = cancel_waiting(
            rows_to_decide(catalog),
            reason_code=DISCARDED,
            reason=f"{actor.name} decided that it is not to be sent any more."[:500],
            now=ports.clock.now(),
        )
        _tell(ports, catalog, "held_mail.discarded", actor, discarded)
    return discarded


def _sending_lane(ports: Ports, connection: Connection | None) -> Lane | None:
    """Return the lane that could send the catalog's mail now."""
    if connection is None:
        return None
    target = destination_for(ports, connection)
    return target.lane if target.state == MessageState.QUEUED else None


def _title(kind: str) -> str:
    """Return what admins call a kind; one that is not known any more goes by its name."""
    return REGISTRY[kind].title if kind in REGISTRY else kind


def _tell(ports: Ports, catalog: Catalog, action: str, actor: Actor, messages: int) -> None:
    """Write record and event."""
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"catalog:{catalog.slug}",
        after={"messages": messages},
    )
    emit(
        ports,
        catalog=catalog,
        name=action,
        payload={"catalog": catalog.slug, "messages": messages},
    )
