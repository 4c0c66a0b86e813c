"""Posts events through the HTTP door: to public addresses, and to networks the operator allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import SplitResult, urlsplit

from classbell.network.addresses import Gate, Network, Resolver, resolve
from classbell.network.http import HttpDoor, Timeouts
from classbell.network.messages import HttpRequest, NetworkFailure
from classbell.ports.clock import Clock
from classbell.ports.webhooks import WebhookAnswer, WebhookUnreachable
from classbell.ports.words import marked as _
from classbell.webhooks.signing import signed_headers

TIMEOUTS = Timeouts(connect=5.0, read=10.0, pool=2.0, total=11.0)
MOST_ANSWER_BYTES = 64 * 1024
"""Nobody reads the answer of an endpoint; one that sends more than this is broken off."""

REFUSED_ADDRESS = _("This address is not on the public internet.")
NEEDS_HTTPS = _("Events are sent to https addresses only.")
NOT_AN_ADDRESS = _("This is no address of the form https://host/path.")


class SignedSender:
    """Implements ``ports.webhooks.WebhookSender``.

    Args:
        secure: the door for https, which may lead to the public internet.
        plain: the door for http, which leads to allowed private networks only.
        clock: business time, for what an endpoint says about when to come again.
        private: the networks that the operator allows although they are private.
    """

    def __init__(
        self, secure: HttpDoor, plain: HttpDoor, clock: Clock, private: Iterable[Network] = ()
    ) -> None:
        self._secure = secure
        self._plain = plain
        self._clock = clock
        self._private = tuple(private)

    def refusal(self, url: str) -> str:
        """Say why an address can never be sent to; empty where it may be."""
        parts = _parts(url)
        if parts is None or not parts.hostname or parts.username is not None or parts.fragment:
            return NOT_AN_ADDRESS
        if parts.scheme == "http":
            return "" if self._private else NEEDS_HTTPS
        if parts.scheme != "https":
            return NEEDS_HTTPS
        host = parts.hostname
        is_number = host.replace(".", "").isdigit() or ":" in host
        admitted = Gate(private=self._private).admits(host)
        local = host == "localhost" or host.endswith((".localhost", ".internal", ".local"))
        if (is_number and not admitted) or (local and not self._private):
            return REFUSED_ADDRESS
        return ""

    def send(
        self, url: str, *, message_id: str, body: str, secrets: Sequence[bytes]
    ) -> WebhookAnswer:
        """Post one event."""
        refusal = self.refusal(url)
        if refusal:
            raise WebhookUnreachable(refusal)
        # Receivers compare with their own clock: this is the machine's time, never business time.
        headers = signed_headers(message_id, int(time.time()), body, secrets)
        door = self._plain if url.startswith("http:") else self._secure
        request = HttpRequest(
            method="POST",
            url=url,
            service="webhook",
            headers={"Content-Type": "application/json", **headers},
            content=body.encode(),
            status_suffices=True,
        )
        try:
            answer = door.call(request)
        except NetworkFailure as failure:
            raise WebhookUnreachable(failure.reason) from failure
        return WebhookAnswer(answer.status, answer.retry_at(self._clock.now()))


def webhook_sender(
    clock: Clock,
    *,
    private: Iterable[Network] = (),
    before_call: Callable[[], None],
    max_connections: int,
    resolver: Resolver = resolve,
) -> SignedSender:
    """Build the sender with its two doors.

    Args:
        clock: business time.
        private: networks that may be sent to although they are private.
        before_call: called before each request; raises to forbid it.
        max_connections: most calls under way.
        resolver: turns names into numbers.
    """
    networks = tuple(private)

    def door(gate: Gate) -> HttpDoor:
        return HttpDoor(
            before_call=before_call,
            timeouts=TIMEOUTS,
            max_connections=max_connections,
            max_answer_bytes=MOST_ANSWER_BYTES,
            gate=gate,
        )

    return SignedSender(
        door(Gate(private=networks, resolver=resolver)),
        door(Gate(public=False, private=networks, resolver=resolver)),
        clock,
        networks,
    )


def _parts(url: str) -> SplitResult | None:
    """Take an address apart; None where it is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- reading it is the check
    except ValueError:
        return None
    return parts
