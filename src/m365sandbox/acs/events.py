"""Events as Event Grid writes them, in its own schema and as CloudEvents.

https://learn.microsoft.com/azure/event-grid/communication-services-email-events
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from datetime import datetime

    from m365sandbox.acs.model import EmailResource, Report, Subscription

DELIVERY_REPORT: Final = "Microsoft.Communication.EmailDeliveryReportReceived"
VALIDATION: Final = "Microsoft.EventGrid.SubscriptionValidationEvent"
ORIGIN: Final = "eventgrid.azure.net"
_CLOUD: Final = "application/cloudevents+json; charset=utf-8"
_OWN: Final = "application/json; charset=utf-8"


def report_request(
    report: Report, resource: EmailResource, subscription: Subscription, attempt: int
) -> tuple[dict[str, str], bytes]:
    """Return headers and body with which a report is brought to a subscriber.

    Args:
        report: what is told.
        resource: whose mail it was.
        subscription: who is told, and in which schema.
        attempt: how often it was tried before.
    """
    subject = f"sender/{report.sender}/message/{report.operation_id}"
    time = stamp(report.at)
    if subscription.schema == "CloudEventSchemaV1_0":
        event: object = {
            "id": report.report_id,
            "source": resource.topic,
            "subject": subject,
            "type": DELIVERY_REPORT,
            "specversion": "1.0",
            "time": time,
            "data": _data(report),
        }
        headers = {"Content-Type": _CLOUD, "WebHook-Request-Origin": ORIGIN}
    else:
        event = [
            {
                "id": report.report_id,
                "topic": resource.topic,
                "subject": subject,
                "data": _data(report),
                "eventType": DELIVERY_REPORT,
                "dataVersion": "1.0",
                "metadataVersion": "1",
                "eventTime": time,
            }
        ]
        headers = {"Content-Type": _OWN, "aeg-data-version": "1.0", "aeg-metadata-version": "1"}
    headers |= {
        "aeg-event-type": "Notification",
        "aeg-subscription-name": subscription.subscription_id.upper(),
        "aeg-delivery-count": str(attempt),
    }
    return headers | subscription.headers, _written(event)


def validation_request(
    resource: EmailResource, subscription: Subscription, callback: str, now: datetime
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the handshake: an event whose code the subscriber gives back.

    https://learn.microsoft.com/azure/event-grid/webhook-event-delivery
    """
    event = {
        "id": str(uuid4()),
        "topic": resource.topic,
        "subject": "",
        "data": {"validationCode": subscription.validation_code, "validationUrl": callback},
        "eventType": VALIDATION,
        "dataVersion": "2",
        "metadataVersion": "1",
        "eventTime": stamp(now),
    }
    headers = {
        "Content-Type": _OWN,
        "aeg-event-type": "SubscriptionValidation",
        "aeg-subscription-name": subscription.subscription_id.upper(),
        "aeg-delivery-count": "0",
        "aeg-data-version": "2",
        "aeg-metadata-version": "1",
    }
    return headers | _along(subscription), _written([event])


def permission_request(subscription: Subscription, callback: str) -> dict[str, str]:
    """Return the headers with which CloudEvents asks whether events may be sent."""
    asked = {"WebHook-Request-Origin": ORIGIN, "WebHook-Request-Callback": callback}
    return asked | _along(subscription)


def stamp(moment: datetime) -> str:
    """Return a moment as Event Grid writes it, with seven digits of a second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _along(subscription: Subscription) -> dict[str, str]:
    return subscription.headers if subscription.headers_in_handshake else {}


def _data(report: Report) -> dict[str, object]:
    attempted = report.at.isoformat(timespec="microseconds")
    return {
        "sender": report.sender,
        "recipient": report.recipient,
        "messageId": report.operation_id,
        "internetMessageId": report.internet_message_id,
        "status": report.status,
        "deliveryStatusDetails": {"statusMessage": report.message},
        "deliveryAttemptTimestamp": attempted,
    }


def _written(event: object) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
