"""Whom a request is about and who sends it, read before anybody trusts it."""

import re
from collections.abc import Mapping
from typing import Any

import jwt
from starlette.datastructures import Headers

from m365sandbox.world import World

# Steering and watching the sandbox is no traffic: it meets no faults and fills no log. Otherwise
# a fault on everything could not be ended from the page that set it.
OF_THE_SANDBOX_ITSELF = re.compile(r"/|/(_sandbox|_portal|portal)(/.*)?")
OF_A_MAILBOX = re.compile(r"^/v1\.0/users(?:/|\(')([^/')]+)", re.IGNORECASE)


def is_traffic(path: str) -> bool:
    """Say whether a request is one Microsoft 365 could get."""
    return OF_THE_SANDBOX_ITSELF.fullmatch(path) is None


def mailbox_and_client(scope: Mapping[str, Any], world: World) -> tuple[str | None, str | None]:
    """Return the mailbox a Graph request is about and the calling client, None where unknown."""
    path = scope["path"]
    if not path.startswith("/v1.0"):
        return None, None
    headers = Headers(raw=scope["headers"])
    token = headers.get("authorization", "").partition(" ")[2].strip()
    claims = world.entra.seen_tokens.claimed(token)
    if claims is None:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            claims = {}
    client = str(claims["appid"]) if "appid" in claims else None
    named = OF_A_MAILBOX.match(path)
    name = named.group(1) if named else str(claims.get("oid", ""))
    person = world.directory.person(name)
    return (person.address if person else (name or None)), client
