"""One request and its answer: repeated where that is safe, and never more than once done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from classbell_client.errors import ClassbellProblem, Unreachable

TRIES = 4
LATER = frozenset({409, 429, 502, 503, 504})
"""Answers after which the same request may succeed."""
LONGEST_WAIT = 60.0
OK = 300

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the body, and the tag of the state that it shows."""

    body: Mapping[str, Any]
    etag: str


class Transport:
    """Sends requests with the token, and repeats them.

    Args:
        http: where they go, with its base address.
        token: of an integration.
        sleep: waits for so many seconds.
    """

    def __init__(self, http: httpx2.Client, token: str, *, sleep: Sleep = time.sleep) -> None:
        self._http = http
        self._token = token
        self._sleep = sleep

    def send(
        self,
        method: str,
        address: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        if_match: str = "",
    ) -> Answer:
        """Send one request until it is answered.

        A request that changes something carries a key of its own, so that it is done once however
        often it has to be sent.

        Args:
            method: in capitals.
            address: below ``/api/v1``.
            body: as JSON; None for none.
            query: parameters; empty ones are left out.
            if_match: the state that shall be changed, and no other.

        Raises:
            ClassbellProblem: it was refused.
            Unreachable: nothing answered.
        """
        headers = {"Authorization": f"Bearer {self._token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        if if_match:
            headers["If-Match"] = if_match
        request = self._http.build_request(
            method,
            f"/api/v1{address}",
            json=body,
            params={name: value for name, value in (query or {}).items() if value},
            headers=headers,
        )
        return _read(self._answered(request))

    def pages(self, address: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Yield every item of a list, page after page."""
        following: str | None = ""
        while following is not None:
            page = self.send("GET", address, query={**query, "cursor": following}).body
            yield from page["items"]
            following = page["next"]

    def _answered(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request again and again while that may help."""
        # A PATCH or DELETE has no key: sent again after no answer, it could undo what others did.
        safe = request.method in {"GET", "PUT"} or "Idempotency-Key" in request.headers
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._http.send(request)
            except httpx2.TransportError as error:
                if attempt == TRIES or not safe:
                    message = f"{request.url.host} does not answer."
                    raise Unreachable(message) from error
                self._sleep(2.0 ** (attempt - 1))
                continue
            if answer.status_code not in LATER or attempt == TRIES:
                return answer
            self._sleep(_wait(answer, attempt))
        raise Unreachable


def _wait(answer: httpx2.Response, attempt: int) -> float:
    """Return how long to wait: as long as the answer says, else longer each time."""
    told = answer.headers.get("Retry-After", "")
    return min(float(told), LONGEST_WAIT) if told.isdigit() else 2.0 ** (attempt - 1)


def _read(answer: httpx2.Response) -> Answer:
    body: Mapping[str, Any] = {}
    if answer.content:
        try:
            body = answer.json()
        except ValueError as error:
            raise ClassbellProblem(answer.status_code, {"detail": answer.text[:200]}) from error
    if answer.status_code >= OK:
        raise ClassbellProblem(answer.status_code, body)
    return Answer(body, answer.headers.get("ETag", ""))
