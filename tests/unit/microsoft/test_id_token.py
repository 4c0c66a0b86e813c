"""An ID token is believed only if everything about it is right."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from classbell.microsoft.entra.id_token import Expected, IdTokenChecker, SigningKeys
from classbell.network.http import HttpDoor
from classbell.ports.errors import ProviderFailure, StateInvalid, VerdictKind
from tests.fakes import FakeClock

TENANT = "c0470500-0000-4000-8000-000000000001"
PERSON = "11111111-1111-4111-8111-111111111111"
ISSUER = "https://login.example/{tenantid}/v2.0"
EXPECTED = Expected("client-1", ISSUER, "https://login.example/keys", "our-nonce")
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

KEY, OTHER_KEY = (rsa.generate_private_key(65537, 2048) for _ in range(2))


class Entra:
    """The key endpoint, and a pen to write tokens with."""

    def __init__(self) -> None:
        self.published = {"k1": KEY}
        self.key_issuer = ISSUER
        self.fetched = 0
        self.down = False
        self.clock = FakeClock(START)
        door = HttpDoor(transport=httpx2.MockTransport(self))
        self.checker = IdTokenChecker(SigningKeys(door, self.clock), self.clock)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.fetched += 1
        if self.down:
            return httpx2.Response(503)
        keys = []
        for kid, key in self.published.items():
            public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
            keys.append({**public, "kid": kid, "use": "sig", "issuer": self.key_issuer})
        return httpx2.Response(200, json={"keys": keys})

    def token(
        self,
        key: rsa.RSAPrivateKey = KEY,
        kid: str = "k1",
        algorithm: str = "RS256",
        **claims: object,
    ) -> str:
        usual = {
            "aud": "client-1",
            "iss": ISSUER.replace("{tenantid}", TENANT),
            "tid": TENANT,
            "oid": PERSON,
            "name": "Mai Nielsen",
            "preferred_username": "mai.nielsen@contoso.example",
            "nonce": hashlib.sha256(b"our-nonce").hexdigest(),
            "iat": int(START.timestamp()),
            "nbf": int(START.timestamp()),
            "exp": int((START + timedelta(hours=1)).timestamp()),
        }
        merged = {name: v for name, v in {**usual, **claims}.items() if v is not None}
        return jwt.encode(merged, key, algorithm=algorithm, headers={"kid": kid})


@pytest.fixture
def entra() -> Entra:
    return Entra()


def refused(entra: Entra, token: str) -> str:
    """Check a token that must not be believed and return the code of the refusal."""
    with pytest.raises(ProviderFailure) as caught:
        entra.checker.check(token, EXPECTED)
    assert caught.value.verdict.kind is VerdictKind.OPERATOR_FAULT
    assert token not in str(caught.value)
    return caught.value.verdict.code


def test_a_good_token_says_who_signed_in(entra: Entra) -> None:
    person = entra.checker.check(entra.token(), EXPECTED)
    assert (person.tenant_id, person.object_id) == (UUID(TENANT), UUID(PERSON))
    assert (person.name, person.username) == ("Mai Nielsen", "mai.nielsen@contoso.example")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "another-client"}, "id_token_audience"),
        ({"iss": "https://evil.example/v2.0"}, "id_token_issuer"),
        ({"tid": "fab41ca0-0000-4000-8000-000000000002"}, "id_token_issuer"),
        ({"tid": "no-uuid"}, "id_token_issuer"),
        ({"oid": "no-uuid"}, "id_token_claims"),
        ({"oid": None}, "id_token_signature"),
        ({"nonce": None}, "id_token_signature"),
        ({"exp": None}, "id_token_signature"),
    ],
)
def test_a_wrong_or_missing_claim_is_refused(
    entra: Entra, claims: dict[str, Any], code: str
) -> None:
    assert refused(entra, entra.token(**claims)) == code


def test_a_foreign_nonce_means_another_journey(entra: Entra) -> None:
    with pytest.raises(StateInvalid):
        entra.checker.check(entra.token(nonce="theirs"), EXPECTED)


def test_a_token_signed_by_another_key_is_refused(entra: Entra) -> None:
    assert refused(entra, entra.token(key=OTHER_KEY)) == "id_token_signature"


def test_a_key_that_signs_for_another_issuer_is_refused(entra: Entra) -> None:
    entra.key_issuer = "https://login.example/another/v2.0"
    assert refused(entra, entra.token()) == "id_token_issuer"


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_only_the_agreed_algorithm_counts(entra: Entra, algorithm: str) -> None:
    assert refused(entra, entra.token(algorithm=algorithm)) == "id_token_signature"


def test_unsigned_tokens_and_nonsense_are_refused(entra: Entra) -> None:
    unsigned = jwt.encode({"aud": "client-1"}, "", algorithm="none", headers={"kid": "k1"})
    assert refused(entra, unsigned) == "id_token_signature"
    assert refused(entra, "no.token") == "id_token_signature"
    assert refused(entra, "nonsense") == "id_token_signature"


@pytest.mark.parametrize(
    ("moved", "believed"),
    [
        (timedelta(minutes=64), True),
        (timedelta(minutes=66), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
        (timedelta(days=90), False),
    ],
)
def test_times_are_judged_by_business_time(
    entra: Entra, moved: timedelta, *, believed: bool
) -> None:
    token = entra.token()
    entra.clock.advance(moved)
    if believed:
        entra.checker.check(token, EXPECTED)
    else:
        assert refused(entra, token) == "id_token_time"


def test_keys_are_kept_and_looked_up_once_more_for_a_new_one(entra: Entra) -> None:
    for _ in range(3):
        entra.checker.check(entra.token(), EXPECTED)
    assert entra.fetched == 1
    entra.published = {"k2": OTHER_KEY}
    entra.checker.check(entra.token(key=OTHER_KEY, kid="k2"), EXPECTED)
    assert entra.fetched == 2
    assert refused(entra, entra.token(kid="k3")) == "id_token_key"
    assert entra.fetched == 3


def test_a_key_endpoint_that_is_down_is_a_passing_fault(entra: Entra) -> None:
    entra.down = True
    with pytest.raises(ProviderFailure) as caught:
        entra.checker.check(entra.token(), EXPECTED)
    assert caught.value.verdict.kind is VerdictKind.RETRY


@pytest.mark.parametrize(
    "claims", [{"iss": "https://evil.example/v2.0"}, {"tid": str(UUID(int=7))}]
)
def test_another_issuer_is_refused_also_where_keys_name_none(
    entra: Entra, claims: dict[str, Any]
) -> None:
    entra.key_issuer = ""
    assert refused(entra, entra.token(**claims)) == "id_token_issuer"
