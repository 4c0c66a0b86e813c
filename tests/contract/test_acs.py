"""Sending through the e-mail service: the fake and Azure's operations keep the same promises."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Address, EmailResource, Mail, SightingState
from tests.contract.email_sides import ZOE, EmailSide, a_key, verdict_of, void
from tests.fakes import FakeEmailService


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> EmailSide:
    made: EmailSide = request.getfixturevalue(f"{request.param}_email")
    return made


@pytest.fixture
def fake_email() -> EmailSide:
    fake = FakeEmailService()
    return EmailSide(
        service=fake,
        resource=EmailResource("https://acs.example", "donotreply@acs.example", "a2V5"),
        subjects=lambda: [mail.subject for mail in fake.to(ZOE.address)],
        lose_answer=lambda: fake.fail_next(VerdictKind.UNKNOWN, carried_out=True),
        lose_request=lambda: fake.fail_next(VerdictKind.UNKNOWN),
        give_up=lambda key: fake.give_up(key, "EmailDropped"),
        later=lambda: None,
    )


def test_a_mail_is_accepted_under_its_key_and_arrives(side: EmailSide) -> None:
    key, subject = a_key(), f"Grüße {a_key()}"
    accepted = side.service.send(side.resource, Mail(subject, "<p>Hi</p>", to=(ZOE,)), key)
    assert accepted.provider_id == key
    assert accepted.request_id
    side.later()
    sighting = side.service.look_up(side.resource, key)
    assert sighting.state is SightingState.SENT
    assert sighting.accepted.provider_id == key
    assert side.subjects().count(subject) == 1


def test_nothing_is_known_of_a_key_never_used(side: EmailSide) -> None:
    assert side.state(a_key()) is SightingState.NEVER_SENT


def test_a_lost_answer_leaves_doubt_that_looking_up_ends(side: EmailSide) -> None:
    key, subject = a_key(), f"Doubtful {a_key()}"
    side.lose_answer()
    assert verdict_of(lambda: side.send(subject, key)).kind is VerdictKind.UNKNOWN
    assert side.state(key) in {SightingState.UNDER_WAY, SightingState.SENT}
    side.later()
    assert side.state(key) is SightingState.SENT
    assert side.subjects().count(subject) == 1


def test_a_lost_request_is_in_doubt_too_and_was_never_sent(side: EmailSide) -> None:
    key, subject = a_key(), f"Lost {a_key()}"
    side.lose_request()
    assert verdict_of(lambda: side.send(subject, key)).kind is VerdictKind.UNKNOWN
    assert side.state(key) is SightingState.NEVER_SENT
    side.send(subject, key)
    side.later()
    assert side.subjects().count(subject) == 1


def test_a_key_used_twice_sends_once(side: EmailSide) -> None:
    key, subject = a_key(), f"Twice {a_key()}"
    assert side.send(subject, key) == side.send(subject, key) == key
    side.later()
    assert side.subjects().count(subject) == 1


def test_an_operation_given_up_says_why(side: EmailSide) -> None:
    key = a_key()
    side.send("Given up", key)
    side.give_up(key)
    side.later()
    sighting = side.service.look_up(side.resource, key)
    assert (sighting.state, sighting.code) == (SightingState.FAILED, "EmailDropped")
    assert sighting.reason


def test_an_address_that_is_none_is_refused(side: EmailSide) -> None:
    for people in ((), (Address("nobody"),)):
        mail = Mail("Odd", "<p>Hi</p>", to=people)
        verdict = verdict_of(partial(side.service.send, side.resource, mail, a_key()))
        assert verdict.kind is VerdictKind.REFUSED
        assert not verdict.concerns_the_account


def test_without_key_and_token_it_is_the_operators_matter(side: EmailSide) -> None:
    nobody = replace(side.resource, access_key="")
    mail = Mail("Nobody's", "<p>Hi</p>", to=(ZOE,))
    for action in (
        lambda: void(side.service.send(nobody, mail, a_key())),
        lambda: void(side.service.look_up(nobody, a_key())),
    ):
        verdict = verdict_of(action)
        assert verdict.kind is VerdictKind.OPERATOR_FAULT
        assert not verdict.concerns_the_account


def test_keys_and_tokens_are_never_shown(side: EmailSide) -> None:
    shown = repr(replace(side.resource, access_key="the-key", access_token="the-token"))
    assert "the-key" not in shown
    assert "the-token" not in shown
