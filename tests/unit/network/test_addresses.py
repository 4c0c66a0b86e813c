"""Where a door with a gate connects to, and where nothing talks it into."""

from __future__ import annotations

import ssl
from ipaddress import ip_address, ip_network

import httpcore2
import pytest
from httpcore2 import NetworkBackend, NetworkStream
from structlog.testing import capture_logs

from classbell.network.addresses import Gate, GatedBackend, is_public
from classbell.network.http import HttpDoor, Timeouts
from classbell.network.messages import HttpRequest, NetworkFailure
from m365sandbox.tls import Authority
from tests.receiver import a_receiver

QUICK = Timeouts(connect=0.5, read=0.5, pool=0.1, total=0.8)
LOOPBACK = ip_network("127.0.0.0/8")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1"),
        *("100.64.0.1", "192.0.0.192", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("198.18.0.1", "192.0.2.1", "168.63.129.16", "100.100.100.200"),
        *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("64:ff9b::a9fe:a9fe", "2002:a00:1::1", "2001:0:102:304:0:0:80ff:fffe"),
    ],
)
def test_what_is_not_on_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not Gate().admits(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_public_addresses_pass(address: str) -> None:
    assert Gate().admits(address)


@pytest.mark.parametrize("text", ["localhost", "fe80::1%eth0", "0x7f000001", "2130706433", "127.1"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    assert not Gate().admits(text)


def test_an_allowed_network_is_admitted_also_when_written_as_ipv6() -> None:
    gate = Gate(private=[LOOPBACK])
    assert gate.admits("127.0.0.1")
    assert gate.admits("::ffff:127.0.0.1")
    assert not gate.admits("10.0.0.1")
    assert not Gate(public=False, private=[LOOPBACK]).admits("1.1.1.1")


def post(door: HttpDoor, url: str) -> int:
    return door.call(HttpRequest(method="POST", url=url, service="test", content=b"{}")).status


def test_a_name_that_leads_into_a_private_network_is_not_connected_to() -> None:
    gate = Gate(resolver=lambda _host, _port: ["10.0.0.1", "127.0.0.1"])
    with a_receiver() as receiver, HttpDoor(timeouts=QUICK, gate=gate) as door:
        port = receiver.url.rpartition(":")[2]
        with pytest.raises(NetworkFailure) as caught:
            post(door, f"http://hooks.example.com:{port}")
    assert not caught.value.may_have_happened
    assert "not one that may be connected to" in caught.value.reason
    assert receiver.received == []


class Remembering(NetworkBackend):
    """Opens nothing, and remembers where to."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def connect_tcp(self, host: str, port: int, *_words: object) -> NetworkStream:
        self.opened.append(host)
        return NetworkStream()


def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing() -> None:
    # DNS rebinding: the first answer is public, every later one is the machine itself.
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    inner = Remembering()
    backend = GatedBackend(inner, Gate(resolver=lambda _host, _port: next(answers)))
    backend.connect_tcp("hooks.example.com", 443)
    assert inner.opened == ["93.184.216.34"], "to the very number that was judged, by one answer"
    for _ in range(2):
        with pytest.raises(httpcore2.ConnectError):
            backend.connect_tcp("hooks.example.com", 443)
    assert inner.opened == ["93.184.216.34"]


def test_the_request_keeps_the_name_it_was_sent_to() -> None:
    gate = Gate(private=[LOOPBACK], resolver=lambda _host, _port: ["10.9.9.9", "127.0.0.1"])
    with a_receiver() as receiver, HttpDoor(timeouts=QUICK, gate=gate) as door:
        port = receiver.url.rpartition(":")[2].partition("/")[0]
        assert post(door, f"http://hooks.example.com:{port}/x") == 204
    assert receiver.received[0].headers["host"] == f"hooks.example.com:{port}"


def test_a_door_with_a_gate_uses_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_receiver() as proxy, a_receiver() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with HttpDoor(timeouts=QUICK, gate=Gate(private=[LOOPBACK])) as door:
            assert post(door, receiver.url) == 204
        assert proxy.received == []


def test_an_unknown_name_is_a_failure_that_sent_nothing() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such host")

    with (
        capture_logs(),
        HttpDoor(timeouts=QUICK, gate=Gate(resolver=unknown)) as door,
        pytest.raises(NetworkFailure) as caught,
    ):
        post(door, "https://hooks.example.com/")
    assert not caught.value.may_have_happened


def test_certificates_are_checked_against_the_name_and_not_the_number() -> None:
    authority = Authority()
    trust = ssl.create_default_context(cadata=authority.certificate_pem)
    gate = Gate(private=[LOOPBACK], resolver=lambda _host, _port: ["127.0.0.1"])
    with (
        a_receiver(authority.server_context()) as receiver,
        HttpDoor(timeouts=QUICK, gate=gate, verify=trust) as door,
    ):
        port = receiver.url.rpartition(":")[2].partition("/")[0]
        assert post(door, f"https://localhost:{port}/") == 204
        with pytest.raises(NetworkFailure) as caught:
            post(door, f"https://hooks.example.com:{port}/")
    assert not caught.value.may_have_happened
    assert len(receiver.received) == 1
