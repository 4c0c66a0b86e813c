"""The handshake with a webhook before a subscription begins.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

import httpx2  # noqa: TID251 -- speaks to webhooks on this machine, as Graph would

from m365sandbox.errors import GraphError
from m365sandbox.graph.errors import bad_request
from m365sandbox.webhooks import webhook_client

PATIENCE_SECONDS: Final = 10
_FAILED: Final = "Subscription validation request failed."
_RULE: Final = "Notification endpoint must respond with 200 OK to validation request."


async def check_agreement(url: str) -> None:
    """Ask a webhook for the token it is sent, as plain text, within ten seconds.

    Raises:
        GraphError: 400 when it does not answer, or answers anything else.
    """
    token = (
        "Validation: Testing client application reachability for subscription "
        f"Request-Id: {uuid4()}"
    )
    mark = "&" if "?" in url else "?"
    asked = f"{url}{mark}{urlencode({'validationToken': token})}"
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        async with webhook_client(PATIENCE_SECONDS) as client:
            answer = await client.post(asked, headers=headers)
    except httpx2.TimeoutException:
        raise _refused("Subscription validation request timed out.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise _refused(f"{_FAILED} {_RULE}") from None
    if answer.status_code != HTTPStatus.OK:
        word = answer.reason_phrase.replace(" ", "") or answer.status_code
        raise _refused(f"{_FAILED} HTTP status code is '{word}'. {_RULE}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/plain" or answer.text != token:
        text = "Response must exactly match validationToken query parameter, as text/plain."
        raise _refused(f"{_FAILED} {text}")


def _refused(text: str) -> GraphError:
    return bad_request(text, "ValidationError")
