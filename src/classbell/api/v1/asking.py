"""Who asks: from the Authorization header to an integration, its scope and its rate."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from classbell import bootstrap
from classbell.api.v1.problems import TooLarge
from classbell.domain.integrations.caller import Caller, identify
from classbell.domain.integrations.rates import RATES, Allowance
from classbell.domain.integrations.scopes import ApiScope
from classbell.ports.errors import TooManyRequests

CALLER = "classbell_caller"
ALLOWANCE = "classbell_allowance"
BODY_BYTES = 16 * 1024 * 1024
"""Room for 50,000 people with addresses and names."""


class Token(HttpAuthBase):
    """The security of an operation: a token of an integration with a scope.

    Args:
        scope: what the operation needs; None where any integration may.
    """

    openapi_scheme: str = "bearer"
    openapi_description: str = (
        "A token of an integration, from Catalog settings > Integrations, or an access token that "
        "Microsoft Entra ID issued for this installation to a registered application."
    )

    def __init__(self, scope: ApiScope | None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the caller, counted and allowed.

        Raises:
            Unidentified, ScopeMissing, TooManyRequests, TooLarge: as their names say.
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        found = identify(bootstrap.ports(), token.strip() if kind.lower() == "bearer" else "")
        limit = bootstrap.settings().api_requests_per_minute
        allowance = RATES.count(found.integration, limit=limit, now=found.read_at)
        setattr(request, ALLOWANCE, allowance)
        if not allowance.allowed:
            raise TooManyRequests(
                f"This integration has made {limit} requests in this minute.",
                retry_after=allowance.seconds,
                remedy=f"Wait for {allowance.seconds} seconds.",
            )
        if self.scope is not None:
            found.require(self.scope)
        _read_body(request)
        setattr(request, CALLER, found)
        return found


def caller(request: HttpRequest) -> Caller:
    """Return who asks, in an operation that has a ``Token``."""
    return cast("Caller", getattr(request, CALLER))


def allowance_of(request: HttpRequest) -> Allowance | None:
    """Return what is left for who asks; None where nobody was identified."""
    return cast("Allowance | None", getattr(request, ALLOWANCE, None))


def _read_body(request: HttpRequest) -> None:
    """Read the body, up to a limit of our own, once it is known who sends it.

    Raises:
        TooLarge: it is larger.
    """
    body = request.read(BODY_BYTES + 1)
    if len(body) > BODY_BYTES:
        raise TooLarge(
            f"A request has at most {BODY_BYTES // 1024 // 1024} MiB.",
            remedy="Send fewer people in one call.",
        )
    # Django's own limit is for forms, and it keeps what it has read in this place.
    vars(request)["_body"] = body
