"""Azure Communication Services as it really answers: everything it carries, and every trouble."""

from __future__ import annotations

from dataclasses import replace

import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.clock import HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Address, Attachment, SightingState
from m365sandbox.testing import Sandbox
from tests.contract.email_sides import ZOE, EmailExchanges, EmailSide, a_key, verdict_of
from tests.sandbox.acs import description
from tests.support import CONTOSO


def test_everything_a_mail_carries_arrives(sandbox_email: EmailSide, sandbox: Sandbox) -> None:
    subject = f"Whole {a_key()}"
    sandbox_email.send(
        subject,
        a_key(),
        reply_to=(Address("lms@contoso.example", "Learning"),),
        headers=(("x-classbell-message", "0f3c"),),
        attachments=(Attachment("session.ics", "text/calendar", b"BEGIN:VCALENDAR"),),
    )
    sandbox_email.later()
    found = next(one for one in sandbox.control.received(ZOE.address) if one["subject"] == subject)
    assert (found["html"], found["text"]) == ("<p>Hello</p>", "Hello")
    assert found["to"] == [{"address": ZOE.address, "name": ZOE.name}]
    assert found["from"]["address"] == sandbox.acs_sender
    assert found["replyTo"] == [{"address": "lms@contoso.example", "name": "Learning"}]
    assert found["headers"] == [{"name": "x-classbell-message", "value": "0f3c"}]
    assert found["attachments"] == ["session.ics"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 503}, VerdictKind.UNKNOWN),
        ({"status": 500}, VerdictKind.UNKNOWN),
        ({"status": 503, "headers": {"Retry-After": "7"}}, VerdictKind.UNKNOWN),
        ({"status": 429, "headers": {"Retry-After": "7"}}, VerdictKind.THROTTLED),
        ({"status": 502}, VerdictKind.UNKNOWN),
        ({"status": 504, "body": "gateway"}, VerdictKind.UNKNOWN),
        ({"status": 403}, VerdictKind.OPERATOR_FAULT),
    ],
)
def test_trouble_at_azure_gets_its_verdict(
    sandbox: Sandbox, undescribed: EmailSide, fault: dict[str, object], kind: VerdictKind
) -> None:
    key, subject = a_key(), f"Trouble {a_key()}"
    sandbox.control.add_fault(path="/emails:send", **fault)
    assert verdict_of(lambda: undescribed.send(subject, key)).kind is kind
    assert undescribed.state(key) is SightingState.NEVER_SENT
    assert subject not in undescribed.subjects()


@pytest.mark.parametrize("effect", ["drop", "act_then_drop"])
def test_a_look_up_that_breaks_is_repeated(
    sandbox_email: EmailSide, sandbox: Sandbox, effect: str
) -> None:
    key = a_key()
    sandbox_email.send("Asked about", key)
    sandbox.control.add_fault(path="/emails/operations/*", effect=effect)
    assert verdict_of(lambda: sandbox_email.state(key)).kind is VerdictKind.RETRY
    assert sandbox_email.state(key) is not SightingState.NEVER_SENT


def test_the_quota_says_until_when(
    sandbox_email: EmailSide, sandbox: Sandbox, sandbox_clock: HttpClock
) -> None:
    sandbox.control.acs.resource(enabled=True)
    for _ in range(30):
        sandbox_email.send("Many", a_key())
    verdict = verdict_of(lambda: sandbox_email.send("Too many", a_key()))
    assert (verdict.kind, verdict.code) == (VerdictKind.THROTTLED, "TooManyRequests")
    assert verdict.until is not None
    assert 0 < (verdict.until - sandbox_clock.now()).total_seconds() <= 61
    key = a_key()
    for _ in range(60):
        sandbox_email.state(key)
    assert verdict_of(lambda: sandbox_email.state(key)).kind is VerdictKind.THROTTLED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"access_key": "d3Jvbmc="}, "Denied"),
        ({"access_key": "!secret key!"}, "unusable_key"),
        ({"access_key": "", "access_token": "nonsense"}, "Denied"),
        ({"endpoint": "acs"}, "unusable_endpoint"),
        ({"sender_address": "donotreply@elsewhere.example"}, "DomainNotLinked"),
        ({"sender_address": "other@mail.contoso.example"}, "InvalidSenderUserName"),
        ({"sender_address": "nobody"}, "InvalidEmailAddress"),
    ],
)
def test_a_resource_set_up_wrongly_is_the_operators_matter(
    sandbox_email: EmailSide, changes: dict[str, str], code: str
) -> None:
    wrong = replace(sandbox_email, resource=replace(sandbox_email.resource, **changes))
    verdict = verdict_of(lambda: wrong.send("Wrong", a_key()))
    assert (verdict.kind, verdict.code) == (VerdictKind.OPERATOR_FAULT, code)
    assert "secret" not in verdict.explanation


def test_a_key_that_azure_refuses_to_use_twice_is_looked_up(
    sandbox_email: EmailSide, sandbox: Sandbox
) -> None:
    key = a_key()
    sandbox.control.acs.settings(repeats="refused")
    try:
        sandbox_email.send("Once", key)
        assert verdict_of(lambda: sandbox_email.send("Once", key)).kind is VerdictKind.UNKNOWN
    finally:
        sandbox.control.acs.settings(repeats="recognised")
    assert sandbox_email.state(key) is not SightingState.NEVER_SENT


def test_a_token_stands_in_for_the_key(
    sandbox_email: EmailSide,
    sandbox: Sandbox,
    cloud: Cloud,
    door: HttpDoor,
    sandbox_clock: HttpClock,
) -> None:
    identity = EntraIdentity(
        cloud=cloud,
        door=door,
        clock=sandbox_clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(sandbox.client_secret),
    )
    token = identity.email_service_token(tenant_id=CONTOSO).access_token
    by_token = replace(sandbox_email.resource, access_key="", access_token=token)
    key, side = a_key(), replace(sandbox_email, resource=by_token)
    assert side.send("By token", key) == key
    side.later()
    assert side.state(key) is SightingState.SENT


def test_while_it_is_under_way_azure_says_when_to_ask_again(
    sandbox_email: EmailSide, sandbox_clock: HttpClock
) -> None:
    key = a_key()
    sandbox_email.send("Under way", key)
    found = sandbox_email.service.look_up(sandbox_email.resource, key)
    assert found.state is SightingState.UNDER_WAY
    assert found.again_at is not None
    assert found.again_at > sandbox_clock.now()


def test_over_tls_it_is_the_same(sandbox_email: EmailSide, sandbox: Sandbox) -> None:
    secure = replace(sandbox_email.resource, endpoint=f"{sandbox.secure_url}/")
    side, key = replace(sandbox_email, resource=secure), a_key()
    assert side.send("Over TLS", key) == key
    assert side.state(key) is not SightingState.NEVER_SENT


def test_the_adapter_and_the_sandbox_keep_to_the_description(
    sandbox_email: EmailSide, exchanges: EmailExchanges
) -> None:
    """Every exchange of these tests is held against the description, where it is at hand."""
    description.required()
    sandbox_email.send("Described", a_key(), headers=(("x-a", "b"),))
    assert exchanges.passed == 1
    assert description.request_problems({"content": {}})
