"""What stands before every route: due actions, faults, and the record of the exchange."""

import asyncio
import json
import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from m365sandbox.faults import Fault
from m365sandbox.log import BODY_LIMIT, Exchange, readable, redact, redact_headers
from m365sandbox.world import World

# What the server puts into the scope so that a fault can drop the connection.
DROP = "m365sandbox.drop"
OF_A_MAILBOX = re.compile(r"^/v1\.0/users(?:/|\(')([^/')]+)", re.IGNORECASE)


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
        self.world.run_due()
        _tidy_path(scope)
        if scope["path"].startswith("/_sandbox"):
            # Steering the sandbox is no traffic: it has no faults and fills no log.
            await self.app(scope, receive, send)
            self.world.run_due()
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        tape = Tape()
        mailbox, tape.client_id = _about(scope, self.world)
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
        if fault.effect == "act_then_drop":
            await self.app(scope, receive, _swallow)
        if fault.effect != "answer":
            tape.status = None
            _drop(scope)
        elif fault.status is None:
            await self.app(scope, receive, send)
        else:
            await _drain(receive)
            await _answer(fault, send)

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


def _about(scope: Scope, world: World) -> tuple[str | None, str | None]:
    """Return the mailbox a Graph request is about and the calling client, read without trust."""
    path = scope["path"]
    if not path.startswith("/v1.0"):
        return None, None
    token = Headers(scope=scope).get("authorization", "").partition(" ")[2].strip()
    claims = world.entra.seen_tokens.claimed(token)
    if claims is None:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            claims = {}
    client = str(claims["appid"]) if "appid" in claims else None
    named = OF_A_MAILBOX.match(path)
    name = named.group(1) if named else str(claims.get("oid", ""))
    person = world.directory.person(name)
    return (person.address if person else (name or None)), client


async def _swallow(message: Message) -> None:
    """Take an answer that nobody is to receive."""
    del message


async def _drain(receive: Receive) -> None:
    """Read the request to its end, so that the connection stays usable after the answer."""
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _answer(fault: Fault, send: Send) -> None:
    """Send what the fault says."""
    body = b""
    headers = {"content-type": "application/json"}
    if isinstance(fault.body, str):
        body = fault.body.encode()
        headers = {"content-type": "text/plain; charset=utf-8"}
    elif fault.body is not None:
        body = json.dumps(fault.body).encode()
    headers.update({name.lower(): value for name, value in fault.headers.items()})
    headers["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _drop(scope: Scope) -> None:
    """Drop the connection without a byte of answer."""
    drop = scope.get("extensions", {}).get(DROP)
    if drop is None:
        message = "This server cannot drop a connection."
        raise ConnectionDropped(message)
    drop()
