"""Signing in, connecting, sending and failing at the sandbox: no secret is left lying about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

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
from tests.acceptance.web.page import Page
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

PANEL_PAGE = "/settings/notifications?panel=m365"
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


class Walk:
    """Lives through all that can happen to secrets, and keeps all that a browser was shown."""

    def __init__(self, sandbox: Sandbox, ports: Ports, cast: Cast, overheard: Overheard) -> None:
        self.sandbox, self.ports, self.cast, self.overheard = sandbox, ports, cast, overheard
        self.browser = a_visitor(cast.owner)
        self.shown: list[str] = []

    def see(self, page: Page) -> Page:
        self.shown.append(page.html + str(dict(page.response.headers)))
        return page

    def leave(self, browser: Visitor, address: str, somebody: str) -> dict[str, str]:
        """Go to Microsoft from a page of ours, sign in there, and return what is brought back."""
        left = browser.post(address)
        assert left.status == 303, left.words
        answer = parameters_of(self.sandbox.sign_in_by_http(left.location, somebody))
        self.overheard.note(dict(answer))
        self.overheard.secrets.add(answer["state"])
        return answer

    def come_back(self, browser: Visitor, address: str, answer: dict[str, str]) -> None:
        self.overheard.note(dict(answer))
        self.see(browser.get(f"{address}?{urlencode(answer)}"))

    def connect_and_send(self) -> None:
        """Connect an account, with an answer that comes twice, and send as it."""
        good = self.leave(self.browser, f"{PANEL}/connect", SENDER)
        self.come_back(self.browser, "/connect/callback", good)
        self.come_back(self.browser, "/connect/callback", good)
        self.see(self.browser.post(f"{PANEL}/save", {"m365_enabled": "on"}))
        self.send()
        assert Message.objects.filter(state=MessageState.ACCEPTED).exists()

    def send(self) -> None:
        lane = mailbox_lane(Account.objects.get(address=SENDER))
        queue_message(self.ports, self.cast.catalog, lane)
        serve(self.ports, lane)

    def fail(self) -> None:
        """Bring a code that was changed, be unknown here, and lose the account."""
        bad = self.leave(self.browser, f"{PANEL}/connect", SENDER)
        changed = bad | {"code": bad["code"][:-6] + "aaaaaa"}
        self.come_back(self.browser, "/connect/callback", changed)
        nobody = a_visitor()
        answer = self.leave(nobody, "/signin", "jonas.weber@contoso.example")
        self.come_back(nobody, "/signin/callback", answer)
        self.sandbox.control.person(SENDER, "revoke-sessions")
        self.send()

    def look_around(self) -> None:
        self.see(self.browser.post(f"{PANEL}/check"))
        for path in ("", "/connection", "/audit", "/delivery", PANEL_PAGE):
            self.see(self.browser.get(f"/catalogs/academy{path}"))
        account = Account.objects.get(address=SENDER)
        self.shown.append(support_details(self.ports, account))


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
    configure_logging(level="debug")
    with caplog.at_level(0):
        walk = Walk(running, at_microsoft, a_cast(at_microsoft), overheard)
        walk.connect_and_send()
        walk.fail()
        walk.look_around()
    written = capfd.readouterr()
    logs = (
        written.out
        + written.err
        + "".join(
            logged.getMessage() + str(logged.exc_text or "")
            for logged in caplog.records
            if logged.name != "asyncio"
            and not logged.name.startswith(("uvicorn", "httpx", "httpcore"))
        )
    )
    secrets = {one for one in overheard.secrets if len(one) > 12} | {
        at_microsoft.secret_key,
    }
    assert len(secrets) > 8
    assert "http request" in logs, "the log was not overheard"
    for secret in secrets:
        assert secret not in logs
        assert not [page for page in walk.shown if secret in page]
        lying = [place for place, value in everything_kept() if secret.encode() in value]
        assert not lying
    assert AuditEntry.objects.filter(action="connection.saved").exists()
