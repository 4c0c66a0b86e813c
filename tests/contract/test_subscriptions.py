"""Changes are reported on request: the fake and Graph keep the same promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from classbell.microsoft.graph import GraphCalendarWatching, GraphClient
from classbell.network.clock import HttpClock
from classbell.ports.errors import InvalidInput, ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.watching import CalendarWatching, ChangeReport, Lifecycle
from m365sandbox.testing import Sandbox
from tests.fakes import FakeCalendar, FakeCalendarWatching
from tests.fakes.clock import MONDAY_MORNING
from tests.sandbox.graph.listener import Listener

WORD = "a-word-that-nobody-knows"


@dataclass
class Side:
    """One side of the contract, and an address that is reached or is not."""

    watching: CalendarWatching
    mailbox: Mailbox
    now: datetime
    url: str
    hide: Callable[[], None]


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.getfixturevalue(f"{request.param}_side")
    return made


@pytest.fixture
def fake_side() -> Side:
    watching = FakeCalendarWatching(FakeCalendar())

    def hide() -> None:
        watching.unreachable = True

    url = "https://learn.example/reports/calendar"
    return Side(watching, Mailbox("/me", "token"), MONDAY_MORNING, url, hide)


@pytest.fixture
def sandbox_side(
    graph: GraphClient, service_account: Mailbox, sandbox_clock: HttpClock
) -> Iterator[Side]:
    with Listener() as listener:

        def hide() -> None:
            listener.handshake = (500, "text/plain", str)

        watching = GraphCalendarWatching(graph)
        yield Side(watching, service_account, sandbox_clock.now(), listener.url, hide)


def refused(work: Callable[[], object]) -> VerdictKind:
    with pytest.raises(ProviderFailure) as caught:
        work()
    return caught.value.verdict.kind


def test_a_subscription_is_made_renewed_and_ended(side: Side) -> None:
    until = side.now + timedelta(hours=2)
    made = side.watching.subscribe(side.mailbox, side.url, WORD, until)
    assert abs(made.expires_at - until) < timedelta(seconds=1)
    later = side.now + timedelta(hours=70)
    renewed = side.watching.renew(side.mailbox, made.subscription_id, later)
    assert renewed.subscription_id == made.subscription_id
    assert abs(renewed.expires_at - later) < timedelta(seconds=1)
    side.watching.end(side.mailbox, made.subscription_id)
    side.watching.end(side.mailbox, made.subscription_id)
    again = refused(lambda: side.watching.renew(side.mailbox, made.subscription_id, later))
    assert again is VerdictKind.NOT_FOUND


def test_an_address_that_does_not_answer_makes_no_subscription(side: Side) -> None:
    side.hide()
    until = side.now + timedelta(hours=2)
    kind = refused(lambda: side.watching.subscribe(side.mailbox, side.url, WORD, until))
    assert kind is VerdictKind.OPERATOR_FAULT


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"value": 1}'])
def test_what_is_no_collection_of_reports_is_refused(side: Side, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        side.watching.reports(body)


def test_what_the_sandbox_brings_is_read_with_its_word(
    sandbox: Sandbox, graph: GraphClient, service_account: Mailbox, sandbox_clock: HttpClock
) -> None:
    watching = GraphCalendarWatching(graph)
    with Listener() as listener:
        until = sandbox_clock.now() + timedelta(hours=2)
        made = watching.subscribe(service_account, listener.url, WORD, until)
        assert len(listener.tokens) == 2, "the address was asked for both kinds of reports"
        body = b'{"subject": "Lunch", "start": {"dateTime": "2027-01-05T12:00", "timeZone": "UTC"}'
        body += b', "end": {"dateTime": "2027-01-05T13:00", "timeZone": "UTC"}}'
        with sandbox.browser() as outlook:
            outlook.headers["Authorization"] = f"Bearer {service_account.access_token}"
            outlook.headers["Content-Type"] = "application/json"
            url = f"{sandbox.graph_url}/v1.0/me/events"
            assert outlook.post(url, content=body).is_success
        listener.wait_for(1)
        (report,) = watching.reports(listener.bodies[0])
        assert report == ChangeReport(made.subscription_id, WORD)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("reauthorizationRequired", Lifecycle.REAUTHORIZE),
        ("subscriptionRemoved", Lifecycle.REMOVED),
        ("missed", Lifecycle.MISSED),
        ("somethingNew", Lifecycle.MISSED),
    ],
)
def test_what_is_said_of_the_subscription_itself_is_read(
    graph: GraphClient, said: str, meant: Lifecycle
) -> None:
    body = b'{"value": [{"subscriptionId": "s", "clientState": "w", "lifecycleEvent": "%s"}]}'
    (report,) = GraphCalendarWatching(graph).reports(body % said.encode())
    assert report == ChangeReport("s", "w", meant)
