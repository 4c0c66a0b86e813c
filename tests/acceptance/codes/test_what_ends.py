"""What happens to an account in real life, as docs/reference/what-ends-a-connection.md says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from classbell.domain.connections.connect import begin_connect
from classbell.domain.connections.sealing import account_place, seal_tokens
from classbell.ports.identity import Prompt
from classbell.storage.models import (
    AccountState,
    Incident,
    MessageState,
    Notification,
    OperatorAlarm,
)
from m365sandbox.seed import CLIENT_ID, CLIENT_SECRET
from m365sandbox.testing import Sandbox
from tests.acceptance.codes.conftest import SCOPES, Wire
from tests.contract.callbacks import parameters_of
from tests.support import CONTOSO

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "what-ends-a-connection.md"
ROW = re.compile(r"^\| ([^|]+) \| (keeps working|lost) \| (?:`(\w+)`|none) \|", re.MULTILINE)

Event = Callable[[Wire, str], object]


def person(switch: str, **settings: object) -> Event:
    return lambda wire, address: wire.sandbox.control.person(address, switch, **settings)


def frequency(wire: Wire, address: str) -> None:
    wire.sandbox.control.person(address, "sign-in-frequency", hours=12)
    wire.clock.advance(timedelta(hours=13))
    wire.sandbox.control.set_clock(wire.clock.now(), freeze=True)


def ninety_days(wire: Wire, _address: str) -> None:
    wire.clock.advance(timedelta(days=91))
    wire.sandbox.control.set_clock(wire.clock.now(), freeze=True)


EVENTS: dict[str, Event] = {
    "own password change": person("change-password", password="Another-1"),
    "reset by an administrator": person("reset-password"),
    "sessions revoked": person("revoke-sessions"),
    "consent withdrawn": person("withdraw-consent"),
    "scope added": lambda wire, address: wire.sandbox.control.grant(
        "Calendars.ReadWrite", person=address
    ),
    "multifactor sign-in demanded": person("mfa", on=True),
    "conditional access blocks": person("conditional-access", on=True),
    "sign-in frequency of 12 hours": frequency,
    "account disabled": person("disable"),
    "account deleted": lambda wire, address: wire.sandbox.control.delete_person(address),
    "90 days without use": ninety_days,
    "application secret expired": lambda wire, _address: wire.sandbox.control.expire_secrets(),
}


def rows() -> dict[str, tuple[str, str]]:
    """Return the page's table: each event with what it does and Microsoft's code."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {event: (outcome, code) for event, outcome, code in found}


@pytest.fixture
def address(wire: Wire) -> str:
    """Connect an account that was made for this test alone."""
    made = f"account-{uuid4().hex[:12]}@contoso.example"
    wire.sandbox.control.ask("POST", "/people", {"address": made, "display_name": "An Account"})
    request = wire.ports.identity.begin_connect(
        tenant_id=CONTOSO,
        scopes=SCOPES,
        redirect_uri="http://localhost:8000/connect/callback",
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = parameters_of(wire.sandbox.sign_in_by_http(request.url, made))
    signed_in, tokens = wire.ports.identity.finish_connect(CONTOSO, request.flow, answer)
    account = wire.account
    account.address, account.object_id = made, signed_in.object_id
    account.sealed_tokens = seal_tokens(wire.ports, tokens, place=account_place(account.id))
    account.connected_at = wire.clock.now() - timedelta(days=3)
    account.save()
    return made


@pytest.fixture
def mended(sandbox: Sandbox) -> object:
    """Give the application its secret back afterwards."""
    yield
    application = sandbox.world.directory.application(CLIENT_ID)
    assert application is not None
    for secret in application.secrets:
        if secret.value == CLIENT_SECRET:
            secret.expires = None


AT_ONCE = (
    "own password change",
    "reset by an administrator",
    "sessions revoked",
    "multifactor sign-in demanded",
    "account disabled",
    "account deleted",
)
"""Events after which Graph refuses even a token that has not run out (continuous access
evaluation), so that they show with the next message."""


@pytest.mark.parametrize("event", AT_ONCE)
def test_an_event_shows_with_the_next_message(wire: Wire, address: str, event: str) -> None:
    outcome, code = rows()[event]
    EVENTS[event](wire, address)
    message, before = wire.a_message(), wire.renewals()

    wire.serve()

    wire.account.refresh_from_db()
    message.refresh_from_db()
    lost = outcome == "lost"
    assert wire.account.state == (AccountState.LOST if lost else AccountState.CONNECTED)
    assert message.state == (MessageState.HELD if lost else MessageState.ACCEPTED)
    assert list(Incident.objects.values_list("code", flat=True)) == ([code] if code else [])
    # The challenge is answered by one silent renewal, where that helps.
    assert wire.renewals() - before == (not lost)


def test_what_microsoft_asks_for_goes_along_with_the_next_sign_in(wire: Wire, address: str) -> None:
    EVENTS["multifactor sign-in demanded"](wire, address)
    wire.let_token_run_out()
    wire.a_message()
    wire.serve()
    [incident] = Incident.objects.all()
    assert "capolids" in incident.claims

    url = begin_connect(
        wire.ports,
        catalog=wire.cast.catalog,
        person=wire.cast.owner,
        browser_key="browser",
        reconnect=True,
    )

    [claims] = parse_qs(urlsplit(url).query)["claims"]
    assert json.loads(claims)["access_token"]["capolids"]["essential"] is True


def test_the_page_names_every_event_that_is_tried() -> None:
    assert set(rows()) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_does_what_the_page_says(
    wire: Wire, address: str, mended: object, event: str
) -> None:
    outcome, code = rows()[event]
    EVENTS[event](wire, address)
    wire.let_token_run_out()
    message = wire.a_message()

    wire.serve()

    wire.account.refresh_from_db()
    message.refresh_from_db()
    lost = outcome == "lost"
    assert wire.account.state == (AccountState.LOST if lost else AccountState.CONNECTED)
    shown = (Incident if lost else OperatorAlarm).objects.values_list("code", flat=True)
    assert list(shown) == ([code] if code else [])
    assert Notification.objects.filter(kind="connection_lost").exists() == lost
    expected = MessageState.QUEUED if code else MessageState.ACCEPTED
    assert message.state == (MessageState.HELD if lost else expected)
