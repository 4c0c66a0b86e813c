"""What goes through the HTTP door and what comes back, free of any HTTP library's types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from classbell.network.retry_after import moment_to_retry

REQUEST_ID_HEADERS = ("request-id", "x-ms-request-id", "client-request-id")
"""Where Graph, Entra and ACS put the id of an exchange, most specific first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request. At most one of ``json``, ``form`` and ``content`` is given.

    Attributes:
        service: a short fixed word for logs and metrics, such as ``graph``; never a host or path.
        url: absolute address; its query is never logged.
        status_suffices: nobody reads the answer, and one that is too long is cut off.
    """

    method: str
    url: str
    service: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    status_suffices: bool = False


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer, read completely. Header names are lower case.

    ``set_cookies`` keeps each Set-Cookie header apart, for they cannot be joined.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    set_cookies: tuple[str, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300  # noqa: PLR2004 -- the range HTTP calls successful

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become replacement characters."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def request_id(self) -> str:
        """The provider's id of this exchange, for support; empty where it gave none."""
        return next((self.headers[name] for name in REQUEST_ID_HEADERS if name in self.headers), "")

    def json(self) -> object:
        """Parse the body.

        Returns:
            The JSON value, or None where the body is empty or no JSON at all.
        """
        try:
            return json.loads(self.body)  # whatever JSON it is
        except ValueError:
            return None

    def retry_at(self, now: datetime) -> datetime | None:
        """Tell when to try again, by the Retry-After header.

        Args:
            now: business time, aware UTC.

        Returns:
            A moment in business time, or None without a usable header.
        """
        return moment_to_retry(self.headers, now)


class NetworkFailure(Exception):
    """No complete answer came back.

    Args:
        reason: what broke, in words that are safe to log.
        may_have_happened: False where the request certainly did not leave in full (no connection
            came about); True where the provider may have carried it out.
    """

    def __init__(self, reason: str, *, may_have_happened: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_have_happened = may_have_happened
