"""Subscriptions to changes of events: https://learn.microsoft.com/graph/api/resources/subscription."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.calendars.zones import MalformedTimeError, instant_text, to_utc
from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request, mailbox_not_enabled
from m365sandbox.graph.handshake import check_agreement
from m365sandbox.graph.odata import apply, chosen
from m365sandbox.graph.shapes import read_object
from m365sandbox.notices.model import Subscription
from m365sandbox.webhooks import check_webhook

if TYPE_CHECKING:
    from datetime import datetime

    from m365sandbox.notices.model import ChangeType

_TYPE: Final = "microsoft.graph.subscription"
_PAGE: Final = 100
_NEEDED: Final = ("changeType", "notificationUrl", "resource", "expirationDateTime")
_CHANGE_TYPES: Final = ("created", "updated", "deleted")
_EVENTS: Final = re.compile(
    r"/?(?:v1\.0/)?(?:me|users(?:/|\(')(?P<user>[^/']+)(?:'\))?)"
    r"(?:/calendar|/calendars(?:/|\(')[^/']+(?:'\))?)?/events/?",
    re.IGNORECASE,
)
_READ: Final = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
_LONGEST_STATE: Final = 128
# Whoever asks for less gets this much.
_SHORTEST_LIFE: Final = timedelta(minutes=45)


async def create_subscription(call: Call) -> Answer:
    """Subscribe to changes, once each webhook has answered the handshake."""
    given = read_object(call.json_object(), "subscription")
    subscription = _read(call, given)
    for url in (subscription.notification_url, subscription.lifecycle_url):
        if url is not None:
            await check_agreement(url)
    call.world.notices.add(subscription)
    return _shown(call, subscription, 201)


def list_subscriptions(call: Call) -> Answer:
    """Answer what this application has subscribed to for this person."""
    page = apply(call.query, [_view(one) for one in _own(call)], _PAGE)
    items = [chosen(call.query, one, _TYPE) for one in page.items]
    return call.collection("subscriptions", page, items)


def get_subscription(call: Call) -> Answer:
    """Answer one subscription."""
    return _shown(call, _one(call), 200)


def renew_subscription(call: Call) -> Answer:
    """Let a subscription last longer; nothing else of it can be changed."""
    subscription = _one(call)
    given = read_object(call.json_object(), "subscription")
    if set(given) != {"expirationDateTime"}:
        text = "Only the property 'expirationDateTime' of a subscription can be updated."
        raise bad_request(text, "InvalidRequest")
    subscription.expires = _expiration(call, given["expirationDateTime"], "Update")
    call.world.notices.vouch(subscription, call.caller.expires)
    return _shown(call, subscription, 200)


def reauthorize(call: Call) -> Answer:
    """Vouch for a subscription with the access token of this call."""
    call.world.notices.vouch(_one(call), call.caller.expires)
    return Answer(204)


def delete_subscription(call: Call) -> Answer:
    """End a subscription."""
    call.world.notices.remove(_one(call))
    return Answer(204)


def _read(call: Call, given: JsonObject) -> Subscription:
    """Return the subscription a body asks for.

    Raises:
        GraphError: 400 for what is missing or wrong, 403 for what the caller may not hear of.
    """
    for name in _NEEDED:
        if not given.get(name):
            raise bad_request(f"Property {name} cannot be null or empty.", "InvalidRequest")
    state = cast("str | None", given.get("clientState"))
    if state is not None and len(state) > _LONGEST_STATE:
        text = f"Property clientState cannot be longer than {_LONGEST_STATE} characters."
        raise bad_request(text, "InvalidRequest")
    if given.get("includeResourceData") is True:
        text = "The sandbox sends no resource data with its notifications."
        raise bad_request(text, "InvalidRequest")
    lifecycle = cast("str | None", given.get("lifecycleNotificationUrl")) or None
    change_types = _change_types(str(given["changeType"]))
    _check_resource(call, str(given["resource"]))
    _check_number(call)
    return Subscription(
        owner=call.person.oid,
        mailbox=call.person.address.lower(),
        tenant_id=call.caller.tenant.tenant_id,
        client_id=call.caller.client_id,
        resource=str(given["resource"]),
        change_types=change_types,
        notification_url=_address(str(given["notificationUrl"])),
        lifecycle_url=None if lifecycle is None else _address(lifecycle),
        client_state=state,
        tls_version=cast("str | None", given.get("latestSupportedTlsVersion")),
        expires=_expiration(call, given["expirationDateTime"], "Create"),
        authorised_until=call.caller.expires,
    )


def _change_types(text: str) -> list[ChangeType]:
    asked = [one.strip().lower() for one in text.split(",")]
    if any(one not in _CHANGE_TYPES for one in asked):
        message = f"The changeType '{text[:60]}' is not valid."
        raise bad_request(message, "InvalidRequest")
    return [one for one in _CHANGE_TYPES if one in asked]


def _check_resource(call: Call, resource: str) -> None:
    """Accept the events of the caller's own mailbox, where they may be read.

    Raises:
        GraphError: 400 for another resource, 403 for another mailbox or without a permission.
    """
    match = _EVENTS.fullmatch(resource)
    if match is None:
        text = f"The sandbox knows no subscriptions to '{resource[:120]}', only to events."
        raise bad_request(text, "InvalidRequest")
    named = match["user"]
    person = call.person if named is None else call.world.directory.person(named)
    if person is not call.person or not call.caller.scopes & _READ:
        text = "Access is denied. Check credentials and try again."
        raise _of_the_mailbox(403, "Create", "Forbidden", text)
    if not call.person.has_mailbox:
        raise mailbox_not_enabled()


def _check_number(call: Call) -> None:
    most = call.world.mailboxes.limits.subscriptions_per_mailbox
    mailbox = call.person.address.lower()
    if sum(one.mailbox == mailbox for one in call.world.notices.all()) >= most:
        text = f"A mailbox can have at most {most} subscriptions."
        raise _of_the_mailbox(403, "Create", "Forbidden", text)


def _address(url: str) -> str:
    """Return an address that may be called from this machine; the service itself wants https."""
    try:
        check_webhook(url)
    except ValueError as error:
        raise bad_request(
            f"Notification endpoint '{url[:120]}': {error}", "InvalidRequest"
        ) from None
    return url


def _expiration(call: Call, given: object, operation: str) -> datetime:
    """Return when a subscription ends: at least 45 minutes from now, and not too late.

    Raises:
        GraphError: 400 for a time that is over, too far away, or none.
    """
    now, minutes = call.world.now(), call.world.mailboxes.limits.subscription_minutes
    try:
        asked = to_utc(str(given), None)
    except MalformedTimeError:
        text = f"The expirationDateTime '{str(given)[:60]}' is not a date and time."
        raise bad_request(text, "InvalidRequest") from None
    if asked <= now:
        text = "Subscription expiration must be in the future."
        raise _of_the_mailbox(400, operation, "BadRequest", text)
    if asked > now + timedelta(minutes=minutes):
        text = f"Subscription expiration can only be {minutes} minutes in the future."
        raise _of_the_mailbox(400, operation, "BadRequest", text)
    return max(asked, now + _SHORTEST_LIFE)


def _of_the_mailbox(status: int, operation: str, reason: str, text: str) -> GraphError:
    """Return a refusal of the mailbox's own service, as the subscription service passes it on."""
    message = f"Operation: {operation}; Exception: [Status Code: {reason}; Reason: {text}]"
    return GraphError(status, "ExtensionError", message)


def _own(call: Call) -> list[Subscription]:
    who = (call.person.oid, call.caller.client_id)
    return [one for one in call.world.notices.all() if (one.owner, one.client_id) == who]


def _one(call: Call) -> Subscription:
    wanted = call.parameters["subscription-id"].lower()
    found = next((one for one in _own(call) if one.subscription_id == wanted), None)
    if found is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return found


def _shown(call: Call, subscription: Subscription, status: int) -> Answer:
    context = call.context("subscriptions/$entity")
    body = chosen(call.query, _view(subscription), _TYPE)
    return Answer(status, {"@odata.context": context, **body})


def _view(subscription: Subscription) -> JsonObject:
    return {
        "id": subscription.subscription_id,
        "resource": subscription.resource,
        "applicationId": subscription.client_id,
        "changeType": ",".join(subscription.change_types),
        "clientState": subscription.client_state,
        "notificationUrl": subscription.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": instant_text(subscription.expires),
        "creatorId": subscription.owner,
        "includeResourceData": None,
        "latestSupportedTlsVersion": subscription.tls_version or "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }
