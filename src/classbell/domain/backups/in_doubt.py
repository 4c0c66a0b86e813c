"""After a restore: everything that may have left since the backup waits for a decision."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Min

from classbell.delivery.doubt import LOOK_UP, LOOK_UP_PRIORITY, RESTORED, RESTORED_REASON
from classbell.delivery.lanes import end_all_leases, housekeeping_lane
from classbell.delivery.ledger import move
from classbell.delivery.work import put
from classbell.domain.connections.alerts import tell_held_mail
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.reminders.send import send_reminders
from classbell.domain.organisations.audit import OPERATOR, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import (
    Catalog,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
    Notification,
    Organisation,
    PersonLink,
    Restoration,
    SignInJourney,
    WorkerHeartbeat,
)
from classbell.storage.visits import end_all_visits


def doubt_everything(ports: Ports, restoration: Restoration) -> tuple[int, int]:
    """Put in doubt all that waits, and let the lanes go; no lane can be taken before.

    Everything that is due by now is written down first (reminders, messages of notifications that
    were only half expanded), for the lost database may have done the same and sent it. What is
    caused from now on is new and goes out as ever. Repeating it is safe at any point.

    Args:
        ports: the outside world, of which only the clock and the doorbell are used.
        restoration: the restore, not finished.

    Returns:
        How many messages wait for a decision, and how many were on the wire.
    """
    _write_down_what_is_due(ports)
    with transaction.atomic():
        in_doubt = _doubt_what_was_on_the_wire(ports)
        held = _hold_what_waits(ports)
        _forget_visits(ports)
        catalogs = _tell(ports)
        for organisation in Organisation.objects.all():
            record(
                ports,
                actor=OPERATOR,
                catalog=None,
                organisation_id=organisation.pk,
                action="backup.restored",
                subject=f"organisation:{organisation.tenant_id}",
                after={"taken_at": restoration.taken_at.isoformat(), "catalogs_told": catalogs},
            )
        Restoration.objects.filter(pk=restoration.pk).update(
            finished_at=ports.clock.now(), held=held, in_doubt=in_doubt
        )
    end_all_leases()
    return held, in_doubt


def _write_down_what_is_due(ports: Ports) -> None:
    """Write reminders that are due by now, and every message row there should be."""
    for catalog in Catalog.objects.all():
        lane = housekeeping_lane(catalog.organisation_id)
        while (again := send_reminders(ports, lane, str(catalog.pk))) is not None:
            if again > ports.clock.now():
                break
    for notification in Notification.objects.order_by("created_at").only("pk", "organisation_id"):
        lane = housekeeping_lane(notification.organisation_id)
        while expand_notification(ports, lane, str(notification.pk)) is not None:
            continue


def _doubt_what_was_on_the_wire(ports: Ports) -> int:
    """Mark as unknown what was being sent, and ask where the provider can be asked.

    A mail that turns out not to have left by that try is left in doubt all the same: it may have
    left by a later one.
    """
    now = ports.clock.now()
    flying = Envelope.objects.filter(state=EnvelopeState.SENDING)
    asked = list(flying.filter(traceable=True).values_list("pk", "lane_id"))
    moved = move(
        Message.objects.all(),
        start=MessageState.SENDING,
        end=MessageState.UNKNOWN,
        now=now,
        reason_code=RESTORED,
        reason=RESTORED_REASON,
    )
    Message.objects.filter(state=MessageState.UNKNOWN).update(
        reason_code=RESTORED, reason=RESTORED_REASON
    )
    flying.update(
        state=EnvelopeState.UNKNOWN,
        settled_at=now,
        verdict=VerdictKind.UNKNOWN,
        code=RESTORED,
        explanation=RESTORED_REASON,
    )
    lanes = Lane.objects.in_bulk({lane_id for _, lane_id in asked})
    for envelope_id, lane_id in asked:
        put(
            lanes[lane_id],
            kind=LOOK_UP,
            subject=str(envelope_id),
            due_at=now,
            priority=LOOK_UP_PRIORITY,
        )
    Lane.objects.filter(pk__in=lanes).update(due_at=now)
    return moved


def _hold_what_waits(ports: Ports) -> int:
    """Take what waits off its lane, so that only a decision lets it go."""
    rows, now = Message.objects.all(), ports.clock.now()
    move(rows, start=MessageState.QUEUED, end=MessageState.HELD, now=now)
    return rows.filter(state=MessageState.HELD).update(
        lane=None, reason_code=RESTORED, reason=RESTORED_REASON
    )


def _forget_visits(ports: Ports) -> None:
    """End what was valid once: visits, sign-ins under way, links that may have been used.

    The workers that lived then are not those of now.
    """
    WorkerHeartbeat.objects.all().delete()
    end_all_visits()
    SignInJourney.objects.all().delete()
    PersonLink.objects.filter(used_at=None).update(expires_at=ports.clock.now())


def _tell(ports: Ports) -> int:
    """Tell the admins of each catalog that has mail to decide on; return how many catalogs."""
    waiting = Message.objects.filter(state=MessageState.HELD, expires_at__gt=ports.clock.now())
    told = 0
    for catalog in Catalog.objects.filter(pk__in=waiting.values("catalog_id")):
        facts = waiting.filter(catalog=catalog).aggregate(rows=Count("pk"), oldest=Min("due_at"))
        tell_held_mail(ports, catalog, facts["rows"], facts["oldest"])
        told += 1
    return told
