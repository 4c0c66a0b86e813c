"""The claims parameter: what a challenge asks for, and that we understand challenges."""

from __future__ import annotations

import json

EARLY_END = "CP1"
"""Says that we understand claims challenges, so that Graph ends tokens at once when a password is
reset, sessions are revoked or an account is disabled, rather than when they run out:
https://learn.microsoft.com/en-us/entra/identity-platform/app-resilience-continuous-access-evaluation
"""


def with_early_end(challenge: str) -> str:
    """Return the claims to send with a renewal, for which msal adds nothing by itself.

    Args:
        challenge: what a claims challenge asked for, JSON; empty where there was none. One that
            cannot be read is left out: Microsoft then says again what it wants.
    """
    try:
        claims = json.loads(challenge) if challenge else {}
    except ValueError:
        claims = {}
    if not isinstance(claims, dict):
        claims = {}
    access_token = claims.get("access_token")
    kept = access_token if isinstance(access_token, dict) else {}
    claims["access_token"] = {**kept, "xms_cc": {"values": [EARLY_END]}}
    return json.dumps(claims, separators=(",", ":"))
