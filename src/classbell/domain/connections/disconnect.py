"""Disconnecting a catalog from its account, with its consequences counted beforehand."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.letting_go import let_go
from classbell.domain.connections.waiting import DISCONNECTED, set_aside
from classbell.domain.notifications.moving import move_alone
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    Account,
    Catalog,
    Connection,
    CourseSession,
    Lane,
    WorkItem,
)
from classbell.storage.queries.connections import (
    catalogs_served,
    connection_of,
    upcoming_entries,
    waiting_messages,
)
from classbell.storage.queries.email_provider import active_provider, lane_of, provider_of

CHUNK = 500
"""Ids in one statement, well below the limits of either store."""


@dataclass(frozen=True, slots=True)
class DisconnectPlan:
    """What disconnecting, or switching off, would concern.

    Attributes:
        waiting_messages: messages of the catalog that are neither sent nor given up; they stay,
            held, until they expire.
        upcoming_sessions: sessions to come that have an entry in the account's calendar; the
            entries stay there, and changes no longer reach them.
        booked_rooms: how many of those have a room that accepted.
        shared_with: other catalogs that go on using the account; where there are none, its tokens
            are deleted.
        mail_goes_on: whether the catalog's mail takes another route anyway.
    """

    waiting_messages: int
    upcoming_sessions: int
    booked_rooms: int
    shared_with: int
    mail_goes_on: bool = False


def disconnect_plan(ports: Ports, catalog: Catalog) -> DisconnectPlan:
    """Count what disconnecting this catalog would concern; changes nothing."""
    connection = connection_of(catalog)
    account, provider = connection.account, active_provider(catalog.organisation_id)
    rows, goes_on = waiting_messages(catalog), False
    if connection.enabled and connection.use_acs and provider is not None:
        rows, goes_on = rows.exclude(lane__in=lane_of(provider)), True
    waiting = rows.count()
    if account is None:
        return DisconnectPlan(waiting, 0, 0, 0, goes_on)
    entries = upcoming_entries(catalog, account, ports.clock.now())
    booked = entries.filter(room_answer=Answer.ACCEPTED).exclude(session__room_address="")
    others = catalogs_served(account).exclude(pk=catalog.pk)
    return DisconnectPlan(waiting, entries.count(), booked.count(), others.count(), goes_on)


def disconnect(ports: Ports, *, catalog: Catalog, actor: Actor) -> DisconnectPlan:
    """Stop using the account for this catalog.

    Nothing is cancelled in Microsoft's calendar. Messages that wait are held until they expire;
    what falls due while disconnected is held as well. Mail that goes through Azure Communication
    Services by the catalog's own choice goes on; what had only fallen over to it is held. The
    account's tokens are deleted unless another catalog uses it.

    Args:
        ports: the outside world.
        catalog: which.
        actor: who does it.

    Returns:
        What it concerned.

    Raises:
        InvalidInput: no account is connected.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    with transaction.atomic():
        move_alone(catalog.organisation_id)
        rows = Connection.objects.select_for_update(of=("self",)).select_related("account")
        connection = rows.filter(catalog=catalog).first()
        if connection is None or connection.account is None:
            raise InvalidInput("No account is connected to this catalog.", field="account")
        plan = disconnect_plan(ports, catalog)
        account = connection.account
        connection.former_account, connection.account = account, None
        connection.disconnected_at = ports.clock.now()
        connection.save()
        detach(ports, connection, account, reason_code=DISCONNECTED)
        if not connection.use_acs:
            _hold_fallen_over(ports, catalog)
        _tell(ports, catalog, account, plan, actor)
    return plan


def _hold_fallen_over(ports: Ports, catalog: Catalog) -> None:
    """Hold what waits on the other route although the catalog has not chosen that."""
    provider = provider_of(catalog.organisation_id)
    for lane in lane_of(provider) if provider is not None else ():
        set_aside(catalog, lane, reason_code=DISCONNECTED, now=ports.clock.now())


def detach(
    ports: Ports,
    connection: Connection,
    account: Account,
    *,
    reason_code: str,
    keep_tokens: bool = False,
) -> None:
    """Take a catalog's mail and work off an account's lane, in the caller's transaction.

    Args:
        ports: the outside world.
        connection: the catalog's setting.
        account: the account it no longer uses.
        reason_code: why its mail waits now.
        keep_tokens: whether the account has events to cancel before it is let go.
    """
    now, lane = ports.clock.now(), mailbox_lane(account)
    set_aside(connection.catalog, lane, reason_code=reason_code, now=now)
    _drop_work(lane, connection.catalog)
    if not keep_tokens and not catalogs_served(account).exclude(pk=connection.catalog_id).exists():
        let_go(account, lane, now)


def _drop_work(lane: Lane, catalog: Catalog) -> None:
    """Remove the lane's work on the catalog's sessions."""
    sessions = CourseSession.objects.filter(course__catalog=catalog).values_list("id", flat=True)
    subjects = [str(session_id) for session_id in sessions]
    for begin in range(0, len(subjects), CHUNK):
        part = subjects[begin : begin + CHUNK]
        WorkItem.objects.filter(lane=lane, subject__in=part).delete()


def _tell(
    ports: Ports, catalog: Catalog, account: Account, plan: DisconnectPlan, actor: Actor
) -> None:
    """Write record and event."""
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="connection.disconnected",
        subject=f"catalog:{catalog.slug}",
        before={"account": account.address},
        after={"account": "", **asdict(plan)},
    )
    emit(
        ports,
        catalog=catalog,
        name="connection.disconnected",
        payload={"catalog": catalog.slug, "account": account.address, **asdict(plan)},
    )
