"""Subscriptions to delivery reports: the handshake, and where they may lead."""

import httpx2
import pytest

from tests.sandbox.acs.caller import Caller
from tests.sandbox.acs.webhook import Webhook

REPORT = "Microsoft.Communication.EmailDeliveryReportReceived"
CLOUD = "CloudEventSchemaV1_0"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7/reports",
        "http://elsewhere.example/reports",
        "https://127.0.0.1/reports",
        "http://127.0.0.1.elsewhere.example/",
        "ftp://127.0.0.1/",
        "http://0.0.0.0/",
        "reports",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/\x7f",
    ],
)
def test_nothing_is_ever_sent_to_another_machine(caller: Caller, url: str) -> None:
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        caller.sandbox.control.acs.subscribe(url)
    assert refused.value.response.status_code == 400
    assert caller.sandbox.control.acs.subscriptions() == []


@pytest.mark.parametrize("handshake", [202, 204, 401, 500])
def test_only_200_is_an_agreement(caller: Caller, webhook: Webhook, handshake: int) -> None:
    webhook.handshake = handshake
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        caller.sandbox.control.acs.subscribe(webhook.url)
    assert "handshake" in refused.value.response.json()["error"]
    assert caller.sandbox.control.acs.subscriptions() == []


def test_whoever_does_not_give_the_code_back_visits_an_address(
    caller: Caller, webhook: Webhook
) -> None:
    control = caller.sandbox.control.acs
    webhook.agrees = False
    assert control.subscribe(webhook.url)["is_active"] is False
    caller.sent()
    caller.later()
    address = webhook.brought[0].body[0]["data"]["validationUrl"]
    with caller.sandbox.browser() as client:
        assert client.get(address[:-1]).status_code == 400
        assert client.get(address).status_code == 200
    assert control.subscriptions()[0]["is_active"] is True
    caller.sent()
    caller.later()
    assert len(webhook.wait_for(1)) == 1


def test_the_address_counts_for_five_minutes(caller: Caller, webhook: Webhook) -> None:
    webhook.agrees = False
    caller.sandbox.control.acs.subscribe(webhook.url)
    address = webhook.brought[0].body[0]["data"]["validationUrl"]
    caller.later(minutes=6)
    with caller.sandbox.browser() as client:
        assert client.get(address).status_code == 400


def test_headers_may_stay_away_from_the_handshake(caller: Caller, webhook: Webhook) -> None:
    caller.sandbox.control.acs.subscribe(
        webhook.url, headers={"x-key": "k"}, headers_in_handshake=False
    )
    assert "x-key" not in webhook.brought[0].headers
    caller.sent()
    caller.later()
    assert webhook.wait_for(1)[0].headers["x-key"] == "k"


@pytest.mark.parametrize(
    "headers", [{"bad name": "x"}, {"x": "a\r\nb"}, {"x": "é"}, {f"x{n}": "" for n in range(11)}]
)
def test_headers_that_http_does_not_know_are_refused(
    caller: Caller, webhook: Webhook, headers: dict[str, str]
) -> None:
    with pytest.raises(httpx2.HTTPStatusError):
        caller.sandbox.control.acs.subscribe(webhook.url, headers=headers)
    assert webhook.brought == []


def test_cloud_events_ask_for_permission_first(caller: Caller, webhook: Webhook) -> None:
    control = caller.sandbox.control.acs
    webhook.agrees = False
    assert control.subscribe(webhook.url, schema=CLOUD)["is_active"] is False
    webhook.agrees = True
    assert control.subscribe(webhook.url, schema=CLOUD)["is_active"] is True
    assert webhook.brought[-1].method == "OPTIONS"
    assert webhook.brought[-1].headers["webhook-request-origin"] == "eventgrid.azure.net"
    operation = caller.sent()
    caller.later()
    (brought,) = webhook.wait_for(1)
    assert brought.headers["content-type"].startswith("application/cloudevents+json")
    assert (brought.body["type"], brought.body["specversion"]) == (REPORT, "1.0")
    assert brought.body["data"]["messageId"] == operation


def test_whoever_unsubscribed_hears_nothing_more(caller: Caller, webhook: Webhook) -> None:
    control = caller.sandbox.control.acs
    subscription = control.subscribe(webhook.url)
    control.unsubscribe(subscription["subscription_id"])
    caller.sent()
    caller.later()
    assert control.reports()[0]["deliveries"] == []
    assert webhook.notifications() == []
