"""Asks Microsoft's hosts whether they can be reached from here, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from classbell.bootstrap.outside import settings
from classbell.microsoft.clouds import cloud_for
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpRequest, NetworkFailure
from classbell.ports.clock import SystemClock
from classbell.ports.errors import ConfigurationFault

SIGN_IN, GRAPH = "sign-in", "graph"
SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Reached:
    """A host that answered.

    Attributes:
        url: what was asked.
        status: its answer.
        seconds_ahead: how far this machine's clock is ahead of its; None where it did not say.
    """

    url: str
    status: int
    seconds_ahead: float | None


def reach(name: str) -> Reached:
    """Ask one of Microsoft's hosts for something that needs no sign-in.

    Args:
        name: ``sign-in`` or ``graph``.

    Raises:
        ConfigurationFault: it cannot be reached, or it is broken.
    """
    chosen = settings()
    cloud = cloud_for(chosen.cloud, login_url=chosen.login_url, graph_url=chosen.graph_url)
    # https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc and
    # https://learn.microsoft.com/en-us/graph/traverse-the-graph#microsoft-graph-api-metadata
    urls = {
        SIGN_IN: f"{cloud.login_url}/organizations/v2.0/.well-known/openid-configuration",
        GRAPH: f"{cloud.graph_url}/v1.0/",
    }
    remedy = "Check this machine's way out: DNS, firewall, HTTPS_PROXY and SSL_CERT_FILE."
    with HttpDoor() as door:
        try:
            answer = door.call(HttpRequest(method="GET", url=urls[name], service="doctor"))
        except NetworkFailure as failure:
            raise ConfigurationFault(
                f"{urls[name]} cannot be reached: {failure.reason}", remedy=remedy
            ) from failure
    if answer.status >= SERVER_FAULT:
        raise ConfigurationFault(f"{urls[name]} answers {answer.status}.", remedy=remedy)
    return Reached(urls[name], answer.status, _ahead(answer.headers.get("date", "")))


def _ahead(date: str) -> float | None:
    """Return the seconds between this machine's clock and a Date header."""
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (SystemClock().now() - there.astimezone(UTC)).total_seconds()
