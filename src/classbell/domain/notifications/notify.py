"""Writing a notification and the snapshot of its audience into the transaction of its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.work import ask
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.effective import (
    course_of,
    fields_of,
    switch_of,
    template_of,
)
from classbell.domain.notifications.templates.recipients import Addressed, addressed
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address
from classbell.storage.models import Catalog, Notification, NotificationTemplate

EXPAND = "expand"
URGENT, NORMAL = 10, 50


def notify(
    ports: Ports,
    *,
    kind: str,
    organisation_id: UUID | None,
    catalog: Catalog | None,
    audience: Sequence[UUID | Address],
    context: Mapping[str, str],
    due_at: datetime | None = None,
    notification_id: UUID | None = None,
) -> Notification | None:
    """Tell some people something, in the transaction of what caused it: one row, expanded later.

    Args:
        ports: the outside.
        kind: name of a registered kind.
        organisation_id: whose people they are; None for the operator of the installation.
        catalog: the catalog it is about; None for what concerns no catalog.
        audience: person ids, or addresses of mailboxes that are nobody's, such as the account's.
        context: what it is about, ids as text.
        due_at: when to send; now where it is None.
        notification_id: its id, where the caller has to name it beforehand.

    Returns:
        The notification; None where nobody is to be told, or the kind is switched off.
    """
    if not audience:
        return None
    now, what = ports.clock.now(), kind_named(kind)
    template = template_of(catalog.pk if catalog else None, what)
    people = _people(what, catalog, template, audience, context)
    if not people.everybody:
        return None
    notification = Notification.objects.create(
        id=notification_id or uuid4(),
        organisation_id=organisation_id,
        catalog=catalog,
        kind=what.name,
        context=dict(context),
        audience=[_written(member) for member in people.everybody],
        audience_size=len(people.everybody),
        copies=people.copies,
        template_version=template.number if template else 0,
        urgent=what.urgent,
        created_at=now,
        due_at=due_at or now,
        expires_at=what.expires_at(context, now),
    )
    _ask_to_expand(ports, notification)
    return notification


def _people(
    kind: Kind,
    catalog: Catalog | None,
    template: NotificationTemplate | None,
    audience: Sequence[UUID | Address],
    context: Mapping[str, str],
) -> Addressed:
    """Return who is told: nobody where the kind is switched off for what it is about."""
    if catalog is None or not kind.customisable:
        return Addressed(tuple(audience), {})
    if not switch_of(kind, template, course_of(context)).on:
        return Addressed((), {})
    return addressed(fields_of(template), catalog, audience, context)


def _ask_to_expand(ports: Ports, notification: Notification) -> None:
    """Let the organisation's housekeeping lane write the messages, urgent ones first."""
    ask(
        ports,
        housekeeping_lane(notification.organisation_id),
        kind=EXPAND,
        subject=str(notification.id),
        due_at=notification.created_at,
        priority=URGENT if notification.urgent else NORMAL,
    )


def _written(member: UUID | Address) -> str | list[str]:
    """Write one member of an audience as JSON: an id without dashes, or address and name."""
    if isinstance(member, Address):
        return [member.address, member.name]
    return member.hex
