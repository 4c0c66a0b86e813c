"""Reads the events with which Azure reports about single recipients.

https://learn.microsoft.com/en-us/azure/event-grid/communication-services-email-events
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.ports.errors import InvalidInput
from classbell.ports.reports import DeliveryReport, ReportDelivery, ReportedState

DELIVERY_REPORT = "Microsoft.Communication.EmailDeliveryReportReceived"
VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"

_STATES = {
    "delivered": (ReportedState.DELIVERED, ""),
    "expanded": (ReportedState.EXPANDED, ""),
    "bounced": (ReportedState.BOUNCED, "The recipient's mail server refused it."),
    "suppressed": (
        ReportedState.SUPPRESSED,
        "Azure did not send it, because earlier mail to this address bounced.",
    ),
    "filteredspam": (ReportedState.FILTERED, "The recipient's mail server took it for spam."),
    "quarantined": (ReportedState.FILTERED, "The recipient's mail server put it in quarantine."),
    "failed": (ReportedState.FAILED, "Azure could not deliver it."),
}
# Any other word than Delivered is a failure, says the page above; new ones may come.
_OTHERWISE = (ReportedState.FAILED, "Azure could not deliver it.")


class EventGridReports:
    """Implements ``ports.reports.ReportReader``, for Event Grid's own schema and CloudEvents."""

    def read(self, body: bytes) -> ReportDelivery:
        """Return what a request of Event Grid brought.

        Events of other types, such as that a mail was opened, are left out.

        Raises:
            InvalidInput: the body is no JSON, or holds no event.
        """
        reports: list[DeliveryReport] = []
        unreadable: list[str] = []
        for event in _events(body):
            kind = event.text("eventType") or event.text("type")
            if kind == VALIDATION:
                # https://learn.microsoft.com/en-us/azure/event-grid/webhook-event-delivery
                return ReportDelivery(agreement=_agreement(event))
            if kind != DELIVERY_REPORT:
                continue
            try:
                reports.append(_report(event))
            except NotUnderstood as problem:
                unreadable.append(str(problem))
        return ReportDelivery(tuple(reports), unreadable=tuple(unreadable))


def _events(body: bytes) -> list[JsonPart]:
    """Return the events of a body: Event Grid sends a list, CloudEvents one by itself."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise _unusable("is not JSON") from problem
    found = value if isinstance(value, list) else [value]
    events = [JsonPart(one) for one in found if isinstance(one, dict)]
    if not events or len(events) != len(found):
        raise _unusable("is not a list of events")
    if not all(one.has("eventType") or one.has("type") for one in events):
        raise _unusable("has an event without a type")
    return events


def _agreement(event: JsonPart) -> dict[str, str]:
    """Return what gives the code of a handshake back."""
    code = event.part("data").text("validationCode")
    if not code:
        raise _unusable("asks for agreement without a code")
    return {"validationResponse": code}


def _report(event: JsonPart) -> DeliveryReport:
    """Read one delivery report.

    Raises:
        NotUnderstood: it lacks what it must have.
    """
    data = event.part("data")
    status = data.needed_text("status")
    state, reason = _STATES.get(status.casefold(), _OTHERWISE)
    return DeliveryReport(
        report_id=event.needed_text("id"),
        operation_id=data.needed_text("messageId").casefold(),
        recipient=data.needed_text("recipient"),
        state=state,
        code=status,
        reason=reason,
        detail=data.part("deliveryStatusDetails").text("statusMessage"),
        at=_moment(data.needed_text("deliveryAttemptTimestamp")),
        internet_message_id=data.text("internetMessageId"),
    )


def _moment(text: str) -> datetime:
    """Read a time; one without a zone is UTC, as Azure's are."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise NotUnderstood("the time of the attempt is no time") from problem


def _unusable(why: str) -> InvalidInput:
    """Make the error of a body that Event Grid would not send."""
    return InvalidInput(f"The request {why}.", field="body")
