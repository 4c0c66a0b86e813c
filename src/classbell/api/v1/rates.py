"""What is left of an integration's rate, told in standard headers.

They are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from __future__ import annotations

from classbell.domain.integrations.rates import WINDOW, Allowance


def rate_headers(allowance: Allowance) -> dict[str, str]:
    """Return the headers that tell an allowance."""
    return {
        "RateLimit-Policy": f'"minute";q={allowance.limit};w={WINDOW}',
        "RateLimit": f'"minute";r={allowance.remaining};t={allowance.seconds}',
    }
