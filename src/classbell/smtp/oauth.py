"""Signs in to the operator's mail server with an access token instead of a password.

Exchange Online calls it OAuth 2.0 with client credentials:
https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, HttpRequest, NetworkFailure
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind

EXCHANGE_ONLINE = "https://outlook.office365.com/.default"
SERVICE = "smtp_sign_in"
MARGIN_SECONDS = 300.0
"""A token with less left than this is not used: the conversation has to end before it does."""

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where access tokens for the mail server come from, by client credentials.

    Attributes:
        url: the token endpoint.
        client_id: of the application that may send.
        client_secret: its secret.
        scope: of the mail server.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = EXCHANGE_ONLINE


class AccessTokens:
    """Keeps the token in use and fetches a new one when it runs out. Safe to use from threads.

    Args:
        door: the HTTP door.
        source: where tokens come from.
    """

    def __init__(self, door: HttpDoor, source: TokenSource) -> None:
        self._door = door
        self._source = source
        self._lock = Lock()
        self._token, self._until = "", 0.0

    def current(self) -> str:
        """Return a token that holds for a while. May use the network.

        Raises:
            ProviderFailure: the token endpoint refuses or cannot be reached.
        """
        with self._lock:
            if monotonic() >= self._until:
                self._token, self._until = self._fetched()
            return self._token

    def forget(self) -> None:
        """Fetch a new token next time, such as after the mail server refused this one."""
        with self._lock:
            self._until = 0.0

    def _fetched(self) -> tuple[str, float]:
        """Ask for a token; return it with the machine time until which it is used."""
        source = self._source
        form = {
            "grant_type": "client_credentials",
            "client_id": source.client_id,
            "client_secret": source.client_secret,
            "scope": source.scope,
        }
        request = HttpRequest(method="POST", url=source.url, service=SERVICE, form=form)
        try:
            answer = self._door.call(request)
        except NetworkFailure as failure:
            text = f"The token endpoint of the mail server cannot be reached ({failure.reason})."
            raise ProviderFailure(Verdict(VerdictKind.RETRY, "network", text)) from failure
        body = answer.json()
        if not answer.ok or not isinstance(body, Mapping) or not body.get("access_token"):
            raise _refused(answer, body)
        lives = body.get("expires_in")
        seconds = float(lives) if isinstance(lives, int | float) else 0.0
        return str(body["access_token"]), monotonic() + seconds - MARGIN_SECONDS


def sign_in_words(user: str, token: str) -> str:
    """Return what the mechanism XOAUTH2 says, before it is encoded.

    https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#sasl-xoauth2
    """
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _refused(answer: HttpAnswer, body: object) -> ProviderFailure:
    """Make the failure of an endpoint that gives no token."""
    error = str(body.get("error", "")) if isinstance(body, Mapping) else ""
    busy = answer.status >= SERVER_ERRORS or answer.status == TOO_MANY_REQUESTS
    return ProviderFailure(
        Verdict(
            VerdictKind.RETRY if busy else VerdictKind.OPERATOR_FAULT,
            code=error or f"HTTP {answer.status}",
            explanation="The mail server's token endpoint gave no token "
            f"({error or answer.status}).",
            status=answer.status,
            request_id=answer.request_id,
        )
    )
