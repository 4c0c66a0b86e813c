"""Who may use which resource: by its key, or as an application with a role on it."""

from __future__ import annotations

import hmac
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from m365sandbox.acs.errors import AcsError, denied
from m365sandbox.acs.signature import Signed, content_hash, given_signature, signature
from m365sandbox.entra.scopes import EMAIL_RESOURCES
from m365sandbox.entra.tokens import read_access_token
from m365sandbox.errors import GraphError

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from m365sandbox.acs.model import EmailResource
    from m365sandbox.world import World


def usable_resources(request: Request, world: World, body: bytes) -> list[EmailResource]:
    """Return the resources that the caller of a request may use, at least one.

    At Microsoft the host names the resource. Here all share one, so the key tells, or the
    organisation and the role of the application that a token was issued to.

    Raises:
        AcsError: 401 when key, signature, date or token do not hold; 403 when an application has
            no role on any resource of its organisation.
    """
    authorization = request.headers.get("authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(world, token.strip())
    return [_by_key(request, world, authorization, body)]


def _by_key(request: Request, world: World, authorization: str, body: bytes) -> EmailResource:
    given = given_signature(authorization)
    headers, digest = request.headers, content_hash(body)
    if given is None or headers.get("x-ms-content-sha256", "") != digest:
        raise denied()
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1")
    signed = Signed(
        method=request.method,
        path=f"{path}?{query}" if query else path,
        date=headers.get("x-ms-date", ""),
        host=headers.get("host", ""),
        content_hash=digest,
    )
    _check_date(world, signed.date)
    found: EmailResource | None = None
    for resource in world.acs.resources.values():
        for key in resource.keys:
            # Every key is tried in the same time, whether or not one before it was right.
            if hmac.compare_digest(signature(key, signed).encode(), given.encode()):
                found = resource
    if found is None:
        raise denied()
    return found


def _check_date(world: World, text: str) -> None:
    """Judge x-ms-date by the machine's clock, for clients sign with theirs."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        raise denied() from None
    window = world.acs.settings.date_window_seconds
    if abs(_aware(date) - world.acs.machine()) > timedelta(seconds=window):
        text = (
            "The time difference between the originating client and the server is greater than "
            f"the allowed margin of {window:g} seconds."
        )
        raise AcsError(401, "Unauthorized", text)


def _aware(date: datetime) -> datetime:
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _by_token(world: World, token: str) -> list[EmailResource]:
    try:
        claims = read_access_token(token, world, EMAIL_RESOURCES)
    except GraphError as error:
        raise denied() from error
    client, tenant = str(claims["appid"]), str(claims["tid"])
    found = [
        one
        for one in world.acs.resources.values()
        if one.tenant_id == tenant and client in one.clients
    ]
    if not found:
        text = "The application has no role on a Communication Services resource."
        raise AcsError(403, "Forbidden", text)
    return found
