"""``python -m examples.openedx``: receives what a consumer of the event bus passes on."""

from __future__ import annotations

import hmac
import os
import sys

from examples.bridge.receive import Headers, NotProven, Prove, run
from examples.openedx.translate import translate


def bearing(secret: str) -> Prove:
    """Return what lets only those in who bring the secret as a bearer token."""

    def prove(headers: Headers, _body: bytes) -> None:
        expected = f"Bearer {secret}"
        given = headers.get("authorization", "")
        if not secret or not hmac.compare_digest(given.encode(), expected.encode()):
            raise NotProven("The bearer token is not OPENEDX_BRIDGE_SECRET.")

    return prove


if __name__ == "__main__":
    secret = os.environ.get("OPENEDX_BRIDGE_SECRET", "")
    sys.exit(run("Open edX", translate, bearing(secret)))
