"""One Graph call: address, headers, and failures turned into verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.graph.verdicts import Purpose, judge_answer, judge_network
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, HttpRequest, NetworkFailure
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Mailbox

SERVICE = "graph"
VERSION = "/v1.0"
MOST_PAGES = 500

# Ids stay the same when an item moves: https://learn.microsoft.com/en-us/graph/outlook-immutable-id
# Times come back in UTC:
# https://learn.microsoft.com/en-us/graph/api/user-list-events#support-various-time-zones
PREFERENCES = 'IdType="ImmutableId", outlook.timezone="UTC"'


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCall:
    """What to ask of Graph.

    Attributes:
        path: below ``/v1.0``, mailbox path included.
        needs: the permission it takes, short name.
        repeatable: False where doing it twice is not the same as doing it once.
        area, admin_only: see ``Purpose``.
    """

    method: str
    path: str
    needs: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    area: str = ""
    admin_only: bool = False


class GraphClient:
    """Speaks to Graph for any mailbox; holds no tokens.

    Args:
        cloud: where Graph lives.
        door: the HTTP door.
        clock: business time, for waiting times.
    """

    def __init__(self, cloud: Cloud, door: HttpDoor, clock: Clock) -> None:
        self._base = cloud.graph_url + VERSION
        self._door = door
        self._clock = clock

    def call(self, mailbox: Mailbox, call: GraphCall) -> HttpAnswer:
        """Make one call.

        Returns:
            An answer of success.

        Raises:
            ProviderFailure: with the verdict of whatever else happened.
        """
        return self._send(mailbox, call, self._base + call.path, call.params)

    def read(self, mailbox: Mailbox, call: GraphCall) -> JsonPart:
        """Make one call and return the JSON object it answers."""
        return JsonPart(self.call(mailbox, call).json())

    def pages(self, mailbox: Mailbox, call: GraphCall) -> Iterator[JsonPart]:
        """Yield the items of a collection, following its pages as Graph names them.

        https://learn.microsoft.com/en-us/graph/paging
        """
        url, params = self._base + call.path, call.params
        for _ in range(MOST_PAGES):
            page = JsonPart(self._send(mailbox, call, url, params).json())
            yield from page.parts("value")
            url, params = page.text("@odata.nextLink"), {}
            if not url:
                return
            self._require_own(url)
        raise not_understood("A list has no end.")

    def linked(self, mailbox: Mailbox, call: GraphCall, link: str) -> JsonPart:
        """Make a call at an address that Graph itself named, and return the object it answers."""
        self._require_own(link)
        return JsonPart(self._send(mailbox, call, link, {}).json())

    def _require_own(self, url: str) -> None:
        """Refuse a link to another host, where the token must not follow."""
        if not url.startswith(self._base + "/"):
            raise not_understood("A next page lies outside Microsoft Graph.")

    def now(self) -> datetime:
        """Return business time, aware UTC."""
        return self._clock.now()

    def put_piece(self, url: str, piece: bytes, span: str) -> HttpAnswer:
        """Send a piece of a file where an upload session says, which is at another host.

        The address carries its own proof, so the account's token stays here:
        https://learn.microsoft.com/en-us/graph/outlook-large-attachments

        Args:
            url: as the upload session named it.
            piece: the bytes.
            span: the Content-Range they are.

        Raises:
            ProviderFailure: with the verdict of whatever else happened than a success.
        """
        headers = {"Content-Range": span, "Content-Type": "application/octet-stream"}
        request = HttpRequest(
            method="PUT", url=url, service=SERVICE, headers=headers, content=piece
        )
        return self._judged(request, Purpose(), repeatable=True)

    def _send(
        self, mailbox: Mailbox, call: GraphCall, url: str, params: Mapping[str, str]
    ) -> HttpAnswer:
        """Send through the door with the account's token."""
        request = HttpRequest(
            method=call.method,
            url=url,
            service=SERVICE,
            params=params,
            json=call.json,
            headers={
                "Authorization": f"Bearer {mailbox.access_token}",
                "Prefer": PREFERENCES,
                "return-client-request-id": "true",
                **call.headers,
            },
        )
        purpose = Purpose(
            call.needs, mailbox.granted, call.area, call.admin_only, mailbox.is_application
        )
        return self._judged(request, purpose, repeatable=call.repeatable)

    def _judged(self, request: HttpRequest, purpose: Purpose, *, repeatable: bool) -> HttpAnswer:
        """Send through the door and judge what is no success."""
        try:
            answer = self._door.call(request)
        except NetworkFailure as failure:
            verdict = judge_network(failure, repeatable=repeatable)
            raise ProviderFailure(verdict) from failure
        if not answer.ok:
            raise ProviderFailure(judge_answer(answer, purpose, self._clock.now()))
        return answer


def not_understood(what: str | NotUnderstood) -> ProviderFailure:
    """Make the failure of an answer that makes no sense: Microsoft's side, so it is tried again."""
    return ProviderFailure(
        Verdict(
            VerdictKind.RETRY,
            code="malformed_answer",
            explanation=f"Microsoft 365 gave an answer that makes no sense: {what}.",
        )
    )
