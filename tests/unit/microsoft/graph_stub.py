"""A Graph that answers from a list and writes down what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.graph import GraphClient
from classbell.network.http import HttpDoor
from classbell.ports.mail import Mailbox
from tests.fakes import FakeClock

ME = Mailbox("/me", "token-1")
CLOUD = Cloud("https://login.example", "https://graph.example")

Answer = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


class GraphStub:
    """Hands out the answers it was given, in order."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        door = HttpDoor(transport=httpx2.MockTransport(self))
        self.client = GraphClient(CLOUD, door, FakeClock())

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)

    def sent(self, index: int = -1) -> dict[str, Any]:
        """Return the JSON of a request."""
        parsed: dict[str, Any] = json.loads(self.requests[index].content)
        return parsed


def refusal(status: int, code: str, **more: str) -> httpx2.Response:
    """Return an error in Graph's shape."""
    return httpx2.Response(status, json={"error": {"code": code, **more}})
