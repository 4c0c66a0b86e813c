"""The records of ACS Email: resources, operations, reports, subscriptions, blocked addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import uuid4

from m365sandbox.acs.meter import Meter

DomainKind = Literal["custom", "managed"]
OperationStatus = Literal["Running", "Succeeded", "Failed", "Canceled"]
DeliveryStatus = Literal[
    "Delivered", "Expanded", "Bounced", "Failed", "FilteredSpam", "Quarantined", "Suppressed"
]
Repeats = Literal["recognised", "refused", "sent_again"]
EventSchema = Literal["EventGridSchema", "CloudEventSchemaV1_0"]
DeliveryState = Literal["waiting", "delivered", "dropped"]

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


@dataclass
class Settings:
    """What can be changed for all resources at once.

    Attributes:
        date_window_seconds: how far x-ms-date may be from the machine's clock, either way.
        operation_seconds: how long an operation runs, in sandbox time.
        report_seconds: how long after that the recipient's server has answered.
        repeats: what becomes of a request whose Operation-Id is known already: the operation is
            answered and nothing sent, the request is refused with 409, or it is sent once more.
    """

    date_window_seconds: float = 300
    operation_seconds: float = 1.0
    report_seconds: float = 2.0
    repeats: Repeats = "recognised"


@dataclass
class Quota:
    """The limits of a resource; `enabled` switches those that count over time.

    https://learn.microsoft.com/azure/communication-services/concepts/service-limits#email
    """

    enabled: bool = True
    sends_per_minute: int = 30
    sends_per_hour: int = 100
    status_calls_per_minute: int = 60
    status_calls_per_hour: int = 200
    recipients_per_mail: int = 50
    request_bytes: int = 10 * 1024 * 1024


def quota_of(domain: DomainKind) -> Quota:
    """Return what a new resource may do with a domain of its own, or with Azure's."""
    if domain == "custom":
        return Quota()
    return Quota(
        sends_per_minute=5, sends_per_hour=10, status_calls_per_minute=10, status_calls_per_hour=20
    )


@dataclass
class EmailResource:
    """One Communication Services resource with its linked domain.

    `senders` are the MailFrom addresses, lower case, with their display names. `keys` are the
    primary and the secondary one in base64. `clients` are the applications that hold the role
    Communication and Email Service Owner.
    """

    name: str
    tenant_id: str
    senders: dict[str, str]
    keys: list[str]
    domain: DomainKind = "custom"
    clients: list[str] = field(default_factory=list)
    quota: Quota = field(default_factory=Quota)
    sends: list[Meter] = field(default_factory=lambda: [Meter(MINUTE), Meter(HOUR)])
    status_calls: list[Meter] = field(default_factory=lambda: [Meter(MINUTE), Meter(HOUR)])

    @property
    def topic(self) -> str:
        """Return the resource's full id, as events name it."""
        group = "/subscriptions/00000000-0000-4000-8000-000000000365/resourceGroups/sandbox"
        return f"{group}/providers/Microsoft.Communication/CommunicationServices/{self.name}"

    def is_linked(self, address: str) -> bool:
        """Say whether a sender's domain is linked to the resource."""
        domain = address.lower().rpartition("@")[2]
        return any(one.rpartition("@")[2] == domain for one in self.senders)


@dataclass
class Operation:
    """One send operation. `sent` counts how often the mail left, which repeats may raise."""

    operation_id: str
    resource: str
    sender: str
    recipients: list[str]
    subject: str
    created: datetime
    ends: datetime
    status: OperationStatus = "Running"
    code: str = ""
    message: str = ""
    sent: int = 1


@dataclass
class Outcome:
    """A rule for what becomes of mail: the oldest that fits a recipient counts.

    Attributes:
        recipient: the address, or a glob such as "*@example.org".
        status: what the delivery report says.
        message: the details it gives.
        hard: whether a bounce puts the address on the suppression list.
        operation: how the whole operation ends instead, before any report; None lets it succeed.
        code: the operation's error code.
        count: how often the rule applies; None is for ever.
    """

    recipient: str
    status: DeliveryStatus = "Bounced"
    message: str = ""
    hard: bool = True
    operation: Literal["Failed", "Canceled"] | None = None
    code: str = "EmailDropped"
    count: int | None = None
    outcome_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class Blocked:
    """An address that bounced: until when mail to it is held back, and how often it bounced."""

    address: str
    until: datetime
    bounces: int


@dataclass
class Subscription:
    """A webhook that receives the events of a resource, once its owner has answered.

    `headers` travel with every event, as Event Grid's delivery properties do, and with the
    handshake unless `headers_in_handshake` is off.
    """

    resource: str
    url: str
    created: datetime
    headers: dict[str, str] = field(default_factory=dict)
    schema: EventSchema = "EventGridSchema"
    headers_in_handshake: bool = True
    is_active: bool = False
    validation_code: str = field(default_factory=lambda: str(uuid4()).upper())
    subscription_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class Delivery:
    """How far one report has come on its way to one subscriber.

    `answers` are the HTTP statuses that came, 0 for none at all.
    """

    subscription_id: str
    state: DeliveryState = "waiting"
    answers: list[int] = field(default_factory=list)


@dataclass
class Report:
    """What a recipient's server made of a mail; one event."""

    operation_id: str
    resource: str
    sender: str
    recipient: str
    internet_message_id: str
    status: DeliveryStatus
    message: str
    at: datetime
    deliveries: list[Delivery] = field(default_factory=list)
    report_id: str = field(default_factory=lambda: str(uuid4()))

    def delivery_to(self, subscription_id: str) -> Delivery | None:
        """Return how far the report has come on its way to a subscriber, or None."""
        found = (one for one in self.deliveries if one.subscription_id == subscription_id)
        return next(found, None)
