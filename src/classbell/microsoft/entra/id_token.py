"""Checks an ID token, which msal hands over unchecked.

The rules: https://learn.microsoft.com/en-us/entra/identity-platform/id-tokens and
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic
from uuid import UUID

import jwt

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.entra.transport import SERVICE
from classbell.microsoft.entra.verdicts import judge_answer, judge_network
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpRequest, NetworkFailure
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, StateInvalid, Verdict, VerdictKind
from classbell.ports.identity import SignedInPerson

KEYS_SECONDS = 24 * 3600.0
CLOCK_SKEW = timedelta(minutes=5)
TENANT_PLACEHOLDER = "{tenantid}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token has to say.

    Attributes:
        audience: our client id.
        issuer: of the discovery document; may hold ``{tenantid}`` in place of the tenant.
        keys_url: of the discovery document.
        nonce: the one kept on the server; the token carries its SHA-256 in hexadecimal.
    """

    audience: str
    issuer: str
    keys_url: str
    nonce: str


class SigningKeys:
    """The keys tokens are signed with, by key id, fetched when needed and kept for a day.

    Args:
        door: the HTTP door.
        clock: business time.
        look_again: after how many seconds at the soonest an unknown key makes us look again; where
            anybody may bring a token, keys that nobody has must not become calls to Microsoft.
    """

    def __init__(self, door: HttpDoor, clock: Clock, *, look_again: float = 0.0) -> None:
        self._door = door
        self._clock = clock
        self._look_again = look_again
        self._lock = Lock()
        self._kept: dict[str, tuple[float, dict[str, JsonPart]]] = {}

    def find(self, url: str, kid: str) -> JsonPart | None:
        """Return the key ``kid``; an unknown one makes us look once whether keys were renewed.

        Raises:
            ProviderFailure: the keys cannot be read now.
        """
        with self._lock:
            until, keys = self._kept.get(url, (0.0, {}))
        age = monotonic() - (until - KEYS_SECONDS)
        if age >= KEYS_SECONDS or (kid not in keys and age >= self._look_again):
            keys = self._fetch(url)
            with self._lock:
                self._kept[url] = (monotonic() + KEYS_SECONDS, keys)
        return keys.get(kid)

    def _fetch(self, url: str) -> dict[str, JsonPart]:
        """Read the key document."""
        try:
            answer = self._door.call(HttpRequest(method="GET", url=url, service=SERVICE))
        except NetworkFailure as failure:
            raise ProviderFailure(judge_network(failure)) from failure
        if not answer.ok:
            raise ProviderFailure(judge_answer(answer, self._clock.now()))
        keys = JsonPart(answer.json()).parts("keys")
        return {key.text("kid"): key for key in keys if key.text("kid")}


class IdTokenChecker:
    """Decides whether an ID token is what we asked for, by the clock port's time."""

    def __init__(self, keys: SigningKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def check(self, token: str, expected: Expected) -> SignedInPerson:
        """Return who signed in.

        Raises:
            ProviderFailure: the token is not genuine, not ours, or not valid at this time.
            StateInvalid: it belongs to another journey (its nonce is not ours).
        """
        claims = JsonPart(self._verified(token, expected))
        tenant, person = _uuid(claims, "tid"), _uuid(claims, "oid")
        issuer = expected.issuer.replace(TENANT_PLACEHOLDER, str(tenant))
        if claims.text("iss") != issuer:
            raise _not_genuine("id_token_issuer", "It was issued by somebody else.")
        self._check_times(claims)
        if not hmac.compare_digest(claims.text("nonce"), _hashed(expected.nonce)):
            raise StateInvalid(
                "This sign-in was started elsewhere.",
                meaning="Nothing was changed.",
                remedy="Start again from Classbell.",
            )
        return SignedInPerson(
            tenant_id=tenant,
            object_id=person,
            name=claims.text("name") or claims.text("preferred_username"),
            username=claims.text("preferred_username"),
        )

    def _verified(self, token: str, expected: Expected) -> Mapping[str, object]:
        """Check signature and audience; times are judged apart, by business time."""
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            key = self._keys.find(expected.keys_url, kid)
            if key is None:
                raise _not_genuine("id_token_key", "Its signing key is not Microsoft's.")
            claims: Mapping[str, object] = jwt.decode(
                token,
                jwt.PyJWK(_as_dict(key), algorithm="RS256"),
                algorithms=["RS256"],
                audience=expected.audience,
                options={
                    "require": ["aud", "iss", "exp", "nonce", "tid", "oid"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidAudienceError as error:
            raise _not_genuine("id_token_audience", "It is meant for another app.") from error
        except jwt.PyJWTError as error:
            raise _not_genuine("id_token_signature", "Its signature or form is wrong.") from error
        _check_key_issuer(key, JsonPart(claims))
        return claims

    def _check_times(self, claims: JsonPart) -> None:
        """Compare expiry and not-before with business time, five minutes apart at most."""
        now = self._clock.now()
        expires = claims.number("exp") or 0
        begins = claims.number("nbf") or 0
        if (now - CLOCK_SKEW).timestamp() >= expires or (now + CLOCK_SKEW).timestamp() < begins:
            raise _not_genuine("id_token_time", "It is not valid at this time; check the clock.")


def _check_key_issuer(key: JsonPart, claims: JsonPart) -> None:
    """Compare the issuer beside a key with the token's, so that no other issuer's key is taken.

    Keys of Entra's shared document name the issuer they sign for:
    https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
    """
    signs_for = key.text("issuer")
    if signs_for and signs_for.replace(TENANT_PLACEHOLDER, claims.text("tid")) != claims.text(
        "iss"
    ):
        raise _not_genuine("id_token_issuer", "Its key signs for another issuer.")


def _as_dict(key: JsonPart) -> dict[str, object]:
    """Return the fields of a key that make up an RSA public key."""
    return {name: key.text(name) for name in ("kty", "kid", "n", "e")}


def _hashed(nonce: str) -> str:
    """Return what msal sends in place of the nonce it keeps."""
    return hashlib.sha256(nonce.encode("ascii")).hexdigest()


def _uuid(claims: JsonPart, name: str) -> UUID:
    """Read a claim that identifies."""
    try:
        return UUID(claims.text(name))
    except ValueError as error:
        raise _not_genuine("id_token_claims", f"Its «{name}» identifies nobody.") from error


def _not_genuine(code: str, why: str) -> ProviderFailure:
    """Make the failure of a token that must not be believed: the operator looks into it."""
    return ProviderFailure(
        Verdict(
            VerdictKind.OPERATOR_FAULT,
            code=code,
            explanation=f"Microsoft's proof of sign-in cannot be accepted. {why}",
        )
    )
