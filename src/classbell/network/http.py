"""The one HTTP door: time-outs, request ids, a guard, size limits, logs and metrics for all."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import structlog
from prometheus_client import Counter, Histogram

from classbell.network.addresses import Gate, GatedBackend
from classbell.network.deadline import DeadlineBackend, total_time
from classbell.network.messages import HttpAnswer, HttpRequest, NetworkFailure
from classbell.network.redaction import loggable_path
from classbell.network.tracing import span
from classbell.ports.errors import ConfigurationFault

log = structlog.get_logger(__name__)

SECONDS = Histogram(
    "classbell_http_request_seconds",
    "Duration of outgoing HTTP requests that were answered.",
    ("service", "method", "status"),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
)
FAILURES = Counter(
    "classbell_http_failures_total",
    "Outgoing HTTP requests without a complete answer.",
    ("service", "method", "may_have_happened"),
)

# The request certainly never left in full: no connection came about, or we never wrote to it.
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds of machine time.

    ``total`` covers connecting, sending and receiving. Together with ``pool`` it stays well below
    the 15 s for which a worker holds a lane, so that a hanging service never costs a lease.
    """

    connect: float = 5.0
    read: float = 10.0
    pool: float = 2.0
    total: float = 11.0


def call_anything() -> None:
    """Guard nothing: the default of ``before_call``."""


def watch_nothing(_request: HttpRequest, _answer: HttpAnswer) -> None:
    """Watch nothing: the default of ``observe``."""


def _machines_trust() -> ssl.SSLContext:
    """Return the trust of this machine, or of SSL_CERT_FILE where it is set.

    Raises:
        ConfigurationFault: that file is not there, or holds no certificates.
    """
    try:
        return httpx2.create_ssl_context()
    except OSError as cause:
        named = os.environ.get("SSL_CERT_FILE", "")
        raise ConfigurationFault(
            f"SSL_CERT_FILE names «{named}», which cannot be used: {cause}.",
            meaning="No server can be known by its certificate, so none is spoken to.",
            remedy="Name a file of trusted authorities in PEM form, or leave the variable unset.",
        ) from cause


class HttpDoor:
    """Sends requests; one per process, shared by all threads.

    Redirects are returned, not followed, and cookies are neither kept nor sent. HTTPS_PROXY,
    NO_PROXY and SSL_CERT_FILE are honoured.

    Args:
        verify: trust for TLS; None for the machine's own, or SSL_CERT_FILE where set.
        before_call: called before each request; raises to forbid it (no network call may happen
            while a database transaction is open).
        observe: told each exchange that was answered.
        timeouts: limits in seconds.
        max_connections: size of the pool; more threads than that wait for ``timeouts.pool``.
        max_answer_bytes: a longer answer (after decompression) is a failure, unless the
            request says that its status suffices.
        gate: which addresses sockets may connect to, where others chose them; None for all. No
            proxy is used then, for it would connect in our stead, where nothing is checked.
        transport: replaces the network, for tests.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | None = None,
        before_call: Callable[[], None] = call_anything,
        observe: Callable[[HttpRequest, HttpAnswer], None] = watch_nothing,
        timeouts: Timeouts | None = None,
        max_connections: int = 20,
        max_answer_bytes: int = 16 * 1024 * 1024,
        gate: Gate | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._before_call = before_call
        self._observe = observe
        self._timeouts = timeouts or Timeouts()
        self._max_answer_bytes = max_answer_bytes
        self._client = httpx2.Client(
            # Made here, for a client without proxies would not read SSL_CERT_FILE either.
            verify=_machines_trust() if verify is None else verify,
            trust_env=gate is None,
            transport=transport,
            follow_redirects=False,
            headers={"User-Agent": "classbell", "Accept": "application/json"},
            timeout=httpx2.Timeout(
                self._timeouts.read, connect=self._timeouts.connect, pool=self._timeouts.pool
            ),
            # Idle connections are dropped before common servers drop them (5 s), because a request
            # written to a connection that is just being closed has an unknown fate.
            limits=httpx2.Limits(max_connections=max_connections, keepalive_expiry=3.0),
        )
        # The jar would be shared by all organisations; nothing we call needs cookies.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if transport is None:
            _bound(self._client, gate)

    def call(self, request: HttpRequest) -> HttpAnswer:
        """Send one request and read its answer completely.

        Args:
            request: what to send; a ``client-request-id`` is added unless it has one.

        Returns:
            The answer, whatever its status.

        Raises:
            NetworkFailure: no complete answer came; it says whether the request may have happened.
        """
        self._before_call()
        headers = {"client-request-id": str(uuid4()), **request.headers}
        begun = monotonic()
        try:
            with (
                span("provider call", service=request.service, method=request.method) as traced,
                total_time(self._timeouts.total),
            ):
                answer = self._exchange(request, headers)
                traced(status=answer.status, client_request_id=headers["client-request-id"])
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            failure = _failure(error)
            _note_failure(request, headers["client-request-id"], failure, monotonic() - begun)
            raise failure from error
        except NetworkFailure as failure:
            _note_failure(request, headers["client-request-id"], failure, monotonic() - begun)
            raise
        _note_answer(request, answer, monotonic() - begun)
        self._observe(request, answer)
        return answer

    def _exchange(self, request: HttpRequest, headers: dict[str, str]) -> HttpAnswer:
        """Send and read, keeping the size limit while bytes arrive."""
        with self._client.stream(
            request.method,
            request.url,
            headers=headers,
            params=dict(request.params) or None,
            json=request.json,
            data=None if request.form is None else dict(request.form),
            content=request.content,
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._max_answer_bytes:
                    if request.status_suffices:
                        break
                    raise NetworkFailure("the answer is too large", may_have_happened=True)
            return HttpAnswer(
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=bytes(body),
                set_cookies=tuple(response.headers.get_list("set-cookie")),
            )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _bound(client: httpx2.Client, gate: Gate | None) -> None:
    """Make every connection of the client keep the total time, and pass the gate.

    httpcore2 takes a network backend publicly, but httpx2 builds its pools itself, also those for
    the proxies named in the environment. Tests with a trickling server and with a name that leads
    into a private network hold this in place.
    """
    transports = (client._transport, *client._mounts.values())  # noqa: SLF001 -- see above
    for transport in transports:
        if isinstance(transport, httpx2.HTTPTransport):
            pool = transport._pool  # noqa: SLF001 -- see above
            backend = pool._network_backend  # noqa: SLF001 -- see above
            opened = backend if gate is None else GatedBackend(backend, gate)
            pool._network_backend = DeadlineBackend(opened)  # noqa: SLF001 -- see above


def _failure(error: Exception) -> NetworkFailure:
    """Say what broke and whether the request may have been carried out."""
    not_sent = isinstance(error, (*_NOT_SENT, httpx2.InvalidURL))
    reason = type(error).__name__
    return NetworkFailure(
        f"{reason}: {error}" if str(error) else reason, may_have_happened=not not_sent
    )


def _note_failure(
    request: HttpRequest, client_request_id: str, failure: NetworkFailure, seconds: float
) -> None:
    """Log and count a request without an answer."""
    FAILURES.labels(request.service, request.method, str(failure.may_have_happened).lower()).inc()
    log.warning(
        "http request failed",
        service=request.service,
        method=request.method,
        host=urlsplit(request.url).netloc,
        path=loggable_path(request.url),
        reason=failure.reason,
        may_have_happened=failure.may_have_happened,
        milliseconds=round(seconds * 1000),
        client_request_id=client_request_id,
    )


def _note_answer(request: HttpRequest, answer: HttpAnswer, seconds: float) -> None:
    """Log and measure an answered request."""
    SECONDS.labels(request.service, request.method, str(answer.status)).observe(seconds)
    log.debug(
        "http request",
        service=request.service,
        method=request.method,
        host=urlsplit(request.url).netloc,
        path=loggable_path(request.url),
        status=answer.status,
        milliseconds=round(seconds * 1000),
        request_id=answer.request_id,
    )
