"""Mail in two steps: what goes on the wire, and what is made of odd answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from classbell.microsoft.graph import GraphMail
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Accepted, Address, Attachment, Mail, SightingState
from tests.unit.microsoft.graph_stub import ME, GraphStub, refusal

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # when the stub's clock stands still
MAIL = Mail("Hello", "<p>Hi</p>", to=(Address("ana@contoso.example", "Ana"),))
PROPERTY = "String {4f6c1b0e-6a0d-4b53-9f0c-6f1a2a7c55d1} Name ClassbellEnvelope"
DRAFT = httpx2.Response(201, json={"id": "AAkA/1=", "internetMessageId": "<1@contoso.example>"})


def found(*messages: dict[str, Any]) -> httpx2.Response:
    return httpx2.Response(200, json={"value": list(messages)})


def test_a_draft_carries_our_mark_twice_and_is_then_sent() -> None:
    graph = GraphStub(DRAFT, httpx2.Response(202, headers={"request-id": "r-2"}))
    accepted = GraphMail(graph.client).send_traced(ME, MAIL, "key-1")
    assert accepted == Accepted("r-2", "AAkA/1=", "<1@contoso.example>")
    create, send = graph.requests
    assert str(create.url) == "https://graph.example/v1.0/me/messages"
    assert 'IdType="ImmutableId"' in create.headers["prefer"]
    draft = graph.sent(0)
    assert draft["singleValueExtendedProperties"] == [{"id": PROPERTY, "value": "key-1"}]
    assert draft["internetMessageHeaders"] == [{"name": "x-classbell-envelope", "value": "key-1"}]
    assert "saveToSentItems" not in draft
    assert str(send.url) == "https://graph.example/v1.0/me/messages/AAkA%2F1%3D/send"
    assert (send.headers["content-length"], send.content) == ("0", b"")


def test_a_large_file_goes_to_its_own_address_without_the_token() -> None:
    size = 7_000_000
    session = {"uploadUrl": "https://outlook.example/api/x?authtoken=abc"}
    taken = httpx2.Response(200, json={"NextExpectedRanges": ["3145728"]})
    done = httpx2.Response(201, headers={"location": "https://outlook.example/api/y"})
    graph = GraphStub(
        DRAFT, httpx2.Response(201, json=session), taken, taken, done, httpx2.Response(202)
    )
    file = Attachment("plan.pdf", "application/pdf", b"x" * size)
    small = Attachment("a.ics", "text/calendar", b"BEGIN")
    GraphMail(graph.client).send_traced(ME, Mail("a", "b", attachments=(file, small)), "key-1")
    assert [one["name"] for one in graph.sent(0)["attachments"]] == ["a.ics"]
    assert graph.sent(1)["AttachmentItem"]["size"] == size
    pieces = [one for one in graph.requests if one.method == "PUT"]
    assert [one.headers["content-range"] for one in pieces] == [
        f"bytes 0-3145727/{size}",
        f"bytes 3145728-6291455/{size}",
        f"bytes 6291456-{size - 1}/{size}",
    ]
    assert all("authorization" not in one.headers for one in pieces)
    assert {one.url.host for one in pieces} == {"outlook.example"}
    assert all(len(one.content) <= 4_000_000 for one in pieces)


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "nonsense"])
def test_an_address_that_is_none_gets_no_file(url: str) -> None:
    graph = GraphStub(DRAFT, httpx2.Response(201, json={"uploadUrl": url}))
    file = Attachment("plan.pdf", "application/pdf", b"x" * 3_000_000)
    with pytest.raises(ProviderFailure) as caught:
        GraphMail(graph.client).send_traced(ME, Mail("a", "b", attachments=(file,)), "key-1")
    assert caught.value.verdict.kind is VerdictKind.RETRY
    assert [one.method for one in graph.requests] == ["POST", "POST"]


def test_a_file_nobody_takes_is_refused_before_the_wire() -> None:
    graph = GraphStub()
    file = Attachment("film.mp4", "video/mp4", bytes(150_000_001))
    with pytest.raises(ProviderFailure) as caught:
        GraphMail(graph.client).send_traced(ME, Mail("a", "b", attachments=(file,)), "key-1")
    assert caught.value.verdict.kind is VerdictKind.REFUSED
    assert "film.mp4" in caught.value.verdict.explanation
    assert graph.requests == []


def test_a_refused_draft_is_taken_back() -> None:
    gone = httpx2.Response(204)
    graph = GraphStub(DRAFT, refusal(400, "ErrorInvalidRecipients"), gone, gone)
    with pytest.raises(ProviderFailure) as caught:
        GraphMail(graph.client).send_traced(ME, MAIL, "key-1")
    assert caught.value.verdict.kind is VerdictKind.REFUSED
    assert [one.method for one in graph.requests] == ["POST", "POST", "DELETE", "DELETE"]


def test_whatever_was_sent_counts_before_any_draft() -> None:
    copy = {"id": "c", "isDraft": False, "internetMessageId": "<1@contoso.example>"}
    graph = GraphStub(found({"id": "d", "isDraft": True}, copy), refusal(503, "ErrorServerBusy"))
    seen = GraphMail(graph.client).look_up(ME, "it's", NOW)
    # That the copy could not be put away changes nothing about what is known.
    assert seen.state is SightingState.SENT
    assert seen.accepted == Accepted("", "c", "<1@contoso.example>")
    condition = graph.requests[0].url.params["$filter"]
    assert condition == (
        f"singleValueExtendedProperties/any(ep: ep/id eq '{PROPERTY}' and ep/value eq 'it''s')"
    )


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refusal(404, "ErrorItemNotFound"), SightingState.UNDER_WAY),
        (refusal(412, "ErrorIrresolvableConflict"), SightingState.UNDER_WAY),
        (refusal(400, "ErrorInvalidPropertyUpdateSentMessage"), SightingState.UNDER_WAY),
        (httpx2.Response(200, json={"isDraft": False}), SightingState.UNDER_WAY),
    ],
)
def test_a_draft_that_is_no_draft_any_more_is_being_sent(
    answer: httpx2.Response, state: SightingState
) -> None:
    graph = GraphStub(found({"id": "d", "isDraft": True}), answer)
    old = NOW - timedelta(days=1)
    assert GraphMail(graph.client).look_up(ME, "key-1", old).state is state
    assert graph.sent() == {"toRecipients": [], "ccRecipients": [], "bccRecipients": []}


@pytest.mark.parametrize(
    ("minutes", "state"), [(14, SightingState.UNDER_WAY), (15, SightingState.NEVER_SENT)]
)
def test_what_is_nowhere_may_still_appear_for_a_quarter_of_an_hour(
    minutes: int, state: SightingState
) -> None:
    graph = GraphStub(found())
    begun = NOW - timedelta(minutes=minutes)
    assert GraphMail(graph.client).look_up(ME, "key-1", begun).state is state
