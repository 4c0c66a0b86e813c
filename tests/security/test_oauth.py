"""Signing in as RFC 9700 wants it: https://www.rfc-editor.org/rfc/rfc9700.

What is shown elsewhere stands in docs/explanation/security.md with its test: a state of another
browser, used twice, too old; a nonce, an issuer, an audience or a tenant that is not ours.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from classbell.domain.organisations.signin import own_path
from classbell.ports.errors import ProviderFailure, StateInvalid
from classbell.storage.models import SignInJourney
from m365sandbox.testing import Sandbox
from tests.acceptance.web.conftest import a_visitor
from tests.contract.conftest import (  # noqa: F401 -- fixtures
    cloud,
    door,
    running_sandbox,
    sandbox,
    sandbox_clock,
    trust,
)
from tests.contract.test_identity import CONNECT, CONTOSO, SIGN_IN, Side, entra, sandbox_side  # noqa: F401 -- two are fixtures
from tests.domain.people import Cast, signed_in_as
from tests.fakes import FakeIdentity


@pytest.mark.parametrize("purpose", ["sign in", "connect"])
def test_each_journey_has_its_own_state_nonce_and_verifier(
    sandbox_side: Side,  # noqa: F811 -- a fixture
    purpose: str,
) -> None:
    def begun(state: str) -> dict[str, str]:
        if purpose == "connect":
            request = sandbox_side.begin(state=state)
        else:
            request = sandbox_side.identity.begin_sign_in(redirect_uri=SIGN_IN, state=state)
        asked = {name: one[0] for name, one in parse_qs(urlsplit(request.url).query).items()}
        verifier = str(request.flow["code_verifier"])
        digest = hashlib.sha256(verifier.encode()).digest()
        assert asked["code_challenge_method"] == "S256"
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert len(verifier) >= 43
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == (CONNECT if purpose == "connect" else SIGN_IN)
        assert "client_secret" not in asked
        return asked

    first, second = begun("state-a"), begun("state-b")
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_a_code_is_worth_nothing_without_the_verifier_of_its_journey(
    sandbox_side: Side,  # noqa: F811 -- a fixture
) -> None:
    stolen_from = sandbox_side.begin(state="same-state")
    answer = sandbox_side.sign_in(stolen_from, "learning@contoso.example")
    attackers = sandbox_side.begin(state="same-state")
    with pytest.raises((ProviderFailure, StateInvalid)):
        sandbox_side.identity.finish_connect(CONTOSO, attackers.flow, answer)


def test_a_redirect_address_must_be_exactly_the_registered_one(
    sandbox_side: Side,  # noqa: F811 -- a fixture
    sandbox: Sandbox,  # noqa: F811 -- a fixture
) -> None:
    for changed in (f"{SIGN_IN}/", f"{SIGN_IN}?a=b", "http://localhost:8000/other"):
        request = sandbox_side.identity.begin_sign_in(redirect_uri=changed, state="state")
        with sandbox.browser() as browser:
            answer = browser.get(request.url)
        assert "location" not in answer.headers or not answer.headers["location"].startswith(
            changed
        )


FOREIGN = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "@evil.example",
    ".evil.example",
    "/" + "a" * 501,
    "",
]


@pytest.mark.parametrize("path", FOREIGN)
def test_no_way_back_leads_elsewhere(path: str) -> None:
    assert own_path(path) == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("path", FOREIGN)
def test_no_referrer_or_return_address_sends_a_browser_away(cast: Cast, path: str) -> None:
    browser = a_visitor(cast.owner)
    left = browser.client.post("/theme", {"theme": "dark"}, headers={"Referer": path})
    assert left["Location"] == "/"
    page = a_visitor().get("/signin", Referer=path)
    assert path == "" or f'action="{path}' not in page.html


@pytest.mark.django_db
def test_a_journey_is_for_its_own_purpose_only(cast: Cast, identity: FakeIdentity) -> None:
    """An answer for a sign-in does not connect an account, nor the other way round (mix-up)."""
    browser = a_visitor(cast.owner)
    left = browser.post("/catalogs/academy/settings/connection/connect")
    answer = identity.callback(left.location, person=signed_in_as(cast.owner))
    page = browser.get(f"/signin/callback?state={answer['state']}&code={answer['code']}")
    assert page.status == 400
    assert SignInJourney.objects.get().used_at is None


@pytest.mark.django_db
def test_codes_and_states_stand_in_no_log_and_on_no_page(
    cast: Cast, identity: FakeIdentity, caplog: pytest.LogCaptureFixture
) -> None:
    browser = a_visitor()
    left = browser.post("/signin")
    answer = identity.callback(left.location, person=signed_in_as(cast.owner))
    with caplog.at_level(logging.DEBUG):
        wrong = a_visitor().get(f"/signin/callback?state={answer['state']}&code={answer['code']}")
        right = browser.get(f"/signin/callback?state={answer['state']}&code={answer['code']}")
    for secret in answer.values():
        assert secret not in caplog.text
        assert secret not in wrong.html + str(dict(wrong.response.headers))
        assert secret not in right.html + str(dict(right.response.headers))
    kept = SignInJourney.objects.values().get()
    assert answer["state"] not in str(kept)


def test_a_code_that_comes_back_after_the_sign_out_is_not_carried_on(cast: Cast) -> None:
    answer = a_visitor().get("/connect/callback?code=a-code-of-theirs&state=a-state-of-ours")
    assert answer.location == "/signin"
    assert "a-code-of-theirs" not in answer.html + str(dict(answer.response.headers))
