"""One call of Communication Services: address, proof and headers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import urlsplit

from classbell.microsoft.acs.signing import Unsigned, UnusableKey, signed_headers
from classbell.microsoft.acs.verdicts import operator_fault
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import EmailResource

SERVICE = "acs"
API_VERSION = "2025-09-01"


@dataclass(frozen=True, slots=True)
class AcsCall:
    """What to ask of a resource.

    Attributes:
        method: in capitals.
        path: below the endpoint, without the query.
        key: the operation's id; travels along so that support can find the call by it.
        body: JSON to send; None for nothing.
        names_operation: whether the call makes the operation, rather than asks about it.
    """

    method: str
    path: str
    key: str
    body: object = None
    names_operation: bool = False


class AcsClient:
    """Speaks to any resource; holds no keys.

    Args:
        door: the HTTP door.
    """

    def __init__(self, door: HttpDoor) -> None:
        self._door = door

    def ask(self, resource: EmailResource, call: AcsCall) -> HttpAnswer:
        """Make one call.

        Returns:
            The answer, whatever its status.

        Raises:
            NetworkFailure: no complete answer came.
            ProviderFailure: ``OPERATOR_FAULT`` where endpoint or key cannot be used at all.
        """
        url = f"{_endpoint(resource)}{call.path}?api-version={API_VERSION}"
        # Signed as they are sent, so they are written once.
        content = b"" if call.body is None else _written(call.body)
        headers = {"x-ms-client-request-id": call.key, "x-ms-return-client-request-id": "true"}
        if content:
            headers["Content-Type"] = "application/json"
        if call.names_operation:
            headers["Operation-Id"] = call.key
        request = HttpRequest(
            method=call.method,
            url=url,
            service=SERVICE,
            headers=headers | _proof(resource, call.method, url, content),
            content=content or None,
        )
        return self._door.call(request)


def _written(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _endpoint(resource: EmailResource) -> str:
    """Return scheme and host of the resource's endpoint."""
    parts = urlsplit(resource.endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ProviderFailure(
            operator_fault(
                "unusable_endpoint",
                "The endpoint of the Communication Services resource is no address.",
            )
        )
    return f"{parts.scheme}://{parts.netloc}"


def _proof(resource: EmailResource, method: str, url: str, content: bytes) -> dict[str, str]:
    """Return what proves who asks: a token of Microsoft Entra ID, or a signature with the key.

    https://learn.microsoft.com/en-us/azure/communication-services/concepts/authentication
    """
    if resource.access_token:
        return {"Authorization": f"Bearer {resource.access_token}"}
    # Machine time, as Azure compares it with its own; business time may be elsewhere.
    unsigned = Unsigned(method, url, formatdate(usegmt=True), content)
    try:
        return signed_headers(unsigned, resource.access_key)
    except UnusableKey as problem:
        raise ProviderFailure(
            operator_fault("unusable_key", f"The resource's access key cannot be used: {problem}")
        ) from problem
