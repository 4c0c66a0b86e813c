"""Graph's addresses: everything below /v1.0, one request at a time or many in a batch."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from m365sandbox.entra.tokens import authenticate_any
from m365sandbox.errors import (
    JSON_WITH_METADATA,
    GraphError,
    client_request_id,
    graph_error_body,
    graph_headers,
)
from m365sandbox.graph.batch import PATH, answer_batch
from m365sandbox.graph.call import Answer
from m365sandbox.graph.door import answer, graph_path, read_body
from m365sandbox.graph.gate import Gate
from m365sandbox.traffic import mailbox_and_client

if TYPE_CHECKING:
    from starlette.requests import Request

    from m365sandbox.world import World

_METHODS: Final = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
_log = logging.getLogger(__name__)


def routes(world: World) -> list[BaseRoute]:
    """Return the routes below /v1.0, bound to `world`."""
    desk = Desk(world)
    return [Route("/{path:path}", desk.serve, methods=list(_METHODS))]


class Desk:
    """Answers requests, and turns every failure into Graph's error body."""

    def __init__(self, world: World) -> None:
        """Answer for a world."""
        self._world = world
        self._gate = Gate()
        world.on_reset.append(self._gate.forget)

    async def serve(self, request: Request) -> Response:
        """Answer one request over HTTP."""
        request_id = str(uuid4())
        outcome = await self.outcome(request, request_id)
        headers = graph_headers(request, request_id) | dict(outcome.headers)
        if outcome.body is None:
            return Response(status_code=outcome.status, headers=headers)
        headers |= {"OData-Version": "4.0", "Content-Type": JSON_WITH_METADATA}
        body = json.dumps(outcome.body, ensure_ascii=False, separators=(",", ":")).encode()
        return Response(body, outcome.status, headers)

    async def outcome(self, request: Request, request_id: str) -> Answer:
        """Return the answer to a request, be it a success or a refusal."""
        try:
            if graph_path(request).strip("/").lower() == PATH and request.method == "POST":
                authenticate_any(request, self._world)
                return await answer_batch(request, await read_body(request), self.part)
            return await answer(request, self._world, self._gate)
        except GraphError as error:
            return self._refusal(request, error, request_id)
        except Exception:  # noqa: BLE001 -- logged with its traceback, answered as the service does
            # The last door before the client: whatever went wrong inside is written to the log,
            # and the client is told in the service's words, as the service itself would.
            _log.exception("Graph request %s %s failed", request.method, request.url.path)
            broken = GraphError(500, "UnknownError", "An unexpected error occurred.")
            return self._refusal(request, broken, request_id)

    async def part(self, request: Request) -> Answer:
        """Return the answer to one part of a batch, with the headers the part carries."""
        outcome = await self._fault_of(request) or await self.outcome(request, str(uuid4()))
        headers = {"Cache-Control": "no-cache", **outcome.headers}
        if outcome.body is not None:
            headers |= {"OData-Version": "4.0", "Content-Type": JSON_WITH_METADATA}
        return Answer(outcome.status, outcome.body, headers)

    async def _fault_of(self, request: Request) -> Answer | None:
        """Return what a fault answers to a part of a batch, once its delay is over."""
        mailbox, _ = mailbox_and_client(request.scope, self._world)
        path = request.scope["path"]
        fault = self._world.faults.take(request.method, path, mailbox, only_answers=True)
        if fault is None:
            return None
        await asyncio.sleep(fault.delay_seconds)
        if fault.status is None:
            return None
        body = fault.body if isinstance(fault.body, dict) else None
        return Answer(fault.status, body, fault.headers)

    def _refusal(self, request: Request, error: GraphError, request_id: str) -> Answer:
        client_id = client_request_id(request, request_id)
        body = graph_error_body(error, request_id, client_id, self._world.now())
        return Answer(error.status, body, error.headers)
