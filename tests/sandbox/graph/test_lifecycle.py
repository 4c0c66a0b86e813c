"""What happens to subscriptions themselves, and how their owners hear of it."""

import pytest

from tests.sandbox.graph.listener import LEARNING, Listener
from tests.sandbox.graph.subscriber import Subscriber, until


def test_after_four_hours_of_refusals_they_are_missed(
    subscriber: Subscriber, listener: Listener
) -> None:
    subscriber.subscribe(listener)
    listener.answers.extend([500, 500])
    subscriber.create()
    listener.wait_for(1)
    until(subscriber, tries=1)
    subscriber.later(hours=5)
    assert sorted(listener.events(2)) == ["missed", "reauthorizationRequired"]
    (shown,) = subscriber.sandbox.control.subscriptions()["subscriptions"]
    assert shown["dropped"] == 1


def test_whoever_does_not_vouch_again_hears_nothing_and_then_that_it_was_missed(
    subscriber: Subscriber, listener: Listener
) -> None:
    made = subscriber.subscribe(listener)
    subscriber.later(hours=2)
    assert listener.events(1) == ["reauthorizationRequired"]
    assert listener.lifecycle[0]["subscriptionId"] == made["id"]
    assert listener.lifecycle[0]["clientState"] == "only-we-know"
    fresh = Subscriber(subscriber.sandbox)
    fresh.create()
    assert fresh.ask("POST", f"/subscriptions/{made['id']}/reauthorize").status_code == 204
    fresh.later(seconds=1)
    assert listener.events(2) == ["reauthorizationRequired", "missed"]
    assert listener.notices == []
    fresh.create()
    assert len(listener.wait_for(1)) == 1


def test_who_vouches_in_time_is_asked_again_before_the_next_token_ends(
    subscriber: Subscriber, listener: Listener
) -> None:
    made = subscriber.subscribe(listener)
    subscriber.later(minutes=50)
    fresh = Subscriber(subscriber.sandbox)
    fresh.ask("POST", f"/subscriptions/{made['id']}/reauthorize")
    fresh.later(minutes=40)
    fresh.create()
    assert len(listener.wait_for(1)) == 1


@pytest.mark.parametrize("switch", ["reset-password", "change-password", "disable"])
def test_an_account_in_trouble_loses_its_subscriptions(
    subscriber: Subscriber, listener: Listener, switch: str
) -> None:
    made = subscriber.subscribe(listener)
    subscriber.sandbox.control.person(LEARNING, switch)
    subscriber.later(seconds=1)
    assert listener.events(1) == ["subscriptionRemoved"]
    assert listener.lifecycle[0]["subscriptionId"] == made["id"]
    assert subscriber.sandbox.control.subscriptions()["subscriptions"] == []


@pytest.mark.parametrize("name", ["reauthorizationRequired", "missed", "subscriptionRemoved"])
def test_lifecycle_events_happen_at_will(
    subscriber: Subscriber, listener: Listener, name: str
) -> None:
    made = subscriber.subscribe(listener)
    subscriber.sandbox.control.lifecycle(made["id"], name)
    assert listener.events(1) == [name]
    left = subscriber.sandbox.control.subscriptions()["subscriptions"]
    assert len(left) == (0 if name == "subscriptionRemoved" else 1)
