"""Mail in two steps that can be looked up: the fake and Graph keep the same promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Address, Mail, SightingState
from tests.contract.tracing import (
    DELAY,
    NOBODY,
    Route,
    arrived,
    failing,
    fake_route,
    look,
    mail,
    send,
)


@pytest.fixture(params=["fake", "sandbox"])
def route(request: pytest.FixtureRequest) -> Route:
    if request.param == "fake":
        return fake_route()
    made: Route = request.getfixturevalue("traced_route")
    return made


def test_a_mail_is_accepted_with_all_its_ids_and_arrives_once(route: Route) -> None:
    sent = mail(headers=(("x-classbell-message", "0f3c"),))
    _, accepted = send(route, sent)
    assert accepted.request_id
    assert accepted.provider_id
    assert accepted.internet_message_id.startswith("<")
    assert arrived(route, sent) == 1


def test_what_was_sent_is_seen_when_its_copy_has_appeared(route: Route) -> None:
    key, accepted = send(route, mail())
    assert look(route, key) is SightingState.UNDER_WAY
    route.wait(DELAY + timedelta(seconds=2))
    for _ in range(2):
        seen = route.sender.look_up(route.mailbox, key, route.now())
        assert seen.state is SightingState.SENT
        assert seen.accepted.internet_message_id == accepted.internet_message_id
        assert seen.accepted.provider_id == accepted.provider_id


def test_a_connection_that_breaks_after_the_mail_left_is_cleared_up(route: Route) -> None:
    sent = mail()
    route.break_after_sending()
    key, verdict = failing(route, sent)
    assert verdict.kind is VerdictKind.UNKNOWN
    assert look(route, key) is SightingState.UNDER_WAY
    route.wait(DELAY + timedelta(seconds=2))
    assert look(route, key) is SightingState.SENT
    assert arrived(route, sent) == 1


def test_a_draft_that_was_not_sent_never_will_be(route: Route) -> None:
    sent = mail()
    route.stop_after_the_draft()
    key, verdict = failing(route, sent)
    assert verdict.kind is VerdictKind.UNKNOWN
    assert look(route, key) is SightingState.NEVER_SENT
    # Less than an hour, which is what the shortest-lived access token lasts.
    route.wait(timedelta(minutes=50))
    assert arrived(route, sent) == 0
    assert look(route, key, ago=timedelta(hours=1)) is SightingState.NEVER_SENT


def test_a_draft_that_got_lost_leaves_no_doubt_that_nothing_was_sent(route: Route) -> None:
    sent = mail()
    route.lose_the_draft()
    key, verdict = failing(route, sent)
    assert verdict.kind is VerdictKind.RETRY
    assert look(route, key) is SightingState.UNDER_WAY
    assert look(route, key, ago=timedelta(hours=1)) is SightingState.NEVER_SENT
    assert arrived(route, sent) == 0


def test_a_mail_for_nobody_is_refused_and_concerns_no_account(route: Route) -> None:
    key, verdict = failing(route, Mail("For nobody", "<p>Hi</p>"))
    assert verdict.kind is VerdictKind.REFUSED
    assert not verdict.concerns_the_account
    assert look(route, key, ago=timedelta(hours=1)) is SightingState.NEVER_SENT


def test_a_header_that_does_not_begin_with_x_is_our_fault(route: Route) -> None:
    _, verdict = failing(route, mail(headers=(("Precedence", "bulk"),)))
    assert verdict.kind is VerdictKind.OPERATOR_FAULT


def test_the_sweep_takes_what_is_old_and_leaves_what_is_not(route: Route) -> None:
    route.wait(timedelta(minutes=1))
    route.sender.sweep(route.mailbox, route.now())
    route.stop_after_the_draft()
    failing(route, mail())
    send(route, mail())
    route.wait(timedelta(minutes=10))
    young, _ = send(route, mail())
    route.wait(timedelta(minutes=1))
    before = route.now() - timedelta(minutes=5)
    assert route.sender.sweep(route.mailbox, before) == 2
    assert route.sender.sweep(route.mailbox, before) == 0
    assert look(route, young) is SightingState.SENT


def test_mail_that_comes_back_is_told_with_its_reason(route: Route) -> None:
    begun = route.now()
    key, accepted = send(route, mail(bcc=(Address(NOBODY),)))
    (bounce,) = route.sender.bounces(route.mailbox, begun)
    assert bounce.internet_message_id == accepted.internet_message_id
    assert (bounce.recipient, bounce.code, bounce.key) == (NOBODY, "5.1.10", key)
    assert bounce.reason == "The address does not exist."
    assert begun <= bounce.at <= route.now()
    assert route.sender.bounces(route.mailbox, route.now() + timedelta(minutes=1)) == []
