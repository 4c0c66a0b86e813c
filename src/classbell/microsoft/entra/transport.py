"""Lets msal speak through the one HTTP door, and remembers what it was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, HttpRequest

SERVICE = "entra"
DISCOVERY = "/.well-known/openid-configuration"
DISCOVERY_SECONDS = 3600.0


@dataclass(slots=True)
class DiscoveryCache:
    """Discovery documents by address, kept for an hour of machine time, shared by all threads."""

    _kept: dict[str, tuple[float, HttpAnswer]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, url: str) -> HttpAnswer | None:
        """Return the document, or None if there is none fresh enough."""
        with self._lock:
            until, answer = self._kept.get(url, (0.0, None))
        return answer if monotonic() < until else None

    def put(self, url: str, answer: HttpAnswer) -> None:
        """Keep a document."""
        with self._lock:
            self._kept[url] = (monotonic() + DISCOVERY_SECONDS, answer)


class MsalResponse:
    """An answer in the shape msal expects: status_code, text, headers, raise_for_status."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.status_code = answer.status
        self.text = answer.text
        self.headers = dict(answer.headers)

    def raise_for_status(self) -> None:
        """Do nothing: msal wraps this object and raises its own error for a bad status."""


class MsalHttp:
    """The ``http_client`` of one msal application: get, post and close.

    A new one is made for each call, so ``last`` is the answer that decided it.
    """

    def __init__(self, door: HttpDoor, discovery: DiscoveryCache) -> None:
        self._door = door
        self._discovery = discovery
        self.last: HttpAnswer | None = None

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, object] | None = None,
        **_ignored: object,
    ) -> MsalResponse:
        """Fetch a discovery document, from memory where it is fresh."""
        cacheable = url.endswith(DISCOVERY) and not params
        answer = self._discovery.get(url) if cacheable else None
        if answer is None:
            answer = self._call("GET", url, params, headers, None)
            if cacheable and answer.ok:
                self._discovery.put(url, answer)
        self.last = answer
        return MsalResponse(answer)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        **_ignored: object,
    ) -> MsalResponse:
        """Call the token endpoint."""
        form = {name: _text(value) for name, value in (data or {}).items()}
        self.last = self._call("POST", url, params, headers, form)
        return MsalResponse(self.last)

    def forget(self) -> None:
        """Begin anew: what was answered until now does not decide what follows."""
        self.last = None

    def close(self) -> None:
        """Do nothing: the door is shared and outlives this object."""

    def _call(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, object] | None,
        form: Mapping[str, str] | None,
    ) -> HttpAnswer:
        """Send through the door. msal marks a header it leaves out with None."""
        return self._door.call(
            HttpRequest(
                method=method,
                url=url,
                service=SERVICE,
                params=params or {},
                headers={n: str(v) for n, v in (headers or {}).items() if v},
                form=form,
            )
        )


def _text(value: object) -> str:
    """Return a form's value as text; msal hands a signed assertion over as bytes."""
    return value.decode("ascii") if isinstance(value, bytes) else str(value)
