"""What stands before every route: due actions, faults, and the record of the exchange."""

import asyncio
import json
import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from m365sandbox.entra.answers import AT_WILL
from m365sandbox.errors import graph_headers
from m365sandbox.faults import Fault
from m365sandbox.log import BODY_LIMIT, Exchange, readable, redact, redact_headers
from m365sandbox.traffic import is_traffic, mailbox_and_client
from m365sandbox.world import World

# What the server puts into the scope so that a fault can drop the connection.
DROP = "m365sandbox.drop"
WITHOUT_BODY = frozenset({204, 205, 304})


class ConnectionDropped(Exception):
    """The connection was to be dropped and the server offers no way to do so."""


@dataclass
class Tape:
    """The parts of an exchange, as they pass by."""

    request_body: bytearray = field(default_factory=bytearray)
    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    response_body: bytearray = field(default_factory=bytearray)
    client_id: str | None = None

    def hear(self, message: Message) -> None:
        """Keep the beginning of what the caller sends."""
        room = BODY_LIMIT + 1 - len(self.request_body)
        if message["type"] == "http.request" and room > 0:
            self.request_body += message.get("body", b"")[:room]

    def say(self, message: Message) -> None:
        """Keep what is answered."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            self.headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", [])
            ]
        elif message["type"] == "http.response.body":
            room = BODY_LIMIT + 1 - len(self.response_body)
            if room > 0:
                self.response_body += message.get("body", b"")[:room]


class Attendant:
    """The middleware around the whole application."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        """Stand before `app`."""
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not scope.get("query_string", b"").isascii():
            # No client may send such bytes; most servers refuse them before anybody reads them.
            refusal = PlainTextResponse("A query must be percent-encoded.", HTTPStatus.BAD_REQUEST)
            await refusal(scope, receive, send)
            return
        self.world.run_due()
        _tidy_path(scope)
        if not is_traffic(scope["path"]):
            await self.app(scope, receive, send)
            self.world.run_due()
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        tape = Tape()
        mailbox, tape.client_id = mailbox_and_client(scope, self.world)
        fault = self.world.faults.take(scope["method"], scope["path"], mailbox)

        async def hear() -> Message:
            message = await receive()
            tape.hear(message)
            return message

        async def say(message: Message) -> None:
            tape.say(message)
            await send(message)

        try:
            if fault is None:
                await self.app(scope, hear, say)
            else:
                await self._with_fault(fault, scope, hear, say, tape)
        finally:
            self._record(scope, tape, mailbox, fault, started)

    async def _with_fault(
        self, fault: Fault, scope: Scope, receive: Receive, send: Send, tape: Tape
    ) -> None:
        if fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault.effect in {"act_then_answer", "act_then_drop"}:
            await self.app(scope, receive, _swallow)
        if fault.effect == "act_then_answer":
            await _answer(fault, scope, send)
        elif fault.effect != "answer":
            tape.status = None
            await _drop(scope, receive)
        elif fault.status is None:
            scope.setdefault("extensions", {})[AT_WILL] = fault.aadsts
            await self.app(scope, receive, send)
        else:
            await _drain(receive)
            await _answer(fault, scope, send)

    def _record(
        self, scope: Scope, tape: Tape, mailbox: str | None, fault: Fault | None, started: float
    ) -> None:
        headers = Headers(scope=scope)
        answered = Headers(headers=dict(tape.headers))
        self.world.log.add(
            Exchange(
                number=self.world.log.next_number(),
                at=self.world.now(),
                method=scope["method"],
                path=scope["path"],
                query=redact(scope.get("query_string", b"").decode("latin-1")),
                mailbox=mailbox,
                client_id=tape.client_id,
                request_headers=redact_headers(headers.items()),
                request_body=readable(bytes(tape.request_body), headers.get("content-type", "")),
                status=tape.status,
                response_headers=redact_headers(tape.headers),
                response_body=readable(bytes(tape.response_body), answered.get("content-type", "")),
                milliseconds=(time.perf_counter() - started) * 1000,
                fault_id=None if fault is None else fault.fault_id,
            )
        )


def _tidy_path(scope: MutableMapping[str, Any]) -> None:
    """Read doubled slashes in a Graph address as one, as the service does."""
    path = scope["path"]
    if "//" in path:
        tidied = re.sub(r"/{2,}", "/", path)
        if tidied.startswith("/v1.0"):
            scope["path"] = tidied
            scope["raw_path"] = tidied.encode()


async def _swallow(message: Message) -> None:
    """Take an answer that nobody is to receive."""
    del message


async def _drain(receive: Receive) -> None:
    """Read the request to its end, so that the connection stays usable after the answer."""
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _answer(fault: Fault, scope: Scope, send: Send) -> None:
    """Send what the fault says; Graph puts its ids on a failure too."""
    body = b""
    headers = {"content-type": "application/json"}
    if scope["path"].startswith("/v1.0"):
        headers |= graph_headers(Request(scope), str(uuid4()))
    if isinstance(fault.body, str):
        body = fault.body.encode()
        headers["content-type"] = "text/plain; charset=utf-8"
    elif fault.body is not None:
        body = json.dumps(fault.body).encode()
    if fault.status in WITHOUT_BODY:
        body = b""
    headers.update({name.lower(): value for name, value in fault.headers.items()})
    headers["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _drop(scope: Scope, receive: Receive) -> None:
    """Drop the connection without a byte of answer, and wait until it is gone."""
    drop = scope.get("extensions", {}).get(DROP)
    if drop is None:
        message = "This server cannot drop a connection."
        raise ConnectionDropped(message)
    drop()
    # Left before that, the server would take the missing answer for a fault of the application.
    while (await receive())["type"] != "http.disconnect":
        pass
