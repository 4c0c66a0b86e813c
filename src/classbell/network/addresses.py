"""Keeps connections to addresses that others chose out of private networks.

The check is made on the address that the socket really connects to: a name is resolved here, each
answer is judged, and the connection is opened to the judged number, so that a name that leads
elsewhere a moment later gains nothing (DNS rebinding). Name and certificate are checked as ever,
for TLS and the Host header keep the name of the request.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpcore2
from httpcore2 import NetworkBackend, NetworkStream

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

PLATFORM = (ip_address("168.63.129.16"),)
"""Public by number, yet the inside of a platform: Azure's own host
(https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16)."""

SPECIAL = tuple(
    ip_network(text)
    for text in (
        *("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "2001::/23"),
        *("3fff::/20", "5f00::/16"),
    )
)
"""Set apart for special purposes, which not every Python counts as private
(https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry)."""

TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 that a translator turns into IPv4: https://www.rfc-editor.org/rfc/rfc6052#section-2.1"""


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the numbers of a host by the machine's resolver, in its order.

    Raises:
        OSError: there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: Address) -> bool:
    """Say whether an address belongs to somebody on the public internet."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or site_local)
        and address not in PLATFORM
        and not any(address in network for network in SPECIAL)
    )


def _inner(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return None
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


class Gate:
    """Which addresses may be connected to.

    Args:
        public: whether the public internet may.
        private: networks that may besides, although they are private.
        resolver: turns a name into numbers.
    """

    def __init__(
        self,
        *,
        public: bool = True,
        private: Iterable[Network] = (),
        resolver: Resolver = resolve,
    ) -> None:
        self.resolver = resolver
        self._public = public
        self._private = tuple(private)

    def admits(self, text: str) -> bool:
        """Say whether a socket may be connected to an address.

        Args:
            text: a number, such as a resolver answers; one with a zone («%eth0») is refused.
        """
        try:
            address = ip_address(text)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        judged: Address = mapped or address
        if any(judged in network for network in self._private):
            return True
        return self._public and is_public(judged)


class GatedBackend(NetworkBackend):
    """Opens sockets to admitted addresses only.

    Args:
        inner: what opens them.
        gate: which may be connected to.
    """

    def __init__(self, inner: NetworkBackend, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """Open a TCP connection to the first admitted address that answers.

        Raises:
            ConnectError: the name leads to none, or none answers.
        """
        try:
            numbers = self._gate.resolver(host, port)
        except OSError as cause:
            raise httpcore2.ConnectError(f"the name is not known: {cause}") from cause
        admitted = [number for number in numbers if self._gate.admits(number)]
        if not admitted:
            raise httpcore2.ConnectError("its address is not one that may be connected to")
        failure: Exception | None = None
        for number in admitted:
            try:
                return self._inner.connect_tcp(number, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as problem:
                failure = problem
        raise httpcore2.ConnectError(str(failure) or "no address answers") from failure

    def sleep(self, seconds: float) -> None:
        """Wait between the pool's own connection attempts."""
        self._inner.sleep(seconds)
