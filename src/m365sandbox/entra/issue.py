"""Make tokens: the JWTs with the claims Entra documents, and sealed refresh tokens.

Claims: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference and
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid5

import jwt

from m365sandbox.directory.applications import Application
from m365sandbox.directory.model import Person
from m365sandbox.entra.keys import base64url
from m365sandbox.entra.state import Authentication
from m365sandbox.world import World

# How the application proved itself: by a secret, or by a certificate or another issuer's token.
Proof = Literal["1", "2"]
ID_TOKEN_LIFE = timedelta(hours=1)
GRAPH_AUDIENCE = "https://graph.microsoft.com"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
ORDINARY_MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509"


def access_token_life(capabilities: list[str]) -> timedelta:
    """Return how long a new access token lives.

    60 to 90 minutes at random, so that clients do not all come back at once; 20 to 28 hours for a
    client that understands continuous access evaluation.
    """
    if "cp1" in capabilities:
        return timedelta(seconds=20 * 3600 + secrets.randbelow(8 * 3600))
    return timedelta(seconds=3600 + secrets.randbelow(1801))


def subject(client_id: str, oid: str) -> str:
    """Return the pairwise subject: stable for one person and one application."""
    return base64url(hashlib.sha256(f"{client_id}|{oid}".encode()).digest())


def client_info(person: Person) -> str:
    """Return client_info: who the account is, for the client's token cache."""
    known = {"uid": person.oid, "utid": person.tenant_id}
    return base64url(json.dumps(known, separators=(",", ":")).encode())


def id_token(world: World, application: Application, person: Person, how: Authentication) -> str:
    """Return a signed v2.0 ID token; name claims need the scopes profile and email."""
    now = int(world.now().timestamp())
    claims: dict[str, object] = {
        "aud": application.client_id,
        "iss": world.public.issuer(person.tenant_id),
        "aio": base64url(secrets.token_bytes(24)),
        "iat": now,
        "nbf": now,
        "exp": now + int(ID_TOKEN_LIFE.total_seconds()),
        "rh": _resource_hint(application),
        "sid": how.session_id,
        "sub": subject(application.client_id, person.oid),
        "tid": person.tenant_id,
        "uti": base64url(secrets.token_bytes(16)),
        "ver": "2.0",
    }
    if how.nonce is not None:
        claims["nonce"] = how.nonce
    if how.auth_time is not None:
        claims["auth_time"] = how.auth_time
    if "profile" in how.scopes:
        claims["name"] = person.display_name
        claims["oid"] = person.oid
        claims["preferred_username"] = person.upn
    if "email" in how.scopes:
        claims["email"] = person.address
    return sign(world, claims)


def access_token(
    *,
    world: World,
    application: Application,
    person: Person,
    how: Authentication,
    permissions: frozenset[str],
    life: timedelta,
    proof: Proof = "1",
) -> str:
    """Return a signed access token for Graph, in the v1 shape Graph's own tokens have."""
    now = int(world.now().timestamp())
    roles = [ORDINARY_MEMBER, *([GLOBAL_ADMINISTRATOR] if person.is_tenant_administrator else [])]
    claims: dict[str, object] = {
        **_common(application, person.tenant_id, now, life, proof),
        "acct": 0 if person.user_type == "Member" else 1,
        "acr": "1",
        "aio": base64url(world.entra.next_serial().to_bytes(8, "big") + secrets.token_bytes(16)),
        "amr": ["pwd", "mfa"] if how.strong else ["pwd"],
        "family_name": person.surname,
        "given_name": person.given_name,
        "idtyp": "user",
        "ipaddr": "127.0.0.1",
        "name": person.display_name,
        "oid": person.oid,
        "scp": " ".join(sorted(permissions)),
        "sid": how.session_id,
        "sub": subject(GRAPH_AUDIENCE, person.oid),
        "unique_name": person.upn,
        "upn": person.upn,
        "wids": roles,
    }
    if how.capabilities:
        claims["xms_cc"] = how.capabilities
    return sign(world, claims)


def application_token(
    world: World,
    application: Application,
    tenant_id: str,
    *,
    audience: str,
    life: timedelta,
    proof: Proof,
) -> str:
    """Return an application's own access token, with the app roles consented to in the tenant."""
    now = int(world.now().timestamp())
    principal = str(uuid5(UUID(tenant_id), application.client_id))
    claims: dict[str, object] = {
        **_common(application, tenant_id, now, life, proof),
        "aud": audience,
        "aio": base64url(secrets.token_bytes(24)),
        "idtyp": "app",
        "oid": principal,
        "sub": principal,
    }
    roles = world.application_access.roles_of(application.client_id, tenant_id)
    if roles and audience.rstrip("/") == GRAPH_AUDIENCE:
        claims["roles"] = roles
    return sign(world, claims)


def serial_of(claims: Mapping[str, object]) -> int:
    """Return an access token's running number, which its opaque claim carries."""
    return int.from_bytes(base64.urlsafe_b64decode(str(claims["aio"]) + "==")[:8], "big")


def _common(
    application: Application, tenant_id: str, now: int, life: timedelta, proof: Proof
) -> dict[str, object]:
    return {
        "aud": GRAPH_AUDIENCE,
        "iss": f"https://sts.windows.net/{tenant_id}/",
        "iat": now,
        "nbf": now,
        "exp": now + int(life.total_seconds()),
        "app_displayname": application.name,
        "appid": application.client_id,
        "appidacr": proof,
        "idp": f"https://sts.windows.net/{tenant_id}/",
        "rh": _resource_hint(application),
        "tenant_region_scope": "EU",
        "tid": tenant_id,
        "uti": base64url(secrets.token_bytes(16)),
        "ver": "1.0",
    }


def _resource_hint(application: Application) -> str:
    return f"1.{base64url(UUID(application.client_id).bytes)}."


def sign(world: World, claims: dict[str, object]) -> str:
    """Return `claims` as a JWT signed with the current key."""
    key = world.entra.keys.signing
    return jwt.encode(
        claims, key.private_key, algorithm="RS256", headers={"kid": key.kid, "x5t": key.kid}
    )
