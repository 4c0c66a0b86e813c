"""Bringing an endpoint its next event: one try, and what follows from how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Min

from classbell.domain.webhooks.event_types import PING
from classbell.domain.webhooks.schedule import DISABLE_AFTER, TRIES, WINDOW, next_try
from classbell.domain.webhooks.secrets import signing_keys
from classbell.domain.webhooks.switching import FAILING, GONE, switch_off_by_itself
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.ports.webhooks import WebhookAnswer, WebhookSender, WebhookUnreachable
from classbell.storage.models import (
    DomainEvent,
    Lane,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)

log = structlog.get_logger(__name__)

BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Answers that speak of the endpoint as a whole and not of this event: everything waits."""

KEPT_FOR = timedelta(days=30)
FORGET_AT_ONCE = 200


def deliver_next(ports: Ports, lane: Lane, _subject: str) -> datetime | None:
    """Try the next event of an endpoint; the work function «deliver webhook». Uses the network.

    Events go in their order. One that the endpoint answers with an error of its own is tried again
    later and holds nobody up; an endpoint that does not answer, or is busy, gets nothing more until
    its pause is over. At least once: after a death between answer and note it is tried again.

    Args:
        ports: the outside world.
        lane: the endpoint's lane.

    Returns:
        When to go on, or None where nothing waits.
    """
    endpoint = WebhookEndpoint.objects.filter(pk=UUID(lane.key), is_on=True).first()
    if endpoint is None:
        return None
    now = ports.clock.now()
    delivery = _next(endpoint, now)
    if delivery is not None:
        keys = signing_keys(ports, endpoint, now)
        result = _tried(_sender(ports), endpoint, delivery, keys)
        _settle(ports, endpoint, delivery, result)
    due_at = _due_at(endpoint)
    if due_at is None:
        _forget_old(endpoint, now)
    return due_at


def _tried(
    sender: WebhookSender,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    keys: tuple[bytes, ...],
) -> WebhookAnswer | WebhookUnreachable:
    """Send once; no answer is a result as well."""
    try:
        return sender.send(
            endpoint.url, message_id=delivery.message_id, body=delivery.body, secrets=keys
        )
    except WebhookUnreachable as failure:
        return failure


def _sender(ports: Ports) -> WebhookSender:
    """Return what sends."""
    if ports.webhooks is None:
        raise ConfigurationFault("Webhooks are not built in.")
    return ports.webhooks


def _next(endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery | None:
    """Return the oldest event that is due; while the endpoint rests, a test at most."""
    due = WebhookDelivery.objects.filter(
        endpoint=endpoint, state=WebhookState.WAITING, next_try_at__lte=now
    ).order_by("id")
    if endpoint.paused_until is not None and endpoint.paused_until > now:
        due = due.filter(event_type=PING)
    return due.first()


def _due_at(endpoint: WebhookEndpoint) -> datetime | None:
    """Return when the endpoint has something to do again."""
    endpoint.refresh_from_db(fields=["is_on", "paused_until"])
    if not endpoint.is_on:
        return None
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.WAITING)
    test = waiting.filter(event_type=PING).aggregate(first=Min("next_try_at"))["first"]
    event = waiting.exclude(event_type=PING).aggregate(first=Min("next_try_at"))["first"]
    if event is not None and endpoint.paused_until is not None:
        event = max(event, endpoint.paused_until)
    return min((moment for moment in (test, event) if moment is not None), default=None)


def _settle(
    ports: Ports,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    result: WebhookAnswer | WebhookUnreachable,
) -> None:
    """Write down how a try ended, if it is still the one that was begun."""
    now = ports.clock.now()
    status = result.status if isinstance(result, WebhookAnswer) else None
    with transaction.atomic():
        mine = WebhookDelivery.objects.filter(
            pk=delivery.pk, state=WebhookState.WAITING, attempts=delivery.attempts
        )
        noted = mine.update(
            attempts=F("attempts") + 1,
            tried_at=now,
            response_code=status,
            problem=_problem(result),
        )
        if not noted:
            return
        delivery.attempts += 1
        if status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            _succeeded(endpoint, delivery)
            return
        _failed(ports, endpoint, delivery, result, now)


def _succeeded(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> None:
    """The endpoint took it: whatever it had before is forgiven."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state=WebhookState.DELIVERED)
    if endpoint.failures or endpoint.failing_since or endpoint.paused_until:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            failures=0, failing_since=None, paused_until=None
        )


def _failed(
    ports: Ports,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    result: WebhookAnswer | WebhookUnreachable,
    now: datetime,
) -> None:
    """Plan the next try, or give up the event, or the endpoint."""
    answer = result if isinstance(result, WebhookAnswer) else None
    since = endpoint.failing_since or now
    is_test = delivery.event_type == PING
    rows = WebhookDelivery.objects.filter(pk=delivery.pk)
    if is_test or delivery.attempts >= TRIES:
        rows.update(state=WebhookState.FAILED)
    if answer is not None and answer.status == HTTPStatus.GONE:
        rows.update(state=WebhookState.FAILED)
        switch_off_by_itself(ports, endpoint, GONE)
        return
    if not is_test:
        asked_for = answer.retry_at if answer is not None else None
        rests = answer is None or answer.status in BUSY
        tries = endpoint.failures + 1 if rests else delivery.attempts
        again = next_try(tries, now, asked_for)
        rows.update(next_try_at=again)
        if rests:
            _rest(endpoint, tries, again)
        if rests and since <= now - WINDOW:
            _give_up_late(endpoint, now)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=since)
    if now - since >= DISABLE_AFTER:
        switch_off_by_itself(ports, endpoint, FAILING)


def _rest(endpoint: WebhookEndpoint, failures: int, until: datetime) -> None:
    """Let the endpoint rest."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=failures, paused_until=until)


def _give_up_late(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Give up what has waited for more than a day for an endpoint that failed all the while."""
    late = WebhookDelivery.objects.filter(
        endpoint=endpoint, state=WebhookState.WAITING, waiting_since__lte=now - WINDOW
    )
    late.update(state=WebhookState.FAILED)


def _problem(result: WebhookAnswer | WebhookUnreachable) -> str:
    """Return what is shown beside the response code."""
    return result.reason[:300] if isinstance(result, WebhookUnreachable) else ""


def _forget_old(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Delete settled rows after a month, the oldest first, and events of messages with them."""
    old = (
        WebhookDelivery.objects.filter(endpoint=endpoint, created_at__lt=now - KEPT_FOR)
        .exclude(state=WebhookState.WAITING)
        .order_by("id")
        .values_list("pk", "event_id")[:FORGET_AT_ONCE]
    )
    rows = list(old)
    if rows:
        WebhookDelivery.objects.filter(pk__in=[pk for pk, _event in rows]).delete()
        # Written for webhooks alone, one for each message: nobody else reads them later.
        DomainEvent.objects.filter(
            pk__in=[event for _pk, event in rows if event], name__startswith="message."
        ).delete()
