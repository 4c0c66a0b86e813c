"""Access tokens at Graph's door: who calls, for whom, and what the token allows."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from starlette.requests import Request

from m365sandbox.directory.model import Person, Tenant
from m365sandbox.entra.issue import GRAPH_AUDIENCE, serial_of
from m365sandbox.errors import GraphError, access_denied
from m365sandbox.world import World

GRAPH_AUDIENCES = (GRAPH_AUDIENCE, "00000003-0000-0000-c000-000000000000")
# Graph allows a little difference between its clock and Entra's.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Caller:
    """Who calls Graph: a client acting for a person with the granted permissions, for some time.

    Of an application that calls for itself, `person` stands for its service principal, until it
    is known which account a call is about, and `scopes` are the app roles of its token.
    """

    tenant: Tenant
    person: Person
    scopes: frozenset[str]
    client_id: str
    expires: datetime
    is_application: bool = False


def authenticate_any(request: Request, world: World) -> Caller:
    """Return the caller of a Graph request, be it a person's client or an application itself.

    Raises:
        GraphError: 401 as `authenticate_graph` does.
    """
    claims = read_access_token(bearer_token(request), world)
    if "scp" in claims:
        return authenticate_graph(request, world)
    tenant = world.directory.tenant(str(claims["tid"]))
    if tenant is None:
        raise _invalid("The identity of the calling application could not be found.")
    roles = claims.get("roles", [])
    principal = Person(
        tenant_id=tenant.tenant_id,
        oid=str(claims["oid"]),
        address="",
        upn="",
        display_name=str(claims["app_displayname"]),
        password="",
        mailbox_kind="none",
    )
    return Caller(
        tenant=tenant,
        person=principal,
        scopes=frozenset(map(str, roles)) if isinstance(roles, list) else frozenset(),
        client_id=str(claims["appid"]),
        expires=_time(claims["exp"], world.now()),
        is_application=True,
    )


def authenticate_graph(request: Request, world: World) -> Caller:
    """Return the caller of a Graph request.

    Raises:
        GraphError: 401 InvalidAuthenticationToken when the token is missing, malformed, expired,
            for another audience, or ended early by continuous access evaluation; 403 when the
            token is an application's own.
    """
    claims = read_access_token(bearer_token(request), world)
    if "scp" not in claims:
        raise access_denied()
    tenant = world.directory.tenant(str(claims["tid"]))
    person = world.directory.person(str(claims["oid"]))
    if tenant is None or person is None:
        raise _invalid("The identity of the calling user could not be found.")
    _check_continuous_access(world, person, claims)
    return Caller(
        tenant=tenant,
        person=person,
        scopes=frozenset(str(claims["scp"]).split()),
        client_id=str(claims["appid"]),
        expires=_time(claims["exp"], world.now()),
    )


def require(caller: Caller, *any_of: str) -> None:
    """Let the call pass when the token carries one of the permissions.

    Raises:
        GraphError: 403 ErrorAccessDenied when it carries none of them.
    """
    if not caller.scopes.intersection(any_of):
        raise access_denied()


def bearer_token(request: Request) -> str:
    """Return the token of the Authorization header.

    Raises:
        GraphError: 401 when there is none.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _invalid("Access token is empty.")
    return token.strip()


def read_access_token(
    token: str, world: World, audiences: Sequence[str] = GRAPH_AUDIENCES
) -> Mapping[str, object]:
    """Return the claims of a valid access token for one of the audiences, Graph by default.

    Raises:
        GraphError: 401 when signature, audience or time do not hold.
    """
    claims = world.entra.seen_tokens.verified(token, world.entra.keys)
    if claims is None:
        claims = _verified(token, world)
    # Seen tokens are everybody's, so the audience is judged anew each time.
    if claims.get("aud") not in audiences:
        raise _invalid("Access token validation failure. Invalid audience.")
    now = world.now()
    if _time(claims["exp"], now) <= now:
        raise _invalid("Lifetime validation failed, the token is expired.")
    if _time(claims["nbf"], now) > now + CLOCK_SKEW:
        raise _invalid("Lifetime validation failed, the token is not yet valid.")
    return claims


def _verified(token: str, world: World) -> Mapping[str, object]:
    """Return the claims of a token with a good signature, and remember it."""
    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        key = world.entra.keys.find(str(kid))
        if key is None:
            raise _invalid("Signing key is invalid.")
        claims: dict[str, object] = jwt.decode(
            token,
            key.private_key.public_key(),
            algorithms=["RS256"],
            # Audience and times are judged by the caller, times by the sandbox's clock.
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError as error:
        raise _invalid("IDX14100: JWT is not well formed, or its signature is wrong.") from error
    world.entra.seen_tokens.remember(token, key, claims)
    return claims


def _time(seconds: object, now: datetime) -> datetime:
    return datetime.fromtimestamp(float(str(seconds)), tz=now.tzinfo)


def _check_continuous_access(world: World, person: Person, claims: Mapping[str, object]) -> None:
    """Refuse a long-lived token that was issued before a revocation.

    Only clients that said they understand the challenge (capability cp1) have their tokens ended
    early: https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation
    """
    capabilities = claims.get("xms_cc")
    if not isinstance(capabilities, list) or "cp1" not in capabilities:
        return
    if person.access_revoked_at is None or serial_of(claims) > person.access_revoked_serial:
        return
    since = int(person.access_revoked_at.timestamp())
    wanted = {"access_token": {"nbf": {"essential": True, "value": str(since)}}}
    packed = base64.b64encode(json.dumps(wanted, separators=(",", ":")).encode()).decode()
    authorize = f"{world.public.people}/common/oauth2/authorize"
    challenge = (
        f'Bearer realm="", authorization_uri="{authorize}", error="insufficient_claims", '
        f'claims="{packed}"'
    )
    raise GraphError(
        401,
        "InvalidAuthenticationToken",
        "Continuous access evaluation resulted in challenge with result: InteractionRequired "
        "and code: TokenIssuedBeforeRevocationTimestamp",
        headers={"WWW-Authenticate": challenge},
    )


def _invalid(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message)
