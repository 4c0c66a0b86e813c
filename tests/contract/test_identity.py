"""Signing in and staying connected: the fake and Entra keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.clock import HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.clock import Clock
from classbell.ports.errors import (
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)
from classbell.ports.identity import (
    AuthorizationRequest,
    IdentityProvider,
    Prompt,
    SignedInPerson,
    TokenSet,
)
from m365sandbox.testing import Sandbox
from tests.contract.callbacks import parameters_of
from tests.contract.conftest import ALL_SCOPES, SERVICE_ACCOUNT
from tests.fakes import FakeClock, FakeIdentity

CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
FABRIKAM = UUID("fab41ca0-0000-4000-8000-000000000002")
SIGN_IN = "http://localhost:8000/signin/callback"
CONNECT = "http://localhost:8000/connect/callback"
STRANGER = "training@fabrikam.example"


@dataclass
class Side:
    """One side of the contract, and a person at the other end."""

    identity: IdentityProvider
    clock: Clock
    sign_in: Callable[[AuthorizationRequest, str], dict[str, str]]
    turn_back: Callable[[AuthorizationRequest], dict[str, str]]
    revoke: Callable[[], None]

    def begin(self, **changed: object) -> AuthorizationRequest:
        arguments: dict[str, object] = {
            "tenant_id": CONTOSO,
            "scopes": ALL_SCOPES,
            "redirect_uri": CONNECT,
            "state": str(uuid4()),
            "prompt": Prompt.SELECT_ACCOUNT,
        }
        return self.identity.begin_connect(**(arguments | changed))  # type: ignore[arg-type]  # any of them

    def connect(self) -> tuple[SignedInPerson, TokenSet]:
        request = self.begin()
        answer = self.sign_in(request, SERVICE_ACCOUNT)
        return self.identity.finish_connect(CONTOSO, request.flow, answer)


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.getfixturevalue(f"{request.param}_side")
    return made


@pytest.fixture
def fake_side() -> Side:
    clock = FakeClock()
    fake = FakeIdentity(clock)

    def sign_in(request: AuthorizationRequest, person: str) -> dict[str, str]:
        tenant = FABRIKAM if person == STRANGER else CONTOSO
        return fake.callback(request, person=SignedInPerson(tenant, uuid4(), "Somebody", person))

    return Side(fake, clock, sign_in, fake.cancel, fake.revoke_everything)


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
def sandbox_side(sandbox: Sandbox, entra: EntraIdentity, sandbox_clock: HttpClock) -> Side:

    def sign_in(request: AuthorizationRequest, person: str) -> dict[str, str]:
        return parameters_of(sandbox.sign_in_by_http(request.url, person))

    def turn_back(request: AuthorizationRequest) -> dict[str, str]:
        person = "jonas.weber@contoso.example"
        landed = sandbox.sign_in_by_http(request.url, person, consent="cancel")
        return parameters_of(landed)

    def revoke() -> None:
        sandbox.control.person(SERVICE_ACCOUNT, "revoke-sessions")

    return Side(entra, sandbox_clock, sign_in, turn_back, revoke)


def test_signing_in_says_who_it_is(side: Side) -> None:
    request = side.identity.begin_sign_in(redirect_uri=SIGN_IN, state="state-1")
    answer = side.sign_in(request, "mai.nielsen@contoso.example")
    assert answer["state"] == "state-1"
    person = side.identity.finish_sign_in(request.flow, answer)
    assert person.tenant_id == CONTOSO
    assert person.username.casefold() == "mai.nielsen@contoso.example"
    assert person.name


def test_anybody_of_any_organisation_may_sign_in(side: Side) -> None:
    request = side.identity.begin_sign_in(redirect_uri=SIGN_IN, state="state-2")
    person = side.identity.finish_sign_in(request.flow, side.sign_in(request, STRANGER))
    assert person.tenant_id == FABRIKAM


def test_the_browser_gets_no_secret(side: Side) -> None:
    request = side.begin(state="state-3")
    kept = {
        str(value) for name, value in request.flow.items() if name in {"nonce", "code_verifier"}
    }
    assert kept
    assert not any(secret in request.url for secret in kept)
    assert side.identity.authorization_origin() in request.url


def test_connecting_gives_tokens_for_what_was_granted(side: Side) -> None:
    asked_at = side.clock.now()
    person, tokens = side.connect()
    assert person.username.casefold() == SERVICE_ACCOUNT
    assert tokens.scopes == ALL_SCOPES
    assert tokens.access_token
    assert tokens.refresh_token
    # A day where Microsoft may end it early, as it may ours.
    assert 3000 < (tokens.expires_at - asked_at).total_seconds() < 28 * 3600


def test_another_organisations_account_cannot_be_connected(side: Side) -> None:
    request = side.begin(tenant_id=FABRIKAM)
    answer = side.sign_in(request, STRANGER)
    with pytest.raises((WrongOrganisation, ProviderFailure)):
        side.identity.finish_connect(CONTOSO, request.flow, answer)


def test_turning_back_is_a_cancellation(side: Side) -> None:
    request = side.begin(scopes=frozenset({"User.Read", "Mail.Send"}))
    with pytest.raises(SignInCancelled):
        side.identity.finish_connect(CONTOSO, request.flow, side.turn_back(request))


def test_an_answer_for_another_state_is_refused(side: Side) -> None:
    request = side.begin()
    answer = {**side.sign_in(request, SERVICE_ACCOUNT), "state": "another"}
    with pytest.raises(StateInvalid):
        side.identity.finish_connect(CONTOSO, request.flow, answer)


def test_an_answer_works_once(side: Side) -> None:
    request = side.begin()
    answer = side.sign_in(request, SERVICE_ACCOUNT)
    side.identity.finish_connect(CONTOSO, request.flow, answer)
    with pytest.raises(StateInvalid):
        side.identity.finish_connect(CONTOSO, request.flow, answer)


def test_an_invented_code_gives_nothing(side: Side) -> None:
    request = side.begin()
    answer = {"code": "0.invented", "state": str(request.flow["state"])}
    with pytest.raises(ProviderFailure) as caught:
        side.identity.finish_connect(CONTOSO, request.flow, answer)
    assert caught.value.verdict.kind is VerdictKind.SIGN_IN_AGAIN


def test_refreshing_gives_a_new_token_and_the_old_one_still_works(side: Side) -> None:
    _, tokens = side.connect()
    old = tokens.refresh_token
    for _ in range(2):
        renewed = side.identity.refresh(tenant_id=CONTOSO, refresh_token=old, scopes=ALL_SCOPES)
        assert renewed.access_token != tokens.access_token
        assert renewed.refresh_token
        assert renewed.scopes == ALL_SCOPES


def test_a_revoked_sign_in_asks_for_a_new_one(side: Side) -> None:
    _, tokens = side.connect()
    side.revoke()
    with pytest.raises(ProviderFailure) as caught:
        side.identity.refresh(
            tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=ALL_SCOPES
        )
    assert caught.value.verdict.kind is VerdictKind.SIGN_IN_AGAIN
    assert not caught.value.verdict.refresh_first


def test_an_invented_refresh_token_asks_for_a_new_sign_in(side: Side) -> None:
    with pytest.raises(ProviderFailure) as caught:
        side.identity.refresh(tenant_id=CONTOSO, refresh_token="1.AX-no", scopes=ALL_SCOPES)
    assert caught.value.verdict.kind is VerdictKind.SIGN_IN_AGAIN


def test_a_permission_never_granted_asks_for_consent(side: Side) -> None:
    _, tokens = side.connect()
    more = ALL_SCOPES | {"OnlineMeetings.ReadWrite"}
    with pytest.raises(ProviderFailure) as caught:
        side.identity.refresh(tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=more)
    assert caught.value.verdict.kind is VerdictKind.CONSENT_NEEDED


def test_the_application_gets_a_token_of_its_own_for_the_email_service(side: Side) -> None:
    asked_at = side.clock.now()
    token = side.identity.email_service_token(tenant_id=CONTOSO)
    assert token.access_token
    assert token.access_token not in repr(token)
    assert 3000 < (token.expires_at - asked_at).total_seconds() < 6000
