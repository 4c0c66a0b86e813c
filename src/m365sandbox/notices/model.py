"""The records of change notifications: subscriptions, and the parcels on their way to webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import uuid4

ChangeType = Literal["created", "updated", "deleted"]
LifecycleEvent = Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]
LIFECYCLE_EVENTS: tuple[LifecycleEvent, ...] = (
    "reauthorizationRequired",
    "subscriptionRemoved",
    "missed",
)
JsonObject = dict[str, object]


@dataclass
class Subscription:
    """What an application wants to hear of one mailbox's events, for a person who signed in.

    `authorised_until` is when the access token ends with which it was last vouched for. `answers`
    are the latest statuses its webhooks gave, 0 for none.
    """

    owner: str
    mailbox: str
    tenant_id: str
    client_id: str
    resource: str
    change_types: list[ChangeType]
    notification_url: str
    expires: datetime
    authorised_until: datetime
    lifecycle_url: str | None = None
    client_state: str | None = None
    tls_version: str | None = None
    has_lapsed: bool = False
    delivered: int = 0
    dropped: int = 0
    answers: list[int] = field(default_factory=list)
    subscription_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class Parcel:
    """Notices for one webhook, on their way until it takes them or their time is over."""

    subscription_id: str
    url: str
    notices: list[JsonObject]
    begun: datetime
    is_lifecycle: bool = False
    tries: int = 0
    is_due: bool = False
    parcel_id: str = field(default_factory=lambda: str(uuid4()))
