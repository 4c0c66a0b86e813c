"""The servers that benches talk to, each in a process of its own.

`serve` takes the kind: `sandbox` (its limits off), `sandbox-on-disk`, `sandbox-limits` (as
Microsoft's), `bare` (one route that answers 202), or `acs MILLISECONDS` (accepts every mail of
Azure Communication Services after a pause, as cheaply as Python can, so that the client is what is
measured). It prints one JSON line with its port and, for the sandbox, an access token. Then it
answers each line on its input with one JSON line: the processor seconds used so far and the longest
pause of its event loop.
"""

import asyncio
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from m365sandbox.entra.issue import GRAPH_AUDIENCE, sign
from m365sandbox.seed import CLIENT_ID
from m365sandbox.server import Addresses, Listeners
from m365sandbox.start import make_world
from m365sandbox.store import SqliteStore
from m365sandbox.world import World

SENDER = "learning@contoso.example"
SCOPES = ("Calendars.ReadWrite", "Mail.Send", "Place.Read.All", "User.Read")
TICK_SECONDS = 0.005
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_OPERATION = b'{"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Running"}'
_ACCEPTED = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(_OPERATION)
    + _OPERATION
)


class Pauses:
    """Notes the longest time the event loop did not come round to a waiting task."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Wake again and again, and note how late that happens."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(TICK_SECONDS)
            self.longest = max(self.longest, time.perf_counter() - begun - TICK_SECONDS)


def token_of(world: World) -> str:
    """Return an access token with which the sender may send mail and keep its calendar."""
    sender = world.directory.person(SENDER)
    if sender is None:
        raise LookupError(SENDER)
    now = int(world.now().timestamp())
    claims = {
        "aud": GRAPH_AUDIENCE,
        "appid": CLIENT_ID,
        "oid": sender.oid,
        "tid": sender.tenant_id,
        "scp": " ".join(SCOPES),
        "iat": now,
        "nbf": now,
        "exp": now + 24 * 3600,
    }
    return sign(world, claims)


async def start_sandbox(folder: Path | None, *, limits: bool = False) -> dict[str, object]:
    """Start the sandbox; its state is in memory, or in a file of `folder`."""
    world = make_world(None if folder is None else SqliteStore(folder / "sandbox.sqlite3"))
    world.mailboxes.limits.enabled = limits
    listeners = Listeners(world, Addresses("127.0.0.1", 0, 0, None))
    await listeners.start()
    return {"port": int(listeners.public.people.rpartition(":")[2]), "token": token_of(world)}


async def start_bare() -> dict[str, object]:
    """Start one Starlette route that reads the body and answers 202, on the same server."""

    async def take(request: Request) -> Response:
        await request.body()
        return Response(status_code=202)

    app = Starlette(routes=[Route("/v1.0/me/sendMail", take, methods=["POST"])])
    config = uvicorn.Config(
        app,
        port=0,
        http=H11Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(config)
    server.config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return {"port": port, "token": "none"}


class Acceptor(asyncio.Protocol):
    """Answers each request that a mail is accepted; reads no more of it than its length.

    Args:
        seconds: how long each answer takes.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._left += data
        while (end := self._left.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._left, 0, end)
            # Who only asks what became of a mail sends no body, and hears that it is under way.
            length = int(found[1]) if found else 0
            if len(self._left) < end + 4 + length:
                return
            self._left = self._left[end + 4 + length :]
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        self._transport.write(_ACCEPTED)


async def start_acs(milliseconds: int) -> dict[str, object]:
    """Start what accepts every mail after a pause."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Acceptor(milliseconds / 1000), "127.0.0.1", 0)
    return {"port": server.sockets[0].getsockname()[1], "token": "none"}


async def start(kind: str, folder: Path) -> dict[str, object]:
    """Start the server of that kind, and return where it listens."""
    match kind.split():
        case ["bare"]:
            return await start_bare()
        case ["acs", milliseconds]:
            return await start_acs(int(milliseconds))
        case ["sandbox-on-disk"]:
            return await start_sandbox(folder)
        case _:
            return await start_sandbox(None, limits=kind == "sandbox-limits")


async def serve(kind: str) -> None:
    """Serve until the input ends."""
    pauses = Pauses()
    watching = asyncio.create_task(pauses.watch())
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="m365sandbox-bench-") as folder:
        told = await start(kind, Path(folder))
        print(json.dumps(told), flush=True)
        while await loop.run_in_executor(None, sys.stdin.readline):
            figures = {"processor": time.process_time(), "pause": pauses.longest}
            pauses.longest = 0.0
            print(json.dumps(figures), flush=True)
        watching.cancel()
