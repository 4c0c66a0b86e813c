"""The two servers the bench of the sandbox compares, each in a process of its own.

`serve` takes the kind: sandbox, sandbox-on-disk or bare. It prints one JSON line with its port and,
for the sandbox, an access token. Then it answers each line on its input with one JSON line: the
processor seconds used so far and the longest pause of its event loop.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

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
TICK_SECONDS = 0.005


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
    """Return an access token with which the sender may send mail."""
    sender = world.directory.person(SENDER)
    if sender is None:
        raise LookupError(SENDER)
    now = int(world.now().timestamp())
    claims = {
        "aud": GRAPH_AUDIENCE,
        "appid": CLIENT_ID,
        "oid": sender.oid,
        "tid": sender.tenant_id,
        "scp": "Mail.Send",
        "iat": now,
        "nbf": now,
        "exp": now + 24 * 3600,
    }
    return sign(world, claims)


async def start_sandbox(folder: Path | None) -> dict[str, object]:
    """Start the sandbox with its limits off; its state is in memory, or in a file of `folder`."""
    world = make_world(None if folder is None else SqliteStore(folder / "sandbox.sqlite3"))
    world.mailboxes.limits.enabled = False
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


async def serve(kind: str) -> None:
    """Serve until the input ends."""
    pauses = Pauses()
    watching = asyncio.create_task(pauses.watch())
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="m365sandbox-bench-") as folder:
        if kind == "bare":
            told = await start_bare()
        else:
            told = await start_sandbox(Path(folder) if kind == "sandbox-on-disk" else None)
        print(json.dumps(told), flush=True)
        while await loop.run_in_executor(None, sys.stdin.readline):
            figures = {"processor": time.process_time(), "pause": pauses.longest}
            pauses.longest = 0.0
            print(json.dumps(figures), flush=True)
        watching.cancel()
