"""Subscriptions: only to webhooks on this machine, and only once their owner has agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import httpx2  # noqa: TID251 -- speaks to webhooks on this machine, as Event Grid would

from m365sandbox.acs.events import ORIGIN, permission_request, validation_request
from m365sandbox.webhooks import webhook_client

if TYPE_CHECKING:
    from m365sandbox.acs.model import Subscription
    from m365sandbox.world import World

# How long the address in the handshake may be visited instead of giving the code back.
VALIDATION_LIFE: Final = timedelta(minutes=5)
OK: Final = 200


class HandshakeFailed(Exception):
    """The webhook did not agree to receive events."""


async def subscribe(world: World, subscription: Subscription) -> Subscription:
    """Ask the webhook's owner, and keep the subscription: active, or waiting for a visit.

    Raises:
        HandshakeFailed: the webhook answers neither with the code nor with 200 at all.
    """
    # Kept first: the owner may visit the address within the handshake itself.
    world.acs.subscriptions[subscription.subscription_id] = subscription
    try:
        async with webhook_client() as client:
            agreed = await _agreed(client, world, subscription)
    except (httpx2.HTTPError, httpx2.InvalidURL, HandshakeFailed) as error:
        del world.acs.subscriptions[subscription.subscription_id]
        message = f"Webhook validation handshake failed for {subscription.url}: {error}"
        raise HandshakeFailed(message) from error
    subscription.is_active = subscription.is_active or agreed
    world.acs.changed()
    return subscription


def confirm(world: World, code: str) -> bool:
    """Make the subscription of that code active, and say whether it was in time."""
    for subscription in world.acs.subscriptions.values():
        in_time = world.now() <= subscription.created + VALIDATION_LIFE
        if subscription.validation_code == code and in_time:
            subscription.is_active = True
            world.acs.changed()
            return True
    return False


async def _agreed(client: httpx2.AsyncClient, world: World, subscription: Subscription) -> bool:
    """Return whether the owner agreed at once."""
    callback = f"{world.public.people}/eventgrid/validate/{subscription.validation_code}"
    if subscription.schema == "CloudEventSchemaV1_0":
        asked = permission_request(subscription, callback)
        answer = await client.request("OPTIONS", subscription.url, headers=asked)
        _check_status(answer)
        return answer.headers.get("webhook-allowed-origin", "") in {"*", ORIGIN}
    resource = world.acs.resources[subscription.resource]
    headers, body = validation_request(resource, subscription, callback, world.now())
    answer = await client.post(subscription.url, content=body, headers=headers)
    _check_status(answer)
    try:
        given = answer.json()
    except ValueError:
        return False
    code = given.get("validationResponse") if isinstance(given, dict) else None
    return str(code).upper() == subscription.validation_code


def _check_status(answer: httpx2.Response) -> None:
    """Accept 200 alone: the service takes no other success for an agreement."""
    if answer.status_code != OK:
        raise HandshakeFailed(f"the webhook answered {answer.status_code}")
