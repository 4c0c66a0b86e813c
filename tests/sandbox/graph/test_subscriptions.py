"""Change notifications over the network: the handshake, notices, retries, and the lifecycle."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.graph.harness import event, invited
from tests.sandbox.graph.listener import LEARNING, Listener
from tests.sandbox.graph.subscriber import SCOPES, Subscriber, until

ZOE = "zoe.dubois@contoso.example"
STRANGER = "rosa.fabri@fabrikam.example"


def test_every_change_is_told_with_what_finds_it(
    subscriber: Subscriber, listener: Listener
) -> None:
    made = subscriber.subscribe(listener)
    assert len(listener.tokens) == 2
    assert made["clientState"] == "only-we-know"
    created = subscriber.create()
    listener.wait_for(1)
    subscriber.ask("PATCH", f"/me/events/{created['id']}", {"subject": "Renamed"})
    subscriber.later(seconds=2)
    listener.wait_for(2)
    subscriber.ask("DELETE", f"/me/events/{created['id']}")
    subscriber.later(seconds=2)
    told = listener.wait_for(3)
    assert [one["changeType"] for one in told] == ["created", "updated", "deleted"]
    for one in told:
        assert one["subscriptionId"] == made["id"]
        assert one["clientState"] == "only-we-know"
        assert one["resourceData"]["id"] == created["id"]
        assert one["resource"].endswith(f"/Events/{created['id']}")
    assert told[0]["resourceData"]["@odata.etag"] == created["@odata.etag"]
    assert told[0]["resourceData"]["@odata.type"] == "#Microsoft.Graph.Event"
    assert told[0]["tenantId"] == "c0470500-0000-4000-8000-000000000001"


def test_answers_of_rooms_and_people_are_told(subscriber: Subscriber, listener: Listener) -> None:
    subscriber.subscribe(listener, changeType="updated")
    hall = invited("auditorium@contoso.example", kind="resource")
    day = (subscriber.sandbox.control.now() + timedelta(days=7)).date()
    times = {
        name: {"dateTime": f"{day}T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "09"), ("end", "11"))
    }
    created = subscriber.create(attendees=[*hall, *invited(ZOE)], **times)
    subscriber.later(seconds=5)
    subscriber.later(seconds=5)
    listener.wait_for(1)
    zoe = Subscriber(subscriber.sandbox, ZOE)
    (copy,) = zoe.ask("GET", "/me/events").json()["value"]
    zoe.ask("POST", f"/me/events/{copy['id']}/accept", {})
    subscriber.later(seconds=2)
    told = listener.wait_for(2)
    assert {one["resourceData"]["id"] for one in told} == {created["id"]}
    found = subscriber.ask("GET", f"/me/events/{created['id']}").json()
    assert [one["status"]["response"] for one in found["attendees"]] == ["accepted"] * 2


def test_many_changes_travel_together(subscriber: Subscriber, listener: Listener) -> None:
    subscriber.subscribe(listener)
    for _ in range(5):
        subscriber.ask("POST", "/me/events", event())
    subscriber.later(seconds=2)
    assert len(listener.wait_for(5)) == 5
    assert listener.requests < 5


def test_only_what_was_asked_for_is_told(subscriber: Subscriber, listener: Listener) -> None:
    subscriber.subscribe(listener, changeType="deleted")
    created = subscriber.create()
    subscriber.ask("DELETE", f"/me/events/{created['id']}")
    subscriber.later(seconds=2)
    assert [one["changeType"] for one in listener.wait_for(1)] == ["deleted"]


@pytest.mark.parametrize(
    ("handshake", "words"),
    [
        ((403, "text/plain", str), "HTTP status code is 'Forbidden'"),
        ((202, "text/plain", str), "HTTP status code is 'Accepted'"),
        ((200, "application/json", str), "text/plain"),
        ((200, "text/plain", lambda token: token.replace(" ", "+")), "exactly match"),
        ((200, "text/plain", lambda _: ""), "exactly match"),
    ],
)
def test_a_webhook_that_does_not_agree_hears_nothing(
    subscriber: Subscriber, listener: Listener, handshake: Any, words: str
) -> None:
    listener.handshake = handshake
    refused = subscriber.ask("POST", "/subscriptions", subscriber.wanted(listener))
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "ValidationError"
    assert words in refused.json()["error"]["message"]
    assert subscriber.ask("GET", "/subscriptions").json()["value"] == []


@pytest.mark.slow
def test_a_webhook_has_ten_seconds_to_agree(subscriber: Subscriber, listener: Listener) -> None:
    listener.sleep_seconds = 10.5
    refused = subscriber.ask("POST", "/subscriptions", subscriber.wanted(listener))
    assert refused.status_code == 400
    assert "timed out" in refused.json()["error"]["message"]


def test_nobody_at_the_address_is_no_agreement(subscriber: Subscriber) -> None:
    with Listener() as gone:
        body = subscriber.wanted(gone)
    refused = subscriber.ask("POST", "/subscriptions", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"changeType": ""}, 400),
        ({"changeType": "moved"}, 400),
        ({"resource": "/me/messages"}, 400),
        ({"resource": "/me/events?$filter=subject eq 'x'"}, 400),
        ({"resource": f"/users/{ZOE}/events"}, 403),
        ({"resource": "/users/nobody@contoso.example/events"}, 403),
        ({"expirationDateTime": "2020-01-01T00:00:00Z"}, 400),
        ({"expirationDateTime": "soon"}, 400),
        ({"clientState": "x" * 129}, 400),
        ({"includeResourceData": True}, 400),
        ({"notificationUrl": "https://elsewhere.example/hooks"}, 400),
        ({"notificationUrl": "http://192.0.2.7/hooks"}, 400),
        ({"lifecycleNotificationUrl": "http://elsewhere.example/"}, 400),
        ({"colour": "red"}, 400),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(
    subscriber: Subscriber, listener: Listener, members: dict[str, object], status: int
) -> None:
    refused = subscriber.ask("POST", "/subscriptions", subscriber.wanted(listener, **members))
    assert refused.status_code == status, refused.text
    assert listener.tokens == []


def test_a_permission_to_read_events_is_needed(subscriber: Subscriber, listener: Listener) -> None:
    poor = Subscriber(subscriber.sandbox, LEARNING, "User.Read", "Calendars.ReadBasic")
    refused = poor.ask("POST", "/subscriptions", poor.wanted(listener))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ExtensionError")


def test_a_life_is_at_least_45_minutes_and_at_most_what_the_limit_says(
    subscriber: Subscriber, listener: Listener
) -> None:
    now = subscriber.sandbox.control.now()
    short = (now + timedelta(minutes=5)).isoformat()
    made = subscriber.subscribe(listener, expirationDateTime=short)
    ends = datetime.fromisoformat(made["expirationDateTime"][:26] + "+00:00")
    assert abs(ends - now - timedelta(minutes=45)) < timedelta(minutes=1)
    long = (now + timedelta(minutes=4240)).isoformat()
    refused = subscriber.ask(
        "POST", "/subscriptions", subscriber.wanted(listener, expirationDateTime=long)
    )
    assert "4230 minutes" in refused.json()["error"]["message"]
    subscriber.sandbox.control.limits(subscription_minutes=10_080)
    assert subscriber.subscribe(listener, expirationDateTime=long)


def test_a_mailbox_has_so_many_subscriptions_at_most(
    subscriber: Subscriber, listener: Listener
) -> None:
    subscriber.sandbox.control.limits(subscriptions_per_mailbox=1)
    subscriber.subscribe(listener)
    refused = subscriber.ask("POST", "/subscriptions", subscriber.wanted(listener))
    assert refused.status_code == 403


def test_it_is_renewed_ended_and_its_owners_alone(
    subscriber: Subscriber, listener: Listener
) -> None:
    made = subscriber.subscribe(listener)
    path = f"/subscriptions/{made['id']}"
    later = (subscriber.sandbox.control.now() + timedelta(days=2)).isoformat()
    renewed = subscriber.ask("PATCH", path, {"expirationDateTime": later})
    assert renewed.status_code == 200
    assert renewed.json()["expirationDateTime"] > made["expirationDateTime"]
    assert subscriber.ask("PATCH", path, {"clientState": "other"}).status_code == 400
    for other in (Subscriber(subscriber.sandbox, ZOE), Subscriber(subscriber.sandbox, STRANGER)):
        assert other.ask("GET", path).status_code == 404
        assert other.ask("DELETE", path).status_code == 404
        assert other.ask("PATCH", path, {"expirationDateTime": later}).status_code == 404
        assert other.ask("GET", "/subscriptions").json()["value"] == []
    assert subscriber.ask("GET", path).json()["id"] == made["id"]
    assert subscriber.ask("DELETE", path).status_code == 204
    assert subscriber.ask("DELETE", path).status_code == 404
    subscriber.create()
    subscriber.later(minutes=1)
    assert listener.notices == []


def test_it_ends_when_its_time_is_over(subscriber: Subscriber, listener: Listener) -> None:
    made = subscriber.subscribe(listener)
    subscriber.later(days=1, minutes=1)
    later = Subscriber(subscriber.sandbox)
    assert later.ask("GET", f"/subscriptions/{made['id']}").status_code == 404
    later.create()
    assert listener.notices == []


def test_a_webhook_in_trouble_is_asked_again(subscriber: Subscriber, listener: Listener) -> None:
    subscriber.subscribe(listener)
    listener.answers.extend([500, 503])
    subscriber.create()
    listener.wait_for(1)
    for pause in (15, 35):
        seen = len(listener.notices)
        until(subscriber, tries=1 if pause == 15 else 2)
        subscriber.later(seconds=pause)
        listener.wait_for(seen + 1)
    assert len({one["id"] for one in listener.notices}) == 1
    until(subscriber, tries=0)
    (shown,) = subscriber.sandbox.control.subscriptions()["subscriptions"]
    assert (shown["answers"], shown["delivered"]) == ([500, 503, 202], 1)


def test_the_page_shows_them_and_lets_lifecycle_events_happen(
    subscriber: Subscriber, listener: Listener
) -> None:
    made = subscriber.subscribe(listener)
    base = subscriber.sandbox.people_url
    with subscriber.sandbox.browser() as browser:
        shown = browser.get(f"{base}/portal/subscriptions").text
        assert "Classbell" in shown
        assert listener.lifecycle_url in shown
        path = f"{base}/portal/subscriptions/{made['id']}/lifecycle"
        assert browser.post(path, data={"event": "nonsense"}).status_code == 400
        assert browser.post(path, data={"event": "subscriptionRemoved"}).status_code == 303
        subscriber.later(seconds=1)
        assert listener.events(1) == ["subscriptionRemoved"]
        assert "No application" in browser.get(f"{base}/portal/subscriptions").text


def test_faults_meet_them_too(subscriber: Subscriber, listener: Listener) -> None:
    subscriber.sandbox.control.add_fault(path="/v1.0/subscriptions", method="POST", status=503)
    token = subscriber.sandbox.access_token(LEARNING, *SCOPES)
    url = f"{subscriber.sandbox.graph_url}/v1.0/subscriptions"
    with subscriber.sandbox.browser() as client:
        answer = client.post(
            url,
            json=subscriber.wanted(listener),
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 503
    assert listener.tokens == []


def test_a_batch_may_subscribe(subscriber: Subscriber, listener: Listener) -> None:
    part = {
        "id": "1",
        "method": "POST",
        "url": "/subscriptions",
        "headers": {"Content-Type": "application/json"},
        "body": subscriber.wanted(listener),
    }
    answer = subscriber.ask("POST", "/$batch", {"requests": [part]})
    assert answer.json()["responses"][0]["status"] == 201
