"""Switching endpoints on and off, by their admins or because they do not work any more."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import transaction

from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.routes import look_after
from classbell.domain.organisations.audit import CLASSBELL, Actor
from classbell.domain.webhooks.rights import note, require_may_change
from classbell.ports.bundle import Ports
from classbell.storage.models import WebhookDelivery, WebhookEndpoint, WebhookState
from classbell.storage.queries.organisations import catalog_admins, lms_admins

GONE, FAILING, BY_HAND = "gone", "failing", "by_hand"
"""Why an endpoint is off: it said so itself (410), it failed for days, somebody chose so."""


def switch_off(ports: Ports, *, endpoint: WebhookEndpoint, actor: Actor) -> bool:
    """Stop telling an endpoint; what waits for it is stopped. Return whether it was on.

    Raises:
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    with transaction.atomic():
        return _off(ports, endpoint, BY_HAND, actor)


def switch_off_by_itself(ports: Ports, endpoint: WebhookEndpoint, reason: str) -> bool:
    """Stop telling an endpoint that does not work, in the caller's transaction.

    The admins of its catalog are told, once; those of an organisation's where there is none.
    """
    if not _off(ports, endpoint, reason, CLASSBELL):
        return False
    catalog = endpoint.catalog
    people = catalog_admins(catalog) if catalog else lms_admins(endpoint.organisation_id)
    notification = notify(
        ports,
        kind="webhook_off",
        organisation_id=endpoint.organisation_id,
        catalog=catalog,
        audience=[person.pk for person in people],
        context={
            "webhook": str(endpoint.pk),
            "webhook_name": endpoint.description or urlsplit(endpoint.url).hostname or "",
        },
    )
    if notification is not None:
        look_after(ports, notification)
    return True


def switch_on(ports: Ports, *, endpoint: WebhookEndpoint, actor: Actor) -> bool:
    """Tell an endpoint again, of what happens from now on. Return whether it was off.

    Raises:
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    with transaction.atomic():
        rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_on=False)
        changed = rows.update(
            is_on=True, off_reason="", failures=0, failing_since=None, paused_until=None
        )
        if changed:
            note(ports, endpoint, actor, "webhook.switched_on")
    endpoint.refresh_from_db()
    return bool(changed)


def _off(ports: Ports, endpoint: WebhookEndpoint, reason: str, actor: Actor) -> bool:
    """Switch off once, and stop what waits."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_on=True)
    if not rows.update(is_on=False, off_reason=reason):
        return False
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.WAITING)
    waiting.update(state=WebhookState.STOPPED)
    note(ports, endpoint, actor, "webhook.switched_off", reason=reason)
    endpoint.refresh_from_db()
    return True
