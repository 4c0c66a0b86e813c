"""Every exchange with the sandbox, recorded, bounded, and without secrets."""

import re
from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime

CAPACITY = 5_000
BODY_LIMIT = 16_384
SECRET_FIELDS = (
    "client_secret", "client_assertion", "code", "code_verifier", "refresh_token", "access_token",
    "id_token", "password", "assertion", "id_token_hint", "authtoken",
)  # fmt: skip
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})
_NAMES = "|".join(SECRET_FIELDS)
_ANY = re.compile(rf'(?:{_NAMES})["=]')
_IN_FORM = re.compile(rf"(^|[?&#\s])({_NAMES})=([^&\s\"]+)")
_IN_JSON = re.compile(rf'"({_NAMES})"\s*:\s*"[^"]*"')
_IN_HTML = re.compile(rf'(name="(?:{_NAMES})"\s+value=")[^"]*"')


def redact(text: str) -> str:
    """Return `text` with the values of secret parameters replaced by a mark."""
    if _ANY.search(text) is None:
        return text
    text = _IN_FORM.sub(r"\1\2=[secret]", text)
    text = _IN_JSON.sub(r'"\1":"[secret]"', text)
    return _IN_HTML.sub(r'\1[secret]"', text)


def redact_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers without credentials and cookies; a redirect's code is taken out too."""
    return [
        (name, "[secret]" if name.lower() in SECRET_HEADERS else redact(value))
        for name, value in headers
    ]


def readable(body: bytes, content_type: str) -> str:
    """Return a body as text for the log: cut, without secrets, or described when not text."""
    if not body:
        return ""
    is_text = any(word in content_type for word in ("json", "text", "form", "xml"))
    if not is_text:
        return f"[{len(body)} bytes of {content_type or 'unknown content'}]"
    text = redact(body[:BODY_LIMIT].decode("utf-8", "replace"))
    return text if len(body) <= BODY_LIMIT else f"{text}… [{len(body)} bytes]"


@dataclass
class Exchange:
    """One request and what became of it. `status` is None when the connection was dropped."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    mailbox: str | None
    client_id: str | None
    request_headers: list[tuple[str, str]]
    request_body: str
    status: int | None
    response_headers: list[tuple[str, str]]
    response_body: str
    milliseconds: float
    fault_id: str | None


class ExchangeLog:
    """The latest exchanges, oldest first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Keep at most `capacity` exchanges."""
        self._exchanges: deque[Exchange] = deque(maxlen=capacity)
        self._number = 0
        self.statuses: Counter[int] = Counter()

    def next_number(self) -> int:
        """Return the number of the next exchange; numbers only grow."""
        self._number += 1
        return self._number

    def add(self, exchange: Exchange) -> None:
        """Record one exchange, and count what Graph answered."""
        if exchange.status is not None and exchange.path.startswith("/v1.0"):
            self.statuses[exchange.status] += 1
        self._exchanges.append(exchange)

    def clear(self) -> None:
        """Forget the recorded exchanges and their count; numbering goes on."""
        self.statuses.clear()
        self._exchanges.clear()

    def find(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        mailbox: str | None = None,
        after: int = 0,
        limit: int = 200,
    ) -> list[Exchange]:
        """Return the latest exchanges that fit, oldest first.

        Args:
            method: HTTP method, any case.
            path: words the path contains, any case.
            status: the HTTP status answered.
            mailbox: address of the mailbox the request was about.
            after: only exchanges with a higher number, for following the log.
            limit: how many at most.
        """
        found: list[Exchange] = []
        for exchange in reversed(self._exchanges):
            if exchange.number <= after or len(found) >= limit:
                break
            fits = (
                (method is None or exchange.method == method.upper())
                and (path is None or path.lower() in exchange.path.lower())
                and (status is None or exchange.status == status)
                and (mailbox is None or mailbox.lower() == (exchange.mailbox or "").lower())
            )
            if fits:
                found.append(exchange)
        return found[::-1]
