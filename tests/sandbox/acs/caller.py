"""A client of ACS Email that signs by itself, and holds every answer against the description."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from email.utils import formatdate
from typing import Any
from uuid import uuid4

import httpx2

from m365sandbox.testing import Sandbox
from tests.sandbox.acs import description

VERSION = "2025-09-01"
ZOE = "zoe.dubois@contoso.example"
OUTSIDE = "somebody@elsewhere.example"
GHOST = "nobody@contoso.example"


def content_hash(body: bytes) -> str:
    """Return the value of x-ms-content-sha256."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def signed(
    call: str, host: str, key: str, body: bytes = b"", date: str | None = None
) -> dict[str, str]:
    """Return the headers that prove a request, as the public tutorial describes them.

    Args:
        call: method and path with query, such as "GET /emails/operations/1?api-version=1".
        host: host and port.
        key: in base64.
        body: what is sent along.
        date: when it is signed; now when None.
    """
    method, _, path = call.partition(" ")
    date = date or formatdate(usegmt=True)
    text = f"{method}\n{path}\n{date};{host};{content_hash(body)}"
    digest = hmac.digest(base64.b64decode(key), text.encode(), "sha256")
    proof = base64.b64encode(digest).decode()
    names = "x-ms-date;host;x-ms-content-sha256"
    return {
        "Host": host,
        "x-ms-date": date,
        "x-ms-content-sha256": content_hash(body),
        "Authorization": f"HMAC-SHA256 SignedHeaders={names}&Signature={proof}",
    }


def message(*to: str, sender: str, **members: object) -> dict[str, Any]:
    """Return the body of a send request."""
    return {
        "senderAddress": sender,
        "content": {"subject": "You are enrolled", "plainText": "Hello", "html": "<p>Hello</p>"},
        "recipients": {"to": [{"address": one} for one in to or (ZOE,)]},
        **members,
    }


class Caller:
    """Somebody who holds a resource's key, Contoso's by default."""

    def __init__(self, sandbox: Sandbox, key: str = "", sender: str = "") -> None:
        self.sandbox = sandbox
        self.key = key or sandbox.acs_key
        self.sender = sender or sandbox.acs_sender
        self.host = sandbox.acs_url.removeprefix("http://")

    def ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        proof: dict[str, str] | None = None,
        *,
        operation_id: str | None = None,
    ) -> httpx2.Response:
        """Send one request, signed unless another proof is given."""
        call = f"{method} {path}"
        given = signed(call, self.host, self.key, content) if proof is None else dict(proof)
        if content:
            given.setdefault("Content-Type", "application/json")
        if operation_id is not None:
            given["Operation-Id"] = operation_id
        with self.sandbox.browser() as client:
            answer = client.request(
                method, self.sandbox.acs_url + path, content=content, headers=given
            )
        if description.location().is_file():
            names = {name.lower(): value for name, value in answer.headers.items()}
            found = description.answer_problems(answer.status_code, names, answer.json())
            assert not found, found
        return answer

    def send(
        self,
        *to: str,
        operation_id: str | None = None,
        version: str = VERSION,
        body: object = None,
        **members: object,
    ) -> httpx2.Response:
        """Send a mail, as an operation of a name of its own where one is given."""
        wanted = message(*to, sender=self.sender, **members) if body is None else body
        path = f"/emails:send?api-version={version}"
        content = json.dumps(wanted).encode()
        return self.ask("POST", path, content, operation_id=operation_id)

    def status(self, operation_id: str) -> httpx2.Response:
        """Ask what became of an operation."""
        return self.ask("GET", f"/emails/operations/{operation_id}?api-version={VERSION}")

    def sent(self, *to: str, **members: object) -> str:
        """Send a mail that is taken, and return its operation's id."""
        operation_id = str(uuid4())
        body = message(*to, sender=self.sender, **members)
        answer = self.send(operation_id=operation_id, body=body)
        assert answer.status_code == 202, answer.text
        return operation_id

    def later(self, **span: float) -> None:
        """Let sandbox time pass; long enough for an operation to end and be reported by default."""
        self.sandbox.control.advance(timedelta(**(span or {"seconds": 5})))

    def subjects(self, address: str = ZOE) -> list[str]:
        """Return the subjects of what an address received."""
        return [one["subject"] for one in self.sandbox.control.received(address)]
