"""Whatever a client sends, the answer is the service's: no crash, no shape of its own."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from m365sandbox.acs.seed import CONTOSO_KEY, CONTOSO_SENDER, seed_resources
from m365sandbox.app import build_app
from m365sandbox.public import PublicNames
from tests.sandbox.acs import description
from tests.sandbox.acs.caller import OUTSIDE, ZOE, message, signed
from tests.sandbox.graph.harness import small_world

HOST = "127.0.0.1:8365"
MEMBERS = st.sampled_from(
    ["senderAddress", "content", "subject", "plainText", "html", "recipients", "to", "cc", "bcc",
     "address", "displayName", "attachments", "name", "contentType", "contentInBase64",
     "contentId", "replyTo", "headers", "x-a", "userEngagementTrackingDisabled", ""]
)  # fmt: skip
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from([ZOE, OUTSIDE, CONTOSO_SENDER, "QQ==", "\x00", "a@b", "text/plain"]),
)
THING = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)
CHANGES = st.dictionaries(MEMBERS, THING, max_size=3)
VERSIONS = st.sampled_from(["2025-09-01", "2023-03-31", "2024-07-01-preview", "1", "", "%00"])
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)
SHORT = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Service:
    """The application in this process, asked by the holder of Contoso's key."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.world = small_world()
        seed_resources(self.world.acs)
        for resource in self.world.acs.resources.values():
            resource.quota.enabled = False
        self.app = build_app(self.world, PublicNames())
        self.runner = runner

    async def _ask(self, call: str, content: bytes, headers: dict[str, str]) -> httpx2.Response:
        method, _, path = call.partition(" ")
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://{HOST}") as web:
            return await web.request(method, path, content=content, headers=headers)

    def ask(self, call: str, content: bytes = b"", **headers: str) -> int:
        """Ask, hold the answer against the description, and return its status."""
        given = signed(call, HOST, CONTOSO_KEY, content)
        given["Content-Type"] = "application/json"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.runner.run(self._ask(call, content, given))
        assert answer.status_code < 500
        body: Any = answer.json()
        assert ("error" in body) or ("status" in body)
        if description.location().is_file():
            names = {name.lower(): value for name, value in answer.headers.items()}
            assert not description.answer_problems(answer.status_code, names, body)
        return answer.status_code


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with asyncio.Runner() as runner:
        yield Service(runner)


@SHORT
@given(changes=CHANGES, inner=CHANGES, version=VERSIONS)
def test_any_message(
    service: Service, changes: dict[str, Any], inner: dict[str, Any], version: str
) -> None:
    body = message(ZOE, sender=CONTOSO_SENDER) | changes
    if isinstance(body["content"], dict):
        body["content"] |= inner
    content = json.dumps(body).encode()
    assert service.ask(f"POST /emails:send?api-version={version}", content) in {202, 400, 404}


@SHORT
@given(content=st.binary(max_size=60) | THING.map(lambda thing: json.dumps(thing).encode()))
def test_any_bytes(service: Service, content: bytes) -> None:
    assert service.ask("POST /emails:send?api-version=2025-09-01", content) in {400, 404}


@pytest.mark.parametrize("content", [b'{"senderAddress": "\\ud800"}', b"[" * 100_000, b"NaN"])
def test_texts_that_are_none_and_depths_without_end(service: Service, content: bytes) -> None:
    assert service.ask("POST /emails:send?api-version=2025-09-01", content) == 400


@SHORT
@given(
    name=st.sampled_from(
        [
            "authorization",
            "x_ms_date",
            "x_ms_content_sha256",
            "operation_id",
            "host",
            "Content_Type",
        ]
    ),
    value=VISIBLE,
)
def test_any_header(service: Service, name: str, value: str) -> None:
    content = json.dumps(message(ZOE, sender=CONTOSO_SENDER)).encode()
    call = "POST /emails:send?api-version=2025-09-01"
    assert service.ask(call, content, **{name: value}) in {202, 400, 401, 415}


@SHORT
@given(name=st.text("abc0123456789-~.%25", max_size=40), version=VERSIONS)
def test_any_operation(service: Service, name: str, version: str) -> None:
    call = f"GET /emails/operations/{name}?api-version={version}"
    assert service.ask(call) in {400, 401, 404}
