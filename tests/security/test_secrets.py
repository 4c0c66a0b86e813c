"""Signing in, connecting, sending and failing with the sandbox: no secret is left lying anywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
import structlog
from django.apps import apps

from classbell import bootstrap
from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.support import support_details
from classbell.network.logs import configure_logging
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, AuditEntry, Message, MessageState
from m365sandbox.testing import Sandbox, start_sandbox
from tests.acceptance.at_sandbox import ports_at
from tests.acceptance.sandbox_account import SENDER, queue_message, serve
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.contract.callbacks import parameters_of
from tests.domain.people import Cast, a_cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NAMES = frozenset(
    {
        *("access_token", "refresh_token", "id_token", "client_secret", "client_assertion"),
        *("code", "code_verifier", "assertion", "device_code"),
    }
)
"""What forms and answers of a sign-in service call their secrets."""

PANEL = "/catalogs/academy/settings/connection"


class Overheard:
    """All secrets that went over the wire, whoever sent them."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    def __call__(self, request: HttpRequest, answer: HttpAnswer) -> None:
        self.note(dict(request.form or {}))
        authorization = request.headers.get("Authorization", "")
        if authorization:
            self.secrets.add(authorization.partition(" ")[2])
        if answer.body[:1] == b"{":
            self.note(json.loads(answer.body))

    def note(self, said: dict[str, object]) -> None:
        self.secrets |= {str(value) for name, value in said.items() if name in NAMES and value}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with start_sandbox(smtp=False) as sandbox:
        yield sandbox


@pytest.fixture
def overheard(running: Sandbox) -> Overheard:
    found = Overheard()
    found.secrets.add(running.client_secret)
    return found


@pytest.fixture(autouse=True)
def logging_as_ever() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.fixture
def at_microsoft(running: Sandbox, overheard: Overheard, db: None) -> Iterator[Ports]:
    with ports_at(running, overheard) as made, bootstrap.use(made):
        yield made


def walk(
    sandbox: Sandbox, ports: Ports, cast: Cast, overheard: Overheard
) -> tuple[Visitor, list[str]]:
    """Live through all that can happen to secrets; return the browser and all it was shown."""
    browser, shown = a_visitor(cast.owner), []

    def see(page: object) -> None:
        shown.append(page.html + str(dict(page.response.headers)))  # type: ignore[attr-defined]

    def callback(address: str, answer: dict[str, str]) -> None:
        overheard.note(dict(answer))
        see(browser.get(address + "?" + "&".join(f"{a}={b}" for a, b in answer.items())))

    left = browser.post(f"{PANEL}/connect")
    assert left.status == 303, left.words
    overheard.secrets.add(dict(parse_qsl(urlsplit(left.location).query))["state"])
    good = parameters_of(sandbox.sign_in_by_http(left.location, SENDER))
    callback("/connect/callback", good)
    callback("/connect/callback", good)
    see(browser.post(f"{PANEL}/save", {"m365_enabled": "on"}))
    account = Account.objects.get(address=SENDER)
    lane = mailbox_lane(account)
    queue_message(ports, cast.catalog, lane)
    serve(ports, lane)
    assert Message.objects.filter(state=MessageState.ACCEPTED).exists()
    # A code that was tampered with, somebody unknown, and an account that was taken away.
    left = browser.post(f"{PANEL}/connect")
    bad = parameters_of(sandbox.sign_in_by_http(left.location, SENDER))
    callback("/connect/callback", bad | {"code": bad["code"][:-6] + "aaaaaa"})
    nobody = a_visitor()
    left = nobody.post("/signin")
    answer = parameters_of(sandbox.sign_in_by_http(left.location, "jonas.weber@contoso.example"))
    overheard.note(dict(answer))
    see(nobody.get("/signin/callback?" + "&".join(f"{a}={b}" for a, b in answer.items())))
    sandbox.control.person(SENDER, "revoke-sessions")
    queue_message(ports, cast.catalog, lane)
    serve(ports, lane)
    see(browser.post(f"{PANEL}/check"))
    for path in ("", "/connection", "/audit", "/delivery", "/settings/notifications?panel=m365"):
        see(browser.get(f"/catalogs/academy{path}"))
    account.refresh_from_db()
    shown.append(support_details(ports, account))
    return browser, shown


def everything_kept() -> Iterator[tuple[str, bytes]]:
    """Yield each value of each row of each table, as a copy of the database would hold it."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower == "sessions.session":  # noqa: SLF001 -- Django's own way
            continue
        for row in model._default_manager.values():  # noqa: SLF001 -- the same
            for name, value in row.items():
                held = bytes(value) if isinstance(value, bytes | memoryview) else None
                yield f"{model.__name__}.{name}", str(value).encode() if held is None else held


def test_no_secret_is_left_lying_anywhere(
    running: Sandbox,
    at_microsoft: Ports,
    overheard: Overheard,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging(level=logging.DEBUG)
    with caplog.at_level(0):
        _browser, shown = walk(running, at_microsoft, a_cast(at_microsoft), overheard)
    written = capfd.readouterr()
    logs = written.out + written.err + "".join(
        logged.getMessage() + str(logged.exc_text or "") for logged in caplog.records
        if logged.name != "asyncio" and not logged.name.startswith(("uvicorn", "httpx", "httpcore"))
    )
    secrets = {one for one in overheard.secrets if len(one) > 12} | {
        at_microsoft.secret_key,
    }
    assert len(secrets) > 8
    assert "http request" in logs, "the log was not overheard"
    for secret in secrets:
        assert secret not in logs
        assert not [page for page in shown if secret in page]
        lying = [place for place, value in everything_kept() if secret.encode() in value]
        assert not lying
    assert AuditEntry.objects.filter(action="connection.saved").exists()
