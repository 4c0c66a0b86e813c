"""Reading what Event Grid brings: reports, handshakes, and what is neither."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from classbell.microsoft.acs import EventGridReports
from classbell.ports.errors import InvalidInput
from classbell.ports.reports import DeliveryReport, ReportDelivery, ReportedState

TOPIC = (
    "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Communication/communicationServices/lms"
)
DATA = {
    "sender": "donotreply@mail.contoso.example",
    "recipient": "ana@contoso.example",
    "messageId": "5F3C1a52-7d3e-4c1b-9a56-0c1a55be1100",
    "internetMessageId": "<1@mail.contoso.example>",
    "status": "Bounced",
    "deliveryStatusDetails": {"statusMessage": "DestinationMailboxFull"},
    "deliveryAttemptTimestamp": "2026-11-23T06:48:02.15+00:00",
}


def event(**changes: object) -> dict[str, object]:
    """Return a delivery report in Event Grid's schema; a change to None leaves data out."""
    data = {name: value for name, value in (DATA | changes).items() if value is not None}
    return {
        "id": "8b1e",
        "topic": TOPIC,
        "subject": "sender/donotreply@mail.contoso.example/message/5f3c",
        "eventType": "Microsoft.Communication.EmailDeliveryReportReceived",
        "data": data,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": "2026-11-23T06:48:03Z",
    }


def read(*events: object) -> ReportDelivery:
    return EventGridReports().read(json.dumps(list(events)).encode())


def only(**changes: object) -> DeliveryReport:
    (report,) = read(event(**changes)).reports
    return report


def test_a_report_says_who_what_and_when() -> None:
    assert only() == DeliveryReport(
        report_id="8b1e",
        operation_id="5f3c1a52-7d3e-4c1b-9a56-0c1a55be1100",
        recipient="ana@contoso.example",
        state=ReportedState.BOUNCED,
        code="Bounced",
        reason="The recipient's mail server refused it.",
        detail="DestinationMailboxFull",
        at=datetime(2026, 11, 23, 6, 48, 2, 150_000, tzinfo=UTC),
        internet_message_id="<1@mail.contoso.example>",
    )


@pytest.mark.parametrize(
    ("word", "state", "arrived"),
    [
        ("Delivered", ReportedState.DELIVERED, True),
        ("Expanded", ReportedState.EXPANDED, True),
        ("Bounced", ReportedState.BOUNCED, False),
        ("Suppressed", ReportedState.SUPPRESSED, False),
        ("FilteredSpam", ReportedState.FILTERED, False),
        ("Quarantined", ReportedState.FILTERED, False),
        ("Failed", ReportedState.FAILED, False),
        ("SomethingNew", ReportedState.FAILED, False),
    ],
)
def test_every_word_for_a_status_is_known_and_a_new_one_is_a_failure(
    word: str, state: ReportedState, *, arrived: bool
) -> None:
    report = only(status=word)
    assert (report.state, report.code) == (state, word)
    assert report.state.arrived is arrived
    assert bool(report.reason) is not arrived


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-11-23T06:48:02.1234567+00:00", 123_456),
        ("2026-11-23T06:48:02.5Z", 500_000),
        ("2026-11-23T07:48:02+01:00", 0),
        ("2026-11-23T06:48:02", 0),
    ],
)
def test_times_are_read_in_all_forms_azure_writes(text: str, microseconds: int) -> None:
    expected = datetime(2026, 11, 23, 6, 48, 2, microseconds, tzinfo=UTC)
    assert only(deliveryAttemptTimestamp=text).at == expected


def test_details_and_the_mails_own_id_may_be_missing() -> None:
    report = only(deliveryStatusDetails=None, internetMessageId=None)
    assert (report.detail, report.internet_message_id) == ("", "")


def test_a_cloud_event_says_the_same() -> None:
    one = {
        "id": "8b1e",
        "source": TOPIC,
        "type": "Microsoft.Communication.EmailDeliveryReportReceived",
        "specversion": "1.0",
        "time": "2026-11-23T06:48:03Z",
        "data": DATA,
    }
    assert EventGridReports().read(json.dumps(one).encode()).reports == (only(),)


def test_a_handshake_is_answered_with_its_code_and_nothing_else() -> None:
    found = read(
        {
            "id": "2d17",
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "data": {"validationCode": "512d38b6", "validationUrl": "https://rp.example/validate"},
        }
    )
    assert found == ReportDelivery(agreement={"validationResponse": "512d38b6"})


def test_other_events_are_left_out() -> None:
    opened = event() | {
        "eventType": "Microsoft.Communication.EmailEngagementTrackingReportReceived"
    }
    assert read(opened) == ReportDelivery()
    assert len(read(opened, event()).reports) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"status": None}, "status"),
        ({"recipient": ""}, "recipient"),
        ({"messageId": 7}, "messageId"),
        ({"deliveryAttemptTimestamp": "yesterday"}, "time"),
        ({"deliveryAttemptTimestamp": "0001-01-01T00:00:00+14:00"}, "time"),
    ],
)
def test_one_report_without_sense_does_not_cost_the_others(
    changes: dict[str, object], named: str
) -> None:
    found = read(event(**changes), event())
    assert len(found.reports) == 1
    (problem,) = found.unreadable
    assert named in problem
    assert "ana@" not in problem


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b'"text"',
        b"[]",
        b"[7]",
        b"{}",
        b'[{"id": "1"}]',
        b"[" * 100_000,
        b'[{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {}}]',
    ],
)
def test_what_event_grid_would_not_send_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        EventGridReports().read(body)
    assert refused.value.what
    assert refused.value.field == "body"
