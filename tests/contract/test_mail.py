"""Sending mail as the account: the fake and Graph's sendMail keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from classbell.microsoft.graph import GraphClient, GraphMail
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Address, Attachment, Mail, Mailbox, MailSender
from m365sandbox.testing import Sandbox
from tests.fakes import FakeMailSender

ANA = Address("zoe.dubois@contoso.example", "Zoé Dubois")


@dataclass
class Route:
    """One side of the contract: the port, and how to look at what arrived."""

    sender: MailSender
    mailbox: Mailbox
    subjects_for: Callable[[str], list[str]]
    break_next: Callable[[], None]


@pytest.fixture(params=["fake", "sandbox"])
def route(request: pytest.FixtureRequest) -> Route:
    made: Route = request.getfixturevalue(f"{request.param}_route")
    return made


@pytest.fixture
def fake_route() -> Route:
    fake = FakeMailSender()
    return Route(
        sender=fake,
        mailbox=Mailbox("/me", "token"),
        subjects_for=lambda address: [mail.subject for mail in fake.to(address)],
        break_next=lambda: fake.fail_next(VerdictKind.UNKNOWN, carried_out=True),
    )


@pytest.fixture
def sandbox_route(sandbox: Sandbox, graph: GraphClient, service_account: Mailbox) -> Route:
    control = sandbox.control

    def break_after_sending() -> None:
        control.add_fault(path="*/sendMail", effect="act_then_drop")

    return Route(
        sender=GraphMail(graph),
        mailbox=service_account,
        subjects_for=lambda address: [m["subject"] for m in control.received(address)],
        break_next=break_after_sending,
    )


def verdict_of(route: Route, mail: Mail) -> Verdict:
    with pytest.raises(ProviderFailure) as caught:
        route.sender.send(route.mailbox, mail)
    return caught.value.verdict


def test_a_mail_is_accepted_and_arrives(route: Route) -> None:
    mail = Mail(
        "Grüße – your place",
        "<p>Hello <b>Zoé</b></p>",
        to=(ANA,),
        reply_to=(Address("lms@contoso.example"),),
        headers=(("x-classbell-message", "0f3c"),),
        attachments=(Attachment("session.ics", "text/calendar", b"BEGIN:VCALENDAR"),),
    )
    accepted = route.sender.send(route.mailbox, mail)
    assert accepted.request_id
    assert route.subjects_for(ANA.address).count("Grüße – your place") == 1


def test_a_hidden_recipient_receives_it_too(route: Route) -> None:
    hidden = Address("rafael.garcia@contoso.example")
    route.sender.send(route.mailbox, Mail("For everybody", "<p>Hi</p>", bcc=(hidden,)))
    assert "For everybody" in route.subjects_for(hidden.address)


def test_a_mail_for_nobody_is_refused_and_concerns_no_account(route: Route) -> None:
    verdict = verdict_of(route, Mail("For nobody", "<p>Hi</p>"))
    assert verdict.kind is VerdictKind.REFUSED
    assert not verdict.concerns_the_account


def test_a_header_that_does_not_begin_with_x_is_our_fault(route: Route) -> None:
    verdict = verdict_of(route, Mail("Odd", "<p>Hi</p>", to=(ANA,), headers=(("Precedence", "b"),)))
    assert verdict.kind is VerdictKind.OPERATOR_FAULT


def test_a_connection_that_breaks_after_the_mail_left_leaves_doubt(route: Route) -> None:
    route.break_next()
    assert verdict_of(route, Mail("Doubtful", "<p>Hi</p>", to=(ANA,))).kind is VerdictKind.UNKNOWN
    assert "Doubtful" in route.subjects_for(ANA.address)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 503}, VerdictKind.RETRY),
        ({"status": 503, "headers": {"Retry-After": "7"}}, VerdictKind.THROTTLED),
        ({"status": 429, "headers": {"Retry-After": "7"}}, VerdictKind.THROTTLED),
        ({"status": 504}, VerdictKind.UNKNOWN),
        ({"effect": "drop"}, VerdictKind.UNKNOWN),
    ],
)
def test_trouble_at_microsoft_gets_its_verdict(
    sandbox_route: Route, sandbox: Sandbox, fault: dict[str, object], kind: VerdictKind
) -> None:
    if fault.get("status") == 504:
        fault = {**fault, "body": "gateway"}
    sandbox.control.add_fault(path="*/sendMail", **fault)
    mail = Mail(f"Trouble {fault}", "<p>Hi</p>", to=(ANA,))
    assert verdict_of(sandbox_route, mail).kind is kind
    assert mail.subject not in sandbox_route.subjects_for(ANA.address)


def test_without_the_permission_consent_is_needed(sandbox: Sandbox, graph: GraphClient) -> None:
    token = sandbox.access_token("mai.nielsen@contoso.example", "User.Read")
    mailbox = Mailbox("/me", token, frozenset({"User.Read"}))
    with pytest.raises(ProviderFailure) as caught:
        GraphMail(graph).send(mailbox, Mail("No", "<p>Hi</p>", to=(ANA,)))
    assert caught.value.verdict.kind is VerdictKind.CONSENT_NEEDED


def test_a_refused_token_is_refreshed_first(graph: GraphClient) -> None:
    with pytest.raises(ProviderFailure) as caught:
        GraphMail(graph).send(Mailbox("/me", "nonsense"), Mail("No", "<p>Hi</p>", to=(ANA,)))
    assert caught.value.verdict.refresh_first
