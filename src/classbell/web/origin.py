"""Where a request comes from, so that acts on the record can say it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest, HttpResponseBase

from classbell import bootstrap
from classbell.domain.organisations.audit import Request, asked_by

Handler = Callable[[HttpRequest], HttpResponseBase]
Networks = Sequence[IPv4Network | IPv6Network]

HEADER = "X-Request-ID"
NUMBER = "classbell_request_number"
"""Name of the request attribute that holds its number."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")


class Origin:
    """Names the request for all acts that come of it, and tells the browser its number."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response
        self._proxies = bootstrap.settings().proxies

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        origin = origin_of(request, self._proxies)
        setattr(request, NUMBER, origin.request_id)
        with asked_by(origin):
            response = self._get_response(request)
        response[HEADER] = origin.request_id
        return response


def number_of(request: HttpRequest) -> str:
    """Return the number of a request: the same in logs, on the record and in the answer."""
    return str(getattr(request, NUMBER))


def origin_of(request: HttpRequest, proxies: Networks) -> Request:
    """Return address and number of a request.

    ``X-Forwarded-For`` grows to the right, and whatever stands left of what a trusted proxy wrote
    may be invented: from the right, the first address that is no proxy of ours is the client's.

    Args:
        request: what came in.
        proxies: the networks of our own proxies.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    if peer is None or not _is_trusted(peer, proxies):
        return Request(str(peer or ""), secrets.token_hex(8))
    for said in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        found = _address(said)
        if found is None:
            break
        peer = found
        if not _is_trusted(peer, proxies):
            break
    number = request.headers.get(HEADER, "")
    return Request(str(peer), number if _REQUEST_ID.fullmatch(number) else secrets.token_hex(8))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an IP address, with or without a port; None where it is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _is_trusted(address: IPv4Address | IPv6Address, proxies: Networks) -> bool:
    return any(address in network for network in proxies)
