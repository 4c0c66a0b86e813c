"""What tests of mail in two steps share: both sides of the contract, and how to send and look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from classbell.microsoft.graph import GraphClient, GraphMail
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Accepted, Address, Mail, Mailbox, SightingState
from classbell.ports.mail import TracedMailSender as Sender
from m365sandbox.testing import Sandbox
from tests.fakes import FakeClock, FakeMailSender

ZOE = Address("zoe.dubois@contoso.example", "Zoé Dubois")
NOBODY = "no.such.person@contoso.example"
DELAY = timedelta(seconds=3)
"""How long a copy takes to appear in Sent Items."""


@dataclass
class Route:
    """One side of the contract: the port, how to make trouble, and how to look at what arrived."""

    sender: Sender
    mailbox: Mailbox
    now: Callable[[], datetime]
    wait: Callable[[timedelta], object]
    subjects_for: Callable[[str], list[str]]
    lose_the_draft: Callable[[], object]
    stop_after_the_draft: Callable[[], object]
    break_after_sending: Callable[[], object]


def fake_route() -> Route:
    """Return the fake's side."""
    clock = FakeClock()
    fake = FakeMailSender(clock, copy_delay=DELAY)
    fake.bouncing[NOBODY] = "5.1.10"
    on = "send_traced"
    return Route(
        sender=fake,
        mailbox=Mailbox("/me", "token"),
        now=clock.now,
        wait=clock.advance,
        subjects_for=lambda address: [mail.subject for mail in fake.to(address)],
        lose_the_draft=lambda: fake.fail_next(VerdictKind.RETRY, on=on),
        stop_after_the_draft=fake.stop_after_draft,
        break_after_sending=lambda: fake.fail_next(VerdictKind.UNKNOWN, on=on, carried_out=True),
    )


def sandbox_route(sandbox: Sandbox, graph: GraphClient, mailbox: Mailbox) -> Route:
    """Return Graph's side."""
    control = sandbox.control
    # Each test has the pace of a minute of its own.
    control.advance(timedelta(minutes=2))

    def wait(span: timedelta) -> None:
        control.advance(span)

    return Route(
        sender=GraphMail(graph),
        mailbox=mailbox,
        now=control.now,
        wait=wait,
        subjects_for=lambda address: [m["subject"] for m in control.received(address)],
        lose_the_draft=lambda: control.add_fault(path="*/me/messages", effect="drop"),
        stop_after_the_draft=lambda: control.add_fault(path="*/send", effect="drop"),
        break_after_sending=lambda: control.add_fault(path="*/send", effect="act_then_drop"),
    )


def mail(*to: Address, **more: object) -> Mail:
    """Return a mail whose subject nobody else uses."""
    facts: dict[str, object] = {"subject": f"Mail {uuid4()}", "html": "<p>Hi</p>", **more}
    return Mail(to=to or (ZOE,), **facts)  # type: ignore[arg-type]  # fields of Mail


def arrived(route: Route, sent: Mail) -> int:
    return route.subjects_for(ZOE.address).count(sent.subject)


def send(route: Route, sent: Mail) -> tuple[str, Accepted]:
    key = str(uuid4())
    return key, route.sender.send_traced(route.mailbox, sent, key)


def failing(route: Route, sent: Mail) -> tuple[str, Verdict]:
    key = str(uuid4())
    with pytest.raises(ProviderFailure) as caught:
        route.sender.send_traced(route.mailbox, sent, key)
    return key, caught.value.verdict


def look(route: Route, key: str, *, ago: timedelta = timedelta(0)) -> SightingState:
    return route.sender.look_up(route.mailbox, key, route.now() - ago).state
