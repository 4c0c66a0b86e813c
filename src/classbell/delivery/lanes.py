"""Lanes: finding them, taking them with an epoch and a lease, and letting them go again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Least, Now

from classbell.storage.models import Account, Lane, LaneKind

LEASE_SECONDS = 15.0
"""For how long a lane is held without a sign of life; a call to a provider takes less."""

INSTALLATION = "installation"
"""Key of the housekeeping lane that belongs to no organisation."""

MARGIN_SECONDS = 2.0
"""Nothing is sent with less than this left of the lease."""


class LaneLost(Exception):
    """Somebody else holds the lane now; its former holder must stop at once."""


@dataclass(slots=True, eq=False)
class TakenLane:
    """A lane in one holder's hands.

    Attributes:
        lane_id: the lane's id.
        epoch: fences every write of this holder.
        lease_seconds: machine seconds for which each renewal holds.
        lease_ends: when the lease ends, by ``time.monotonic``; renewals move it on.
        last_step: when its holder last showed progress, by ``time.monotonic``.
    """

    lane_id: int
    epoch: int
    lease_seconds: float
    lease_ends: float
    last_step: float

    def may_send(self) -> bool:
        """Say whether enough of the lease is left to put something on the wire.

        A process that was frozen and wakes after its lane was taken over finds out here, before it
        sends what the new holder may already have judged.
        """
        margin = min(MARGIN_SECONDS, self.lease_seconds / 4)
        return monotonic() < self.lease_ends - margin


def lane_for(kind: LaneKind, key: str, *, organisation_id: UUID | None) -> Lane:
    """Return the lane of this kind and key, made at first need.

    Args:
        kind: what its work talks to.
        key: which one of them, such as an account's id.
        organisation_id: whose it is; None for the installation's own.
    """
    lane, _ = Lane.objects.get_or_create(
        kind=kind, key=key, defaults={"organisation_id": organisation_id}
    )
    return lane


def mailbox_lane(account: Account) -> Lane:
    """Return the lane of everything that talks to an account's mailbox."""
    return lane_for(LaneKind.MAILBOX, str(account.pk), organisation_id=account.organisation_id)


def housekeeping_lane(organisation_id: UUID | None) -> Lane:
    """Return the lane of an organisation's work that talks to nobody outside.

    Args:
        organisation_id: whose work; None for the installation's own.
    """
    key = INSTALLATION if organisation_id is None else str(organisation_id)
    return lane_for(LaneKind.HOUSEKEEPING, key, organisation_id=organisation_id)


def system_lane() -> Lane:
    """Return the lane of the operator's system mailer."""
    return lane_for(LaneKind.SYSTEM_MAILER, "system", organisation_id=None)


def lock_lanes(organisation_id: UUID) -> None:
    """Lock the lanes of everything an organisation talks to, before a transaction rings several.

    Whoever rings more than one lane gets their locks in one order, or two could wait for each other
    for ever: what an organisation talks to by id, the system mailer's, housekeeping's last. A
    transaction that cannot keep to that by itself, because what it does decides which lanes it
    rings, begins with this; rows of accounts and settings that it locks come before.

    Args:
        organisation_id: whose lanes; housekeeping's is not among them.
    """
    rows = Lane.objects.filter(organisation_id=organisation_id).exclude(kind=LaneKind.HOUSEKEEPING)
    # No key: rows that only name a lane, such as new messages, may be written meanwhile.
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def make_due(lane_ids: Iterable[int], at: datetime) -> None:
    """Let lanes be taken at a moment, or earlier where they are due earlier already.

    Runs in the caller's transaction, last. The rows are written even where they are due already:
    a holder that is just finishing must wait for this transaction, or it would overlook its rows.

    Args:
        lane_ids: which lanes; locked in the order of their ids, so that two callers that ring
            several lanes cannot wait for each other.
        at: business time.
    """
    wanted = sorted(set(lane_ids))
    if len(wanted) > 1:
        list(Lane.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values("pk"))
    Lane.objects.filter(pk__in=wanted).update(due_at=_earlier(at))


def take(now: datetime, *, holder: str, limit: int, lease_seconds: float) -> list[TakenLane]:
    """Take lanes that are due and free, or whose holder has not been heard of for a lease.

    Each taking raises the lane's epoch. Two workers never get the same lane: PostgreSQL skips rows
    another is taking, SQLite has one writer at a time.

    Args:
        now: business time, which decides what is due.
        holder: who takes them, for people to read.
        limit: most lanes to take.
        lease_seconds: machine seconds to hold them for; the database's clock counts them.
    """
    began = monotonic()
    abandoned, due = Q(lease_until__lte=Now()), Q(lease_until__isnull=True, due_at__lte=now)
    # Most looks find nothing, and a look alone need not compete with those who write.
    if not any(Lane.objects.filter(wanted).exists() for wanted in (abandoned, due)):
        return []
    with transaction.atomic():
        found = _candidates(abandoned, "lease_until", limit)
        if len(found) < limit:
            found += _candidates(due, "due_at", limit - len(found))
        if found:
            Lane.objects.filter(pk__in=[pk for pk, _ in found]).update(
                epoch=F("epoch") + 1,
                lease_until=_lease_end(lease_seconds),
                holder=holder,
                due_at=None,
            )
    ends = began + lease_seconds
    return [TakenLane(pk, epoch + 1, lease_seconds, ends, began) for pk, epoch in found]


def renew(taken: TakenLane) -> None:
    """Prolong the lease; in a transaction, this is the fence that everything written leans on.

    Raises:
        LaneLost: somebody else has taken the lane over.
    """
    began = monotonic()
    held = Lane.objects.filter(
        pk=taken.lane_id, epoch=taken.epoch, lease_until__isnull=False
    ).update(lease_until=_lease_end(taken.lease_seconds))
    if not held:
        raise LaneLost(f"Lane {taken.lane_id} is no longer held in epoch {taken.epoch}.")
    taken.lease_ends = began + taken.lease_seconds


def keep(taken: Sequence[TakenLane], *, patience_seconds: float) -> None:
    """Renew the leases of lanes whose holders are busy with something long.

    Args:
        taken: the lanes this process holds.
        patience_seconds: a holder without progress for longer is given up, so that a call that
            never returns does not keep its lane for ever.
    """
    for lane in taken:
        if monotonic() - lane.last_step > patience_seconds:
            continue
        try:
            renew(lane)
        except LaneLost:
            # Its holder finds out by itself at its next step, and writes nothing.
            continue


def finish(taken: TakenLane, next_at: datetime | None) -> bool:
    """Let a lane go.

    Args:
        taken: the lane.
        next_at: business time at which it has something to do again, or None. A ring that came
            meanwhile is kept where it is earlier.

    Returns:
        Whether it was still ours.
    """
    changes: dict[str, object] = {"lease_until": None, "holder": ""}
    if next_at is not None:
        changes["due_at"] = _earlier(next_at)
    held = Lane.objects.filter(pk=taken.lane_id, epoch=taken.epoch, lease_until__isnull=False)
    return held.update(**changes) == 1


def end_all_leases() -> int:
    """Let every held lane be taken over at once.

    Only for a worker that knows it is alone: one that starts on a SQLite file whose lock it holds.
    """
    return Lane.objects.filter(lease_until__isnull=False).update(lease_until=Now())


def next_due(now: datetime) -> datetime | None:
    """Return when the next free lane falls due, or None; past moments included."""
    return (
        Lane.objects.filter(lease_until__isnull=True, due_at__gt=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )


def _candidates(wanted: Q, order: str, limit: int) -> list[tuple[int, int]]:
    """Lock and return ids and epochs of lanes to take, passing over those another is taking."""
    rows = Lane.objects.select_for_update(skip_locked=True).filter(wanted).order_by(order)
    return list(rows.values_list("pk", "epoch")[:limit])


def _earlier(at: datetime) -> Case:
    """Keep the earlier due time; SQLite's MIN with a missing value would be a missing value."""
    moment = Value(at, output_field=DateTimeField())
    return Case(
        When(due_at__isnull=True, then=moment),
        default=Least(F("due_at"), moment),
        output_field=DateTimeField(),
    )


def _lease_end(seconds: float) -> object:
    """Reckon the lease's end by the database's clock, the one all machines share."""
    return Now() + timedelta(seconds=seconds)
