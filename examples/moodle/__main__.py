"""``python -m examples.moodle``: receives what Moodle's webhook plugin sends, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import sys
import time

from examples.bridge.receive import Headers, NotProven, Prove, run
from examples.moodle.translate import FACE_TO_FACE, translate

OLDEST_SECONDS = 300
"""What was signed longer ago may be somebody's repetition of what they have overheard."""


def signed_with(secret: str) -> Prove:
    """Return what checks signatures as Standard Webhooks have them, with the hook's secret.

    Source: classes/signer.php of local_webhookengine; https://www.standardwebhooks.com.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))

    def prove(headers: Headers, body: bytes) -> None:
        if not key:
            raise NotProven("MOODLE_WEBHOOK_SECRET is not set here, so nothing can be proven.")
        stamp = headers.get("webhook-timestamp", "")
        signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        given = headers.get("webhook-signature", "")
        if not hmac.compare_digest(given.encode(), f"v1,{expected}".encode()):
            raise NotProven("The signature is not that of the hook's secret.")
        if abs(time.time() - float(stamp)) > OLDEST_SECONDS:
            raise NotProven("It was signed too long ago; look at the clocks of both machines.")

    return prove


if __name__ == "__main__":
    secret = os.environ.get("MOODLE_WEBHOOK_SECRET", "")
    sys.exit(run("Moodle", translate, signed_with(secret), chosen=FACE_TO_FACE))
