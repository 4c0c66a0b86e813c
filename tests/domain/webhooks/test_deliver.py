"""Events on their way: order, signatures, trying again, giving up."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from classbell.domain.webhooks.endpoints import rotate_secret
from classbell.domain.webhooks.replay import ping, replay_one, replay_since
from classbell.domain.webhooks.schedule import DELAYS, TRIES, next_try
from classbell.domain.webhooks.switching import switch_off, switch_on
from classbell.ports.errors import InvalidInput
from classbell.storage.models import AuditEntry, DomainEvent, Notification, WebhookDelivery
from tests.domain.webhooks.stage import Stage
from tests.receiver import a_receiver
from tests.support import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_events_arrive_signed_in_their_order(stage: Stage) -> None:
    events = [stage.happen(code=f"FIRE-{number}", session="s") for number in range(5)]
    stage.work()
    assert stage.receiver.ids == [f"evt_{event.pk}" for event in events]
    for number, one in enumerate(stage.receiver.received):
        told = Webhook(stage.made.secret).verify(one.body, one.headers)
        assert told == {
            "type": "session.changed",
            "timestamp": NOW.isoformat(),
            "data": {"catalog": "academy", "session": "s", "code": f"FIRE-{number}"},
        }
        assert one.headers["content-type"] == "application/json"
    assert {state for _, state, _, _ in stage.log()} == {"delivered"}
    assert not DomainEvent.objects.filter(to_pass_on=True).exists()


def test_a_changed_body_does_not_verify(stage: Stage) -> None:
    stage.happen(code="FIRE-1")
    stage.work()
    one = stage.receiver.received[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(stage.made.secret).verify(one.body.replace("FIRE-1", "FIRE-2"), one.headers)


def test_a_former_secret_verifies_for_a_day_after_its_change(stage: Stage) -> None:
    new = rotate_secret(stage.ports, endpoint=stage.made.endpoint, actor=stage.owner)
    stage.happen()
    stage.work()
    both = stage.receiver.received[0]
    Webhook(stage.made.secret).verify(both.body, both.headers)
    Webhook(new.secret).verify(both.body, both.headers)
    stage.pass_time(DAY)
    stage.happen()
    stage.work()
    after = stage.receiver.received[1]
    Webhook(new.secret).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(stage.made.secret).verify(after.body, after.headers)


def test_only_chosen_events_of_the_own_catalog_arrive_and_nothing_personal(stage: Stage) -> None:
    stage.happen("session.enrolled", people=["a"])
    stage.happen("connection.lost", account="learning@contoso.example", code="AADSTS50173")
    stage.happen("course.changed", title="not in the registry")
    stage.work()
    (one,) = stage.receiver.received
    assert json.loads(one.body)["data"] == {"catalog": "academy", "code": "AADSTS50173"}
    assert "learning@" not in one.body


def test_an_event_of_its_own_error_is_tried_over_a_day_and_holds_nobody_up(stage: Stage) -> None:
    stage.receiver.statuses = [500, 204, 500]
    first = stage.happen()
    second = stage.happen()
    stage.work()
    assert stage.log() == [
        ("session.changed", "waiting", 1, 500),
        ("session.changed", "delivered", 1, 204),
    ]
    for delay in DELAYS:
        stage.pass_time(delay - timedelta(seconds=1))
        seen = len(stage.receiver.received)
        stage.work()
        assert len(stage.receiver.received) == seen, "not before its time"
        stage.pass_time(delay / 5)
        stage.pass_time(timedelta(seconds=1))
        stage.work()
        assert len(stage.receiver.received) == seen + 1
    assert stage.log()[0] == ("session.changed", "failed", TRIES, 500)
    assert stage.receiver.ids.count(f"evt_{first.pk}") == TRIES
    assert stage.receiver.ids.count(f"evt_{second.pk}") == 1


@pytest.mark.parametrize(("status", "state"), [(200, "delivered"), (500, "waiting")])
def test_of_a_long_answer_the_status_counts(stage: Stage, status: int, state: str) -> None:
    stage.receiver.statuses, stage.receiver.answer = [status], b"<html>" * 100_000
    stage.happen()
    stage.work()
    assert stage.log() == [("session.changed", state, 1, status)]


def test_while_an_endpoint_is_busy_everything_waits_in_its_order(stage: Stage) -> None:
    stage.receiver.statuses, stage.receiver.headers = [503, 204], {"Retry-After": "3600"}
    events = [stage.happen() for _ in range(3)]
    stage.work()
    assert len(stage.receiver.received) == 1
    stage.pass_time(59 * MINUTE)
    stage.work()
    assert len(stage.receiver.received) == 1, "it asked for an hour"
    stage.pass_time(MINUTE)
    stage.work()
    expected = [f"evt_{event.pk}" for event in events]
    assert stage.receiver.ids == [expected[0], *expected]


def test_an_endpoint_that_does_not_answer_keeps_nobody_else_from_theirs(stage: Stage) -> None:
    with a_receiver() as gone:
        pass  # nobody listens there any more
    silent = stage.endpoint(url=gone.url).endpoint
    stage.happen()
    stage.happen()
    stage.work()
    assert len(stage.receiver.ids) == 2
    rows = WebhookDelivery.objects.filter(endpoint=silent).order_by("id")
    assert [(row.attempts, row.response_code) for row in rows] == [(1, None), (0, None)]
    assert "refused" in rows[0].problem
    silent.refresh_from_db()
    assert silent.paused_until is not None
    assert silent.paused_until > stage.clock.now()


def test_what_waits_for_an_endpoint_that_is_silent_for_days_is_given_up(stage: Stage) -> None:
    with a_receiver() as gone:
        pass
    silent = stage.endpoint(url=gone.url).endpoint
    for _ in range(4):
        stage.happen()
    for _ in range(30):
        stage.work()
        stage.pass_time(2 * HOUR)
    rows = WebhookDelivery.objects.filter(endpoint=silent)
    assert {row.state for row in rows} == {"failed"}
    assert sum(row.attempts for row in rows) <= 2 * TRIES, "it is asked rarely, not for each event"


def test_gone_switches_the_endpoint_off(stage: Stage) -> None:
    stage.receiver.statuses = [410]
    stage.happen()
    stage.happen()
    stage.work()
    stage.made.endpoint.refresh_from_db()
    assert (stage.made.endpoint.is_on, stage.made.endpoint.off_reason) == (False, "gone")
    assert [state for _, state, _, _ in stage.log()] == ["failed", "stopped"]
    entry = AuditEntry.objects.get(action="webhook.switched_off")
    assert (entry.actor_name, entry.after["reason"]) == ("Classbell", "gone")
    told = Notification.objects.get(kind="webhook_off")
    assert told.audience == [stage.cast.owner.pk.hex], "the admins of its catalog"


def test_five_days_of_failures_switch_it_off(stage: Stage) -> None:
    stage.receiver.statuses = [500]
    for _ in range(6):
        stage.happen()
        stage.work()
        stage.pass_time(DAY + MINUTE)
    stage.made.endpoint.refresh_from_db()
    assert (stage.made.endpoint.is_on, stage.made.endpoint.off_reason) == (False, "failing")


def test_one_success_forgives_days_of_failures(stage: Stage) -> None:
    stage.receiver.statuses = [500]
    for _ in range(4):
        stage.happen()
        stage.work()
        stage.pass_time(DAY)
    stage.receiver.statuses = [204]
    stage.happen()
    stage.work()
    stage.made.endpoint.refresh_from_db()
    assert stage.made.endpoint.failing_since is None
    assert stage.made.endpoint.is_on


def test_redirects_are_not_followed(stage: Stage) -> None:
    stage.receiver.statuses = [302]
    stage.receiver.headers = {"Location": stage.receiver.url + "/elsewhere"}
    stage.happen()
    stage.work()
    assert [one.path for one in stage.receiver.received] == ["/hooks"]
    assert stage.log() == [("session.changed", "waiting", 1, 302)]


def test_a_test_goes_out_at_once_also_while_the_endpoint_rests(stage: Stage) -> None:
    stage.receiver.statuses = [503, 204]
    stage.happen()
    stage.work()
    ping(stage.ports, endpoint=stage.made.endpoint, actor=stage.owner)
    stage.work()
    assert json.loads(stage.receiver.received[1].body)["type"] == "webhook.ping"
    assert [state for _, state, _, _ in stage.log()] == ["waiting", "delivered"]
    stage.pass_time(timedelta(seconds=6))
    stage.work()
    assert [state for _, state, _, _ in stage.log()] == ["delivered", "delivered"]


def test_several_tests_go_out_while_the_endpoint_rests(stage: Stage) -> None:
    stage.receiver.statuses = [503]
    stage.happen()
    stage.work()
    stage.pass_time(timedelta(seconds=1))
    for _ in range(2):
        ping(stage.ports, endpoint=stage.made.endpoint, actor=stage.owner)
    stage.work()
    assert len(stage.receiver.ids) == 3


def test_what_was_settled_is_forgotten_after_a_month(stage: Stage) -> None:
    stage.endpoint(event_types=("message.failed", "session.changed"))
    kept = stage.happen()
    stage.happen("message.failed", message=1)
    stage.work()
    stage.pass_time(31 * DAY)
    newer = stage.happen()
    stage.work()
    assert {row.event_id for row in WebhookDelivery.objects.all()} == {newer.pk}
    left = DomainEvent.objects.filter(name__in=("session.changed", "message.failed"))
    assert {event.pk for event in left} == {kept.pk, newer.pk}


def test_replaying_one_sends_it_under_the_same_id(stage: Stage) -> None:
    stage.happen()
    stage.work()
    delivery = WebhookDelivery.objects.get()
    assert replay_one(stage.ports, delivery=delivery, actor=stage.owner)
    stage.work()
    assert len(set(stage.receiver.ids)) == 1
    assert len(stage.receiver.ids) == 2


def test_replaying_since_a_moment_brings_also_what_happened_while_it_was_off(stage: Stage) -> None:
    old = stage.happen()
    stage.work()
    stage.pass_time(HOUR)
    since = stage.clock.now()
    told = stage.happen()
    stage.work()
    switch_off(stage.ports, endpoint=stage.made.endpoint, actor=stage.owner)
    missed = stage.happen()
    stage.work()
    with pytest.raises(InvalidInput):
        replay_since(stage.ports, endpoint=stage.made.endpoint, since=since, actor=stage.owner)
    switch_on(stage.ports, endpoint=stage.made.endpoint, actor=stage.owner)
    count = replay_since(stage.ports, endpoint=stage.made.endpoint, since=since, actor=stage.owner)
    stage.work()
    assert count == 2
    assert stage.receiver.ids == [f"evt_{one.pk}" for one in (old, told, told, missed)]


def test_pauses_grow_with_jitter_and_never_undercut_what_was_asked_for() -> None:
    for tries, delay in enumerate(DELAYS, start=1):
        at = next_try(tries, NOW)
        assert NOW + delay <= at <= NOW + delay * 1.1
    assert next_try(1, NOW, NOW + DAY) == NOW + DAY
    assert timedelta(hours=24) < sum(DELAYS, timedelta()) < timedelta(hours=30)
