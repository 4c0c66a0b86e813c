"""The subscriptions and what is on its way to them, and how both are saved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

from m365sandbox.graph.identifiers import etag, item_id
from m365sandbox.notices.model import Parcel, Subscription
from m365sandbox.notices.postman import BRING, Postman
from m365sandbox.persist import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.calendars.model import Event
    from m365sandbox.notices.model import ChangeType, JsonObject, LifecycleEvent
    from m365sandbox.world import World

_SUBSCRIPTIONS = Shape(list[Subscription])
_PARCELS = Shape(list[Parcel])
REAUTHORIZE: Final = "notices.reauthorize"
# How long before the end of a token its subscription is to be vouched for anew.
_EARLY: Final = timedelta(minutes=10)


class Notices:
    """Tells subscribers of changes, and of what happens to their subscriptions.

    https://learn.microsoft.com/graph/change-notifications-overview and, for the lifecycle,
    https://learn.microsoft.com/graph/change-notifications-lifecycle-events
    """

    def __init__(self, world: World) -> None:
        """Start without any subscription."""
        self._world = world
        self._subscriptions: dict[str, Subscription] = {}
        self._parcels: dict[str, Parcel] = {}
        self.postman = Postman(world, self)
        world.handle(REAUTHORIZE, self._ask_to_reauthorize)
        world.calendars.on_change.append(self._event_changed)

    def all(self) -> list[Subscription]:
        """Return the subscriptions that have not ended, oldest first."""
        now = self._world.now()
        over = [one for one in self._subscriptions.values() if one.expires <= now]
        for one in over:
            self.remove(one)
        return list(self._subscriptions.values())

    def find(self, subscription_id: str) -> Subscription | None:
        """Return the subscription of that id that has not ended, or None."""
        self.all()
        return self._subscriptions.get(subscription_id)

    def add(self, subscription: Subscription) -> Subscription:
        """Keep a subscription whose webhooks agreed."""
        self._subscriptions[subscription.subscription_id] = subscription
        self.vouch(subscription, subscription.authorised_until)
        return subscription

    def vouch(self, subscription: Subscription, until: datetime) -> None:
        """Let a valid access token stand for a subscription until it ends."""
        subscription.authorised_until = until
        if subscription.has_lapsed:
            subscription.has_lapsed = False
            self.tell_of_life(subscription, "missed")
        if subscription.lifecycle_url is not None:
            facts: dict[str, object] = {
                "subscription": subscription.subscription_id,
                "until": until.isoformat(),
            }
            early = until - _EARLY
            # A token that is nearly over is not asked for again at once, and so not for ever.
            at = early if early > self._world.now() else until
            self._world.schedule(at, REAUTHORIZE, facts)
        self.changed()

    def remove(self, subscription: Subscription) -> None:
        """Forget a subscription without a word."""
        self._subscriptions.pop(subscription.subscription_id, None)
        self.changed()

    def end_of(self, owner: str, client_id: str | None = None) -> None:
        """End what was subscribed for a person, by one application or by all, and tell of it."""
        for one in self.all():
            if one.owner == owner and client_id in {None, one.client_id}:
                self.tell_of_life(one, "subscriptionRemoved")

    def tell_of_life(self, subscription: Subscription, event: LifecycleEvent) -> None:
        """Tell what happens to a subscription, where somebody wants to know; it may end by that."""
        if event == "subscriptionRemoved":
            self.remove(subscription)
        if subscription.lifecycle_url is None:
            return
        notice: JsonObject = {**_common(subscription), "lifecycleEvent": event}
        now = self._world.now()
        self._send(
            Parcel(
                subscription.subscription_id,
                subscription.lifecycle_url,
                [notice],
                now,
                is_lifecycle=True,
            ),
            now,
        )

    def parcel(self, parcel_id: str) -> Parcel | None:
        """Return a parcel that is on its way, or None."""
        return self._parcels.get(parcel_id)

    def parcels(self) -> list[Parcel]:
        """Return what is on its way, oldest first."""
        return list(self._parcels.values())

    def forget(self, parcel: Parcel) -> None:
        """Take a parcel off the way."""
        self._parcels.pop(parcel.parcel_id, None)
        self.changed()

    def changed(self) -> None:
        """Say that something is to be saved."""
        self._world.changed("notices")

    def snapshot(self) -> dict[str, object]:
        """Return everything."""
        return {
            "subscriptions": _SUBSCRIPTIONS.dump(list(self._subscriptions.values())),
            "parcels": _PARCELS.dump(self.parcels()),
        }

    def restore(self, saved: Mapping[str, object]) -> None:
        """Replace everything by a snapshot."""
        found = _SUBSCRIPTIONS.load(saved["subscriptions"])
        self._subscriptions = {one.subscription_id: one for one in found}
        self._parcels = {one.parcel_id: one for one in _PARCELS.load(saved["parcels"])}

    def _event_changed(self, event: Event, change: ChangeType) -> None:
        """Tell those of a change who asked for it."""
        if not self._subscriptions:
            return
        now = self._world.now()
        for one in self.all():
            if one.mailbox != event.owner.lower() or change not in one.change_types:
                continue
            if one.lifecycle_url is not None and one.authorised_until <= now:
                # Nobody vouched for it again: what happens meanwhile is only told of as missed.
                one.has_lapsed = True
                self.changed()
                continue
            seconds = self._world.mailboxes.limits.notice_seconds
            parcel = Parcel(
                one.subscription_id, one.notification_url, [_notice(one, event, change)], now
            )
            self._send(parcel, now + timedelta(seconds=seconds))

    def _send(self, parcel: Parcel, at: datetime) -> None:
        self._parcels[parcel.parcel_id] = parcel
        self._world.schedule(at, BRING, {"parcel": parcel.parcel_id})
        self.changed()

    def _ask_to_reauthorize(self, _at: datetime, payload: Mapping[str, object]) -> None:
        one = self.find(str(payload["subscription"]))
        if one is not None and one.authorised_until.isoformat() == cast("str", payload["until"]):
            self.tell_of_life(one, "reauthorizationRequired")


def _common(subscription: Subscription) -> JsonObject:
    return {
        "subscriptionId": subscription.subscription_id,
        "subscriptionExpirationDateTime": subscription.expires.isoformat(),
        "tenantId": subscription.tenant_id,
        "clientState": subscription.client_state,
    }


def _notice(subscription: Subscription, event: Event, change: ChangeType) -> JsonObject:
    """Return the notice of a change, without the event itself."""
    identity = item_id(subscription.owner, event.key)
    path = f"Users/{subscription.owner}/Events/{identity}"
    return {
        "id": str(uuid4()),
        **_common(subscription),
        "changeType": change,
        "resource": path,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": path,
            "@odata.etag": etag(event.key, event.version),
            "id": identity,
        },
    }
