"""What happens to an account in real life, and the verdict it leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import sleep
from uuid import UUID

import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.clock import REMEMBER_SECONDS, HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.identity import Prompt, TokenSet
from m365sandbox.testing import Sandbox, SignInStopped
from tests.contract.callbacks import parameters_of

CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
SCOPES = frozenset({"User.Read", "Mail.Send"})
CONNECT = "http://localhost:8000/connect/callback"


@pytest.fixture
def entra(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> EntraIdentity:
    return EntraIdentity(
        cloud=cloud,
        door=door,
        clock=sandbox_clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(sandbox.client_secret),
    )


@pytest.fixture
def mistaken(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> EntraIdentity:
    """Give an application whose secret is wrong."""
    return EntraIdentity(
        cloud=cloud,
        door=door,
        clock=sandbox_clock,
        client_id=sandbox.client_id,
        credential=ClientSecret("wrong"),
    )


@pytest.fixture
def account(sandbox: Sandbox, request: pytest.FixtureRequest) -> str:
    """Return the address of an account made for this test alone."""
    name = f"account{abs(hash(request.node.nodeid))}"
    address = f"{name}@contoso.example"
    sandbox.control.ask("POST", "/people", {"address": address, "display_name": f"Test {name}"})
    return address


def connect(sandbox: Sandbox, entra: EntraIdentity, account: str) -> TokenSet:
    request = entra.begin_connect(
        tenant_id=CONTOSO,
        scopes=SCOPES,
        redirect_uri=CONNECT,
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = parameters_of(sandbox.sign_in_by_http(request.url, account))
    return entra.finish_connect(CONTOSO, request.flow, answer)[1]


def verdict_of_refresh(entra: EntraIdentity, tokens: TokenSet) -> Verdict:
    with pytest.raises(ProviderFailure) as caught:
        entra.refresh(tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=SCOPES)
    return caught.value.verdict


TROUBLE: list[tuple[str, Callable[[Sandbox, str], object], VerdictKind]] = [
    ("reset", lambda s, a: s.control.person(a, "reset-password"), VerdictKind.SIGN_IN_AGAIN),
    ("revoked", lambda s, a: s.control.person(a, "revoke-sessions"), VerdictKind.SIGN_IN_AGAIN),
    ("mfa", lambda s, a: s.control.person(a, "mfa", on=True), VerdictKind.SIGN_IN_AGAIN),
    ("policy", lambda s, a: s.control.person(a, "conditional-access"), VerdictKind.ADMIN_NEEDED),
    ("disabled", lambda s, a: s.control.person(a, "disable"), VerdictKind.ADMIN_NEEDED),
    ("deleted", lambda s, a: s.control.delete_person(a), VerdictKind.MAILBOX_UNUSABLE),
    (
        "consent withdrawn",
        lambda s, a: s.control.person(a, "withdraw-consent"),
        VerdictKind.CONSENT_NEEDED,
    ),
]


@pytest.mark.parametrize(("happens", "kind"), [t[1:] for t in TROUBLE], ids=[t[0] for t in TROUBLE])
def test_what_happens_to_an_account_has_its_verdict(
    sandbox: Sandbox,
    entra: EntraIdentity,
    account: str,
    happens: Callable[[Sandbox, str], object],
    kind: VerdictKind,
) -> None:
    tokens = connect(sandbox, entra, account)
    happens(sandbox, account)
    verdict = verdict_of_refresh(entra, tokens)
    assert verdict.kind is kind
    assert verdict.code.startswith("AADSTS")
    assert verdict.request_id


def test_a_changed_password_of_ones_own_loses_nothing(
    sandbox: Sandbox, entra: EntraIdentity, account: str
) -> None:
    tokens = connect(sandbox, entra, account)
    sandbox.control.person(account, "change-password", password="Another-1")
    entra.refresh(tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=SCOPES)


def test_a_mended_policy_is_seen_at_once(
    sandbox: Sandbox, entra: EntraIdentity, account: str
) -> None:
    tokens = connect(sandbox, entra, account)
    sandbox.control.person(account, "conditional-access")
    assert verdict_of_refresh(entra, tokens).kind is VerdictKind.ADMIN_NEEDED
    sandbox.control.person(account, "conditional-access", on=False)
    assert entra.refresh(
        tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=SCOPES
    ).access_token


def test_a_wrong_secret_alarms_the_operator_and_no_account(
    sandbox: Sandbox, entra: EntraIdentity, account: str, mistaken: EntraIdentity
) -> None:
    verdict = verdict_of_refresh(mistaken, connect(sandbox, entra, account))
    assert verdict.kind is VerdictKind.OPERATOR_FAULT
    assert not verdict.concerns_the_account


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 503}, VerdictKind.RETRY),
        ({"status": 429, "headers": {"Retry-After": "3"}}, VerdictKind.THROTTLED),
        ({"effect": "drop"}, VerdictKind.RETRY),
        ({"effect": "act_then_drop"}, VerdictKind.RETRY),
    ],
)
def test_a_sign_in_service_in_trouble_is_no_loss(
    sandbox: Sandbox,
    entra: EntraIdentity,
    account: str,
    fault: dict[str, object],
    kind: VerdictKind,
) -> None:
    tokens = connect(sandbox, entra, account)
    sandbox.control.add_fault(path="*/oauth2/v2.0/token", method="POST", **fault)
    assert verdict_of_refresh(entra, tokens).kind is kind
    entra.refresh(tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=SCOPES)


def test_needing_an_administrator_stays_on_microsofts_page(
    sandbox: Sandbox, entra: EntraIdentity, account: str
) -> None:
    request = entra.begin_connect(
        tenant_id=CONTOSO,
        scopes=SCOPES | {"Calendars.ReadWrite", "Place.Read.All"},
        redirect_uri=CONNECT,
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    with pytest.raises(SignInStopped, match=r"(?i)approv"):
        sandbox.sign_in_by_http(request.url, account)


def test_tokens_are_judged_by_the_sandboxs_time(
    sandbox: Sandbox, entra: EntraIdentity, account: str, sandbox_clock: HttpClock
) -> None:
    before = sandbox_clock.now()
    sandbox.control.advance(timedelta(days=2))
    sleep(REMEMBER_SECONDS * 1.2)
    tokens = connect(sandbox, entra, account)
    assert tokens.expires_at > before + timedelta(days=2)
