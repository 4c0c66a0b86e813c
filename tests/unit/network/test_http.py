"""The one HTTP door, against servers that misbehave."""

from __future__ import annotations

import gzip
import socket
from threading import Event, Thread
from time import monotonic

import httpx2
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from classbell.network.http import HttpDoor, Timeouts
from classbell.network.messages import HttpRequest, NetworkFailure
from tests.unit.network.servers import answer, read_request, serving

QUICK = Timeouts(connect=0.5, read=0.5, pool=0.1, total=0.8)


def ask(door: HttpDoor, url: str, method: str = "POST") -> NetworkFailure:
    """Make a request that fails and return the failure."""
    with pytest.raises(NetworkFailure) as caught:
        door.call(HttpRequest(method=method, url=url, service="test", json={"a": 1}))
    return caught.value


def hang_up(connection: socket.socket) -> None:
    """Read the request and close without a word."""
    read_request(connection)


def test_a_refused_connection_certainly_sent_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with HttpDoor(timeouts=QUICK) as door:
            assert ask(door, url).may_have_happened is False


def test_a_full_pool_certainly_sent_nothing() -> None:
    entered, release = Event(), Event()

    def hold(connection: socket.socket) -> None:
        read_request(connection)
        entered.set()
        release.wait(5)

    with serving(hold) as url, HttpDoor(timeouts=QUICK, max_connections=1) as door:
        first = Thread(target=ask, args=(door, url))
        first.start()
        assert entered.wait(5)
        assert ask(door, url).may_have_happened is False
        release.set()
        first.join()


def test_a_server_that_hangs_up_after_the_request_leaves_doubt() -> None:
    with serving(hang_up) as url, HttpDoor(timeouts=QUICK) as door:
        assert ask(door, url).may_have_happened is True


def test_a_server_that_never_answers_leaves_doubt() -> None:
    release = Event()

    def hang(connection: socket.socket) -> None:
        read_request(connection)
        release.wait(5)

    with serving(hang) as url, HttpDoor(timeouts=QUICK) as door:
        assert ask(door, url).may_have_happened is True
        release.set()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_an_answer_that_trickles_ends_with_the_total_time(head: bytes) -> None:
    ended = Event()

    def trickle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        for byte in b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 1000:
            connection.sendall(bytes([byte]))
            if ended.wait(0.05):
                return

    begun = monotonic()
    with serving(trickle) as url, HttpDoor(timeouts=QUICK) as door:
        assert ask(door, url).may_have_happened is True
        ended.set()
    assert monotonic() - begun < 4 * QUICK.total


def test_an_answer_beyond_the_size_limit_is_a_failure_even_compressed() -> None:
    bomb = answer("200 OK", gzip.compress(b"0" * 2_000_000), "Content-Encoding: gzip")

    def send(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(bomb)

    with serving(send) as url, HttpDoor(timeouts=QUICK, max_answer_bytes=1_000_000) as door:
        failure = ask(door, url)
    assert "too large" in failure.reason
    assert failure.may_have_happened is True


def test_redirects_are_returned_and_cookies_are_not_kept() -> None:
    seen: list[bytes] = []

    def send(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(
            answer("302 Found", b"", "Location: /elsewhere", "Set-Cookie: a=b", "Connection: close")
        )

    with serving(send) as url, HttpDoor(timeouts=QUICK) as door:
        request = HttpRequest(method="GET", url=url, service="test")
        assert door.call(request).status == 302
        assert door.call(request).headers["location"] == "/elsewhere"
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


def test_every_request_carries_an_id_and_the_guard_may_forbid_it() -> None:
    seen: list[httpx2.Request] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(204)

    allowed = True

    def guard() -> None:
        if not allowed:
            raise RuntimeError("a transaction is open")

    door = HttpDoor(before_call=guard, transport=httpx2.MockTransport(respond))
    door.call(HttpRequest(method="GET", url="https://graph.example/", service="test"))
    assert len(seen[0].headers["client-request-id"]) == 36
    allowed = False
    with pytest.raises(RuntimeError):
        door.call(HttpRequest(method="GET", url="https://graph.example/", service="test"))
    assert len(seen) == 1


def test_logs_and_metrics_tell_the_exchange_and_no_secret() -> None:
    labels = {"service": "test-logs", "method": "GET", "status": "200"}
    before = REGISTRY.get_sample_value("classbell_http_request_seconds_count", labels) or 0
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"request-id": "r-1"}, json={"secret": "body"})
    )
    with capture_logs() as logs:
        HttpDoor(transport=transport).call(
            HttpRequest(
                method="GET",
                url="https://graph.example/v1.0/users/ana@contoso.example?code=secret",
                service="test-logs",
                headers={"Authorization": "Bearer secret"},
            )
        )
    assert REGISTRY.get_sample_value("classbell_http_request_seconds_count", labels) == before + 1
    assert "secret" not in str(logs)
    assert "ana@" not in str(logs)
    line = logs[-1]
    assert (line["host"], line["status"], line["request_id"]) == ("graph.example", 200, "r-1")
    assert line["path"] == "/v1.0/users/{mailbox}"


def test_a_proxy_named_in_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def relay(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(answer())

    with serving(relay) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with HttpDoor(timeouts=QUICK) as door:
            request = HttpRequest(method="GET", url="http://graph.example/v1.0/me", service="test")
            assert door.call(request).status == 200
    assert seen[0].startswith(b"GET http://graph.example/v1.0/me ")
