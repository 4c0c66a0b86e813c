"""All listeners of the sandbox on one event loop in one process."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from m365sandbox.app import build_app
from m365sandbox.middleware import DROP
from m365sandbox.public import PublicNames
from m365sandbox.smtp import SmtpServer
from m365sandbox.smtp import start as start_smtp
from m365sandbox.world import World

# How often due actions are looked for and changes are saved when nobody asks for anything.
TICK_SECONDS = 0.2
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 2


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 whose connection a fault may drop without an answer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 -- uvicorn's own
        """Put the way to drop the connection into every request's scope."""
        super().__init__(*arguments, **named)
        inner: ASGIApp = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[DROP] = self.transport.abort
            await inner(scope, receive, send)

        self.app = app

    @property
    def is_idle(self) -> bool:
        """Say whether no request is under way on the connection."""
        # Before the first request there is no cycle, whatever the declared type says.
        return bool(getattr(self.cycle, "response_complete", True))


class QuietServer(uvicorn.Server):
    """A server that leaves signals to whoever runs it, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Serve as `config` says."""
        super().__init__(config)
        self.ready = asyncio.Event()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; idle connections end at once, as their owners may keep them open for long."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, DroppableProtocol) and connection.is_idle:
                connection.transport.abort()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            if isinstance(connection, DroppableProtocol):
                connection.transport.abort()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


@dataclass
class Addresses:
    """Where to listen; port 0 takes any free one. No SMTP when its port is None."""

    host: str = "127.0.0.1"
    http_port: int = 8365
    https_port: int = 8366
    smtp_port: int | None = 8325


class Listeners:
    """The listeners of one sandbox, from `start` to `stop`."""

    def __init__(self, world: World, where: Addresses) -> None:
        """Prepare to serve `world` at the addresses of `where`; nothing listens yet."""
        self.world = world
        self.where = where
        self.public = PublicNames()
        self.smtp_port: int | None = None
        self._servers: list[QuietServer] = []
        self._serving: list[asyncio.Task[None]] = []
        self._background: list[asyncio.Task[None]] = []
        self._mail: SmtpServer | None = None

    async def start(self) -> None:
        """Start every listener and return when all of them accept connections.

        Raises:
            OSError: a port is taken.
        """
        plain, secure = _both(self.where)
        self.public = PublicNames(
            people=f"http://{_address(plain)}",
            secure=f"https://{_address(secure)}",
        )
        app = build_app(self.world, self.public)
        if self.where.smtp_port is not None:
            try:
                self._mail = await start_smtp(self.world, self.where.host, self.where.smtp_port)
            except OSError:
                plain.close()
                secure.close()
                raise
            self.smtp_port = self._mail.port
        for sock, with_tls in ((plain, False), (secure, True)):
            server = QuietServer(_config(app, self.world, with_tls=with_tls))
            self._servers.append(server)
            self._serving.append(asyncio.create_task(server.serve([sock])))
        self._background = [
            asyncio.create_task(_tick(self.world)),
            asyncio.create_task(self.world.acs.postman.run()),
            asyncio.create_task(self.world.notices.postman.run()),
        ]
        await asyncio.gather(*(server.ready.wait() for server in self._servers))

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, or until what is done in the background fails.

        Raises:
            Exception: what failed in the background, after everything was stopped and saved.
        """
        waiting = asyncio.create_task(stop.wait())
        background: list[asyncio.Task[object]] = [waiting, *self._background]
        await asyncio.wait(background, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await self.stop()

    async def stop(self) -> None:
        """Stop listening, let requests under way finish, and save everything."""
        for server in self._servers:
            server.should_exit = True
        if self._mail is not None:
            await self._mail.stop()
        await asyncio.gather(*self._serving)
        self.world.save(everything=True)
        for task in self._background:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _both(where: Addresses) -> tuple[socket.socket, socket.socket]:
    """Return the bound sockets for http and https, or none of them."""
    plain = _bound(where.host, where.http_port)
    try:
        return plain, _bound(where.host, where.https_port)
    except OSError:
        plain.close()
        raise


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, asyncio sends at once on what is accepted here; without, each answer
    # in two pieces waits 40 ms for the peer to acknowledge the first.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"Port {port} on {host} cannot be used: {error}") from error
    return sock


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _config(app: ASGIApp, world: World, *, with_tls: bool) -> uvicorn.Config:
    context = world.authority.server_context() if with_tls else None
    return uvicorn.Config(
        app,
        http=DroppableProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_context_factory=None if context is None else lambda _config, _default: context,
    )


async def _tick(world: World) -> None:
    """Do what falls due and save what changed, whether or not anybody calls."""
    while True:
        world.run_due()
        world.save()
        await asyncio.sleep(TICK_SECONDS)


async def serve_until_signal(listeners: Listeners, tell: Callable[[Listeners], None]) -> None:
    """Serve until SIGINT or SIGTERM and stop cleanly; `tell` is called once all ports listen."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await listeners.start()
    tell(listeners)
    await listeners.serve(stop)
