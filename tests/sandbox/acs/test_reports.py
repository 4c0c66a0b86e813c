"""Delivery reports: what is brought to a webhook, how often it is tried, and who is blocked."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from m365sandbox.store import SqliteStore
from m365sandbox.testing import start_sandbox
from tests.sandbox.acs.caller import GHOST, OUTSIDE, ZOE, Caller
from tests.sandbox.acs.webhook import Webhook

REPORT = "Microsoft.Communication.EmailDeliveryReportReceived"
LUCA = "luca.moretti@fabrikam.example"


def delivery(caller: Caller) -> dict[str, object]:
    """Return how far the latest report has come."""
    found: dict[str, object] = caller.sandbox.control.acs.reports()[0]["deliveries"][0]
    return found


def states(caller: Caller) -> object:
    return delivery(caller)["state"]


def test_a_webhook_agrees_and_is_told_what_became_of_a_mail(
    caller: Caller, webhook: Webhook
) -> None:
    secret = {"x-report-key": "s3cret"}
    subscription = caller.sandbox.control.acs.subscribe(webhook.url, headers=secret)
    assert subscription["is_active"] is True
    assert "s3cret" not in str(caller.sandbox.control.acs.subscriptions())
    (handshake,) = webhook.brought
    assert handshake.headers["x-report-key"] == "s3cret"
    (asked,) = handshake.body
    assert asked["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent"
    assert asked["data"]["validationUrl"].endswith(asked["data"]["validationCode"])

    operation = caller.sent()
    caller.later()
    (brought,) = webhook.wait_for(1)
    assert brought.headers["x-report-key"] == "s3cret"
    assert brought.headers["aeg-delivery-count"] == "0"
    (event,) = brought.body
    assert event["eventType"] == REPORT
    assert event["subject"] == f"sender/{caller.sender}/message/{operation}"
    assert {"id", "topic", "dataVersion", "metadataVersion"} <= event.keys()
    data = event["data"]
    assert (data["messageId"], data["recipient"], data["status"]) == (operation, ZOE, "Delivered")
    assert data["sender"] == caller.sender
    assert re.fullmatch(r"<.+@mail\.contoso\.example>", data["internetMessageId"])
    assert data["deliveryStatusDetails"] == {"statusMessage": ""}
    assert datetime.fromisoformat(data["deliveryAttemptTimestamp"]).tzinfo is not None
    (letter,) = caller.sandbox.control.received(ZOE)
    assert letter["internetMessageId"] == data["internetMessageId"]


def test_each_recipient_is_reported_once_and_by_itself(caller: Caller, webhook: Webhook) -> None:
    control = caller.sandbox.control.acs
    control.outcome(OUTSIDE, message="DestinationMailboxFull", hard=False)
    control.outcome("*@fabrikam.example", status="Quarantined")
    control.subscribe(webhook.url)
    caller.sent(ZOE, GHOST, OUTSIDE, LUCA)
    caller.later()
    found = {one.body[0]["data"]["recipient"]: one.body[0]["data"] for one in webhook.wait_for(4)}
    assert {address: data["status"] for address, data in found.items()} == {
        ZOE: "Delivered",
        GHOST: "Bounced",
        OUTSIDE: "Bounced",
        LUCA: "Quarantined",
    }
    details = {address: data["deliveryStatusDetails"] for address, data in found.items()}
    assert details[OUTSIDE] == {"statusMessage": "DestinationMailboxFull"}
    assert "5.1.10" in details[GHOST]["statusMessage"]
    assert [one["address"] for one in control.suppressions()] == [GHOST]
    assert caller.subjects(OUTSIDE) == caller.subjects(LUCA) == []


def test_a_webhook_is_tried_again_ever_more_rarely(caller: Caller, webhook: Webhook) -> None:
    caller.sandbox.control.acs.subscribe(webhook.url)
    webhook.answers.extend([500, 503, 404])
    caller.sent()
    caller.later()
    for tries, pause in ((1, 10), (2, 30), (3, 60)):
        webhook.wait_for(tries)
        _eventually(caller, tries)
        caller.later(seconds=pause - 1)
        assert len(webhook.notifications()) == tries
        caller.later(seconds=1)
    brought = webhook.wait_for(4)
    assert [one.headers["aeg-delivery-count"] for one in brought] == ["0", "1", "2", "3"]
    assert len({one.body[0]["id"] for one in brought}) == 1
    _eventually(caller, 4)
    assert states(caller) == "delivered"


def _eventually(caller: Caller, answers: int) -> None:
    """Wait until so many answers were written down; the webhook knows of them before we do."""
    for _ in range(200):
        given = delivery(caller)["answers"]
        assert isinstance(given, list)
        if len(given) >= answers:
            return
    pytest.fail(f"no {answers} answers")


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_some_refusals_are_final(caller: Caller, webhook: Webhook, status: int) -> None:
    caller.sandbox.control.acs.subscribe(webhook.url)
    webhook.answers.append(status)
    caller.sent()
    caller.later()
    webhook.wait_for(1)
    _eventually(caller, 1)
    assert delivery(caller) | {"subscription_id": ""} == {
        "subscription_id": "",
        "state": "dropped",
        "answers": [status],
    }


def test_a_webhook_that_is_away_is_given_up_after_a_day(caller: Caller, webhook: Webhook) -> None:
    control = caller.sandbox.control.acs
    control.subscribe(webhook.url)
    webhook.answers.extend([500] * 30)
    caller.sent()
    caller.later()
    for tries in range(1, 11):
        _eventually(caller, tries)
        if states(caller) == "dropped":
            break
        caller.later(hours=12)
    assert states(caller) == "dropped"


def test_a_report_may_come_late_and_twice(caller: Caller, webhook: Webhook) -> None:
    control = caller.sandbox.control.acs
    control.subscribe(webhook.url)
    operation = caller.sent()
    caller.later()
    webhook.wait_for(1)  # Reports keep no order among themselves, as with Event Grid.
    control.report(operation, ZOE, "Bounced", "5.2.2")
    found = [one.body[0]["data"]["status"] for one in webhook.wait_for(2)]
    assert found == ["Delivered", "Bounced"]


def test_bounces_block_an_address_for_longer_each_time(caller: Caller) -> None:
    control = caller.sandbox.control.acs
    control.resource(enabled=False)
    for bounces, hours in ((1, 24), (2, 48), (3, 96), (4, 168), (5, 336), (6, 336)):
        caller.sent(GHOST)
        caller.later()
        (blocked,) = control.suppressions()
        left = datetime.fromisoformat(blocked["until"]) - caller.sandbox.control.now()
        assert blocked["bounces"] == bounces
        assert timedelta(hours=hours) - left < timedelta(seconds=10)
        caller.sent(GHOST)
        caller.later()
        assert control.reports()[0]["status"] == "Suppressed"
        caller.later(hours=hours)
    control.release(GHOST)
    assert control.suppressions() == []


def test_a_slow_webhook_holds_nobody_up(caller: Caller, webhook: Webhook) -> None:
    caller.sandbox.control.acs.subscribe(webhook.url)
    with webhook.changed:  # While it is held, the webhook answers nothing.
        caller.sent()
        caller.later()
        assert caller.subjects() == ["You are enrolled"]
        assert states(caller) == "waiting"
    webhook.wait_for(1)


def test_a_reset_is_not_undone_by_an_answer_that_comes_late(
    caller: Caller, webhook: Webhook
) -> None:
    control = caller.sandbox.control
    control.acs.subscribe(webhook.url)
    with webhook.changed:  # As above.
        caller.sent()
        caller.later()
        control.reset()
    control.acs.subscribe(webhook.url)
    caller.sent(OUTSIDE)
    caller.later()
    webhook.wait_for(2)
    _eventually(caller, 1)
    assert [one["recipient"] for one in control.acs.reports()] == [OUTSIDE]


def test_operations_reports_and_subscriptions_survive_a_restart(
    tmp_path: Path, webhook: Webhook
) -> None:
    store = SqliteStore(tmp_path / "sandbox.sqlite3")
    webhook.answers.append(500)
    with start_sandbox(store=store) as first:
        first.control.set_clock(first.control.now(), freeze=True)
        first.control.acs.subscribe(webhook.url, headers={"x-key": "k"})
        first.control.acs.resource(sends_per_minute=77)
        caller = Caller(first)
        running, bounced = caller.sent(), caller.sent(GHOST)
        caller.later(seconds=2)
        caller.later(seconds=2)
        webhook.wait_for(2)
        unfinished = caller.sent()
    store.close()
    store = SqliteStore(tmp_path / "sandbox.sqlite3")
    with start_sandbox(store=store) as second:
        caller = Caller(second)
        webhook.wait_for(3)
        assert caller.status(running).json()["status"] == "Succeeded"
        assert caller.status(unfinished).json()["status"] == "Running"
        caller.later()
        assert caller.status(unfinished).json()["status"] == "Succeeded"
        brought = webhook.wait_for(4)
        assert {one.headers["x-key"] for one in brought} == {"k"}
        assert {one.body[0]["data"]["messageId"] for one in brought} == {
            running, bounced, unfinished,
        }  # fmt: skip
        assert second.control.acs.suppressions()[0]["address"] == GHOST
        assert second.control.acs.resource()["quota"]["sends_per_minute"] == 77
        second.control.reset()
        assert second.control.acs.operations() == []
        assert second.control.acs.resource()["quota"]["sends_per_minute"] == 30
    store.close()
