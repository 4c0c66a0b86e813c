"""Telling admins about a loss and its end: once each, by a route that is not the lost account."""

from __future__ import annotations

from datetime import datetime, timedelta

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.work import ask
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.routes import look_after
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, Catalog, Incident, Lane, Notification
from classbell.storage.queries.connections import admins_to_alert
from classbell.storage.queries.organisations import catalog_admins

STILL_LOST = "still_lost"
"""Kind of the work item that tells the admins again while nobody has acted."""

ESCALATE_AFTER = timedelta(days=1)


def tell_lost(ports: Ports, incident: Incident) -> None:
    """Tell the admins that an account is lost, in the caller's transaction.

    One incident is one mail to each person, however many catalogs use the account. If it is still
    lost after a day, they are told once more.
    """
    _tell(ports, "connection_lost", incident)
    ask(
        ports,
        housekeeping_lane(incident.account.organisation_id),
        kind=STILL_LOST,
        subject=str(incident.pk),
        due_at=incident.opened_at + ESCALATE_AFTER,
    )


def still_lost(ports: Ports, _lane: Lane, incident_id: str) -> datetime | None:
    """Tell the admins again that an account is lost; the work handler «still_lost».

    Returns:
        None: it is done once.
    """
    rows = Incident.objects.select_related("account").filter(closed_at=None)
    incident = rows.filter(pk=int(incident_id)).first()
    if incident is not None:
        _tell(ports, "connection_lost_still", incident)
    return None


def tell_restored(ports: Ports, incident: Incident, released: int) -> None:
    """Tell the admins that an account works again, in the caller's transaction.

    Args:
        ports: the outside world.
        incident: the loss that has ended.
        released: how many messages go out now.
    """
    _tell(ports, "connection_restored", incident, released=str(released))


def tell_held_mail(ports: Ports, catalog: Catalog, waiting: int, oldest: datetime) -> None:
    """Tell a catalog's admins that mail waits for their decision, in the caller's transaction.

    Args:
        ports: the outside world.
        catalog: whose mail.
        waiting: how many messages.
        oldest: since when the oldest of them waits, aware UTC.
    """
    notification = notify(
        ports,
        kind="held_mail_waiting",
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[person.pk for person in catalog_admins(catalog)],
        context={"waiting": str(waiting), "oldest": oldest.isoformat()},
    )
    _look_after(ports, notification)


def _tell(ports: Ports, kind: str, incident: Incident, **facts: str) -> None:
    """Write one kind of mail about an incident to everybody it concerns."""
    account: Account = incident.account
    notification = notify(
        ports,
        kind=kind,
        organisation_id=account.organisation_id,
        catalog=None,
        audience=admins_to_alert(account),
        context={"account": str(account.pk), "incident": str(incident.pk), **facts},
    )
    _look_after(ports, notification)


def _look_after(ports: Ports, notification: Notification | None) -> None:
    if notification is not None:
        look_after(ports, notification)
