"""Checks access tokens that other applications bring to our own interface.

The rules: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
and https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import jwt

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.entra.id_token import CLOCK_SKEW, TENANT_PLACEHOLDER, SigningKeys
from classbell.ports.clock import Clock
from classbell.ports.identity import CallingApplication

# Tokens of version 1.0 name another issuer than the discovery document, one for each cloud:
# https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
FIRST_VERSION_ISSUERS = (
    "https://sts.windows.net/{tenantid}/",
    "https://sts.chinacloudapi.cn/{tenantid}/",
)
LONGEST = 16_384
"""Characters; what is longer is no token that Microsoft issues to an application."""


class CallerTokens:
    """Decides which application a token proves, by the clock port's time.

    Args:
        keys: Microsoft's keys, kept for a day.
        clock: business time.
        client_id: ours; the token has to be meant for it or for ``api://`` with it.
        discovered: reads a tenant's discovery document, which is kept as well.
    """

    def __init__(
        self,
        keys: SigningKeys,
        clock: Clock,
        *,
        client_id: str,
        discovered: Callable[[str], JsonPart],
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._audiences = [client_id, f"api://{client_id}"]
        self._discovered = discovered

    def check(self, token: str, *, serves: Callable[[UUID], bool]) -> CallingApplication | None:
        """Return the application, or None where the token proves none.

        Raises:
            ProviderFailure: the keys cannot be read now.
        """
        tenant = _claimed_tenant(token)
        if tenant is None or not serves(tenant):
            return None
        document = self._discovered(str(tenant))
        claims = self._verified(token, document.text("jwks_uri"))
        if claims is None or not self._is_valid_now(claims):
            return None
        # A token with delegated permissions is a person's, whose rights we would have to know.
        if claims.text("scp") or not _is_issuer(claims, tenant, document.text("issuer")):
            return None
        application = _uuid(claims.text("azp") or claims.text("appid"))
        return CallingApplication(tenant, application) if application else None

    def _verified(self, token: str, keys_url: str) -> JsonPart | None:
        """Check signature and audience; return the claims."""
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            key = self._keys.find(keys_url, kid)
            if key is None:
                return None
            public = {name: key.text(name) for name in ("kty", "kid", "n", "e")}
            claims: Mapping[str, object] = jwt.decode(
                token,
                jwt.PyJWK(public, algorithm="RS256"),
                algorithms=["RS256"],
                audience=self._audiences,
                options={
                    "require": ["aud", "iss", "exp", "tid"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            return None
        return JsonPart(claims)

    def _is_valid_now(self, claims: JsonPart) -> bool:
        now = self._clock.now()
        expires, begins = claims.number("exp") or 0, claims.number("nbf") or 0
        return (now - CLOCK_SKEW).timestamp() < expires and (now + CLOCK_SKEW).timestamp() >= begins


def _is_issuer(claims: JsonPart, tenant: UUID, current: str) -> bool:
    """Say whether the token comes from the tenant's own issuer, in either version."""
    known = {one.replace(TENANT_PLACEHOLDER, str(tenant)) for one in FIRST_VERSION_ISSUERS}
    known.add(current.replace(TENANT_PLACEHOLDER, str(tenant)))
    return claims.text("iss") in known and claims.text("tid") == str(tenant)


def _claimed_tenant(token: str) -> UUID | None:
    """Return the tenant that a token says it is of, unproven; None where it is no token."""
    if len(token) > LONGEST or token.count(".") != 2:  # noqa: PLR2004 -- three parts (RFC 7515)
        return None
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    return _uuid(str(claims.get("tid", "")))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
