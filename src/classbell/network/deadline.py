"""Bounds the total time of an exchange, which the HTTP library by itself bounds only per read."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

import httpcore2
from httpcore2 import NetworkBackend, NetworkStream

_deadline: ContextVar[float | None] = ContextVar("http_deadline", default=None)


@contextmanager
def total_time(seconds: float) -> Iterator[None]:
    """Let no socket operation inside the block last beyond ``seconds`` of machine time from now."""
    mark = _deadline.set(monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(mark)


def _left(timeout: float | None, error: type[httpcore2.TimeoutException]) -> float | None:
    """Return what remains of the time, at most ``timeout``; raise ``error`` if nothing does."""
    deadline = _deadline.get()
    if deadline is None:
        return timeout
    left = deadline - monotonic()
    if left <= 0:
        raise error("the time for the whole exchange is over")
    return left if timeout is None else min(timeout, left)


class DeadlineStream(NetworkStream):
    """A socket whose every operation ends by the deadline, however slowly bytes trickle in."""

    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read up to ``max_bytes``."""
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``."""
        self._stream.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        """Begin TLS on the open connection."""
        left = _left(timeout, httpcore2.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> object:
        """Pass on what the connection pool asks about the socket."""
        return self._stream.get_extra_info(info)


class DeadlineBackend(NetworkBackend):
    """Opens sockets that keep the deadline."""

    def __init__(self, inner: NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """Open a TCP connection."""
        left = _left(timeout, httpcore2.ConnectTimeout)
        return DeadlineStream(
            self._inner.connect_tcp(host, port, left, local_address, socket_options)
        )

    def sleep(self, seconds: float) -> None:
        """Wait between the pool's own connection attempts."""
        self._inner.sleep(seconds)
