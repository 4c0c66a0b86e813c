"""What goes on the wire to Communication Services, and what is made of odd answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from classbell.microsoft.acs import AcsMail
from classbell.microsoft.acs.signing import Unsigned, UnusableKey, host_header, signed_headers
from classbell.network.http import HttpDoor
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import (
    Accepted,
    Address,
    Attachment,
    EmailResource,
    Mail,
    Sighting,
    SightingState,
)
from tests.fakes import FakeClock

# Computed by hand and by Microsoft's own client.
KEY = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZg=="
DATE = "Mon, 23 Nov 2026 06:47:25 GMT"
BODY = (
    b'{"senderAddress":"donotreply@sandbox.example","content":{"subject":"Hi","plainText":"Hello"}'
    b',"recipients":{"to":[{"address":"ana@contoso.example"}]}}'
)
PATH = "/emails:send?api-version=2025-09-01"
RESOURCE = EmailResource(
    "https://lms.europe.communication.azure.example/", "donotreply@mail.contoso.example", KEY
)
ANA = Address("ana@contoso.example", "Ana")
MAIL = Mail("Hello", "<p>Hi</p>", to=(ANA,))
OPERATION = str(uuid4())
TAKEN = httpx2.Response(202, json={"id": OPERATION, "status": "Running", "error": None})


class Azure:
    """A service that answers as it is told, or is not there."""

    def __init__(self, answer: httpx2.Response | Exception) -> None:
        self.answer = answer
        self.requests: list[httpx2.Request] = []
        door = HttpDoor(transport=httpx2.MockTransport(self._serve))
        self.mail = AcsMail(door, FakeClock(datetime(2031, 1, 1, tzinfo=UTC)))

    def _serve(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def sent(self) -> dict[str, Any]:
        """Return the body of the only request."""
        (request,) = self.requests
        body: dict[str, Any] = json.loads(request.content)
        return body


def kind_of(action: Callable[[], object]) -> VerdictKind:
    with pytest.raises(ProviderFailure) as caught:
        action()
    return caught.value.verdict.kind


@pytest.mark.parametrize(
    ("origin", "signature"),
    [
        ("https://acs.sandbox.example", "vedaywunA/gfkOqf7BPtT/8+aF8MDkwJB7b+lhB0eyc="),
        ("https://127.0.0.1:8443", "6HljqxDO2TM9zz3yZuq6NHyEVYoErWe/bsF2wdVITVQ="),
    ],
)
def test_a_known_request_gets_its_known_signature(origin: str, signature: str) -> None:
    headers = signed_headers(Unsigned("POST", origin + PATH, DATE, BODY), KEY)
    assert headers == {
        "x-ms-date": DATE,
        "x-ms-content-sha256": "JcK5QdeUdl3QAgCadouo86t+ra9xsQlLPW0V7K8dw1A=",
        "Authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="
        + signature,
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://ACS.example/x", "acs.example"),
        ("https://acs.example:443/x", "acs.example"),
        ("http://acs.example:80/x", "acs.example"),
        ("http://acs.example:443/x", "acs.example:443"),
        ("http://[::1]:8365/x", "[::1]:8365"),
    ],
)
def test_the_host_is_signed_as_it_is_sent(url: str, host: str) -> None:
    assert host_header(url) == host
    assert httpx2.Request("GET", url).headers["host"] == host


@pytest.mark.parametrize("key", ["", "a secret", "Zm9v!"])
def test_a_key_that_is_none_is_not_used(key: str) -> None:
    with pytest.raises(UnusableKey) as refused:
        signed_headers(Unsigned("GET", "https://acs.example/", DATE), key)
    assert not key or key not in str(refused.value)


def test_a_mail_carries_everything_under_its_key() -> None:
    azure = Azure(TAKEN)
    mail = Mail(
        "Grüße",
        "<p>Hi</p>",
        text="Hi",
        to=(ANA,),
        cc=(Address("ben@contoso.example"),),
        bcc=(Address("cleo@contoso.example"),),
        reply_to=(Address("lms@contoso.example", "Learning"),),
        headers=(("x-classbell-message", "1"),),
        attachments=(Attachment("a.ics", "text/calendar", b"BEGIN"),),
    )
    accepted = azure.mail.send(RESOURCE, mail, OPERATION)
    assert accepted == Accepted(request_id="", provider_id=OPERATION)
    (request,) = azure.requests
    assert str(request.url) == RESOURCE.endpoint.rstrip("/") + PATH
    assert request.headers["operation-id"] == OPERATION
    assert request.headers["x-ms-client-request-id"] == OPERATION
    sent = azure.sent()
    assert sent["senderAddress"] == RESOURCE.sender_address
    assert sent["content"] == {"subject": "Grüße", "plainText": "Hi", "html": "<p>Hi</p>"}
    assert sent["recipients"] == {
        "to": [{"address": "ana@contoso.example", "displayName": "Ana"}],
        "cc": [{"address": "ben@contoso.example"}],
        "bcc": [{"address": "cleo@contoso.example"}],
    }
    assert sent["replyTo"] == [{"address": "lms@contoso.example", "displayName": "Learning"}]
    assert sent["headers"] == {"x-classbell-message": "1"}
    assert base64.b64decode(sent["attachments"][0]["contentInBase64"]) == b"BEGIN"
    assert sent["userEngagementTrackingDisabled"] is True


def test_what_is_signed_is_what_is_sent() -> None:
    azure = Azure(TAKEN)
    azure.mail.send(RESOURCE, MAIL, OPERATION)
    (request,) = azure.requests
    date = request.headers["x-ms-date"]
    expected = signed_headers(Unsigned("POST", str(request.url), date, request.content), KEY)
    assert request.headers["authorization"] == expected["Authorization"]
    # Machine time and not the clock port's, which says another year here.
    offset = parsedate_to_datetime(date) - machine_time()
    assert abs(offset.total_seconds()) < 60


def machine_time() -> datetime:
    """Return the machine's time, by which Azure judges signatures."""
    return datetime.now(UTC)  # noqa: DTZ005, RUF100, TID251 -- see the docstring


def test_a_mail_that_was_taken_with_a_wish_to_wait_was_taken() -> None:
    answer = httpx2.Response(202, headers={"Retry-After": "30"}, json={"id": OPERATION})
    azure = Azure(answer)
    assert azure.mail.send(RESOURCE, MAIL, OPERATION).provider_id == OPERATION
    assert len(azure.requests) == 1


def test_a_token_goes_in_place_of_a_signature() -> None:
    azure = Azure(TAKEN)
    azure.mail.send(replace(RESOURCE, access_token="token-1"), MAIL, OPERATION)
    headers = azure.requests[0].headers
    assert headers["authorization"] == "Bearer token-1"
    assert "x-ms-date" not in headers
    assert headers["operation-id"] == OPERATION


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx2.ConnectError("refused"), VerdictKind.RETRY),
        (httpx2.PoolTimeout("full"), VerdictKind.RETRY),
        (httpx2.ReadTimeout("silence"), VerdictKind.UNKNOWN),
        (httpx2.RemoteProtocolError("hung up"), VerdictKind.UNKNOWN),
        (httpx2.Response(502, text="bad gateway"), VerdictKind.UNKNOWN),
        (httpx2.Response(202, text="taken"), VerdictKind.UNKNOWN),
        (httpx2.Response(200, json={"status": "Running"}), VerdictKind.UNKNOWN),
        (httpx2.Response(503, text="busy"), VerdictKind.UNKNOWN),
    ],
)
def test_a_mail_that_may_have_left_is_unknown(
    answer: httpx2.Response | Exception, kind: VerdictKind
) -> None:
    azure = Azure(answer)
    assert kind_of(lambda: azure.mail.send(RESOURCE, MAIL, OPERATION)) is kind


@pytest.mark.parametrize("endpoint", ["", "acs.example", "ftp://acs.example", "https://"])
def test_an_endpoint_that_is_none_is_never_asked(endpoint: str) -> None:
    azure = Azure(TAKEN)
    wrong = replace(RESOURCE, endpoint=endpoint)
    for action in (
        lambda: azure.mail.send(wrong, MAIL, OPERATION),
        lambda: azure.mail.look_up(wrong, OPERATION),
    ):
        assert kind_of(action) is VerdictKind.OPERATOR_FAULT
    assert azure.requests == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("NotStarted", SightingState.UNDER_WAY),
        ("Running", SightingState.UNDER_WAY),
        ("Succeeded", SightingState.SENT),
        ("Failed", SightingState.FAILED),
        ("Canceled", SightingState.FAILED),
    ],
)
def test_every_state_of_an_operation_is_known(status: str, state: SightingState) -> None:
    azure = Azure(httpx2.Response(200, json={"id": OPERATION, "status": status, "error": None}))
    sighting = azure.mail.look_up(RESOURCE, OPERATION)
    assert (sighting.state, sighting.accepted.provider_id) == (state, OPERATION)
    assert bool(sighting.code) is bool(sighting.reason) is (state is SightingState.FAILED)
    assert azure.requests[0].url.path == f"/emails/operations/{OPERATION}"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("EmailDroppedAllRecipientsSuppressed", "bounced"),
        ("EmailDropped", "dropped"),
        ("SomethingNew", "gave the mail up"),
    ],
)
def test_a_failed_operation_says_why_in_our_words(code: str, words: str) -> None:
    error = {"code": code, "message": "to ana@contoso.example"}
    body = {"id": OPERATION, "status": "Failed", "error": error}
    sighting = Azure(httpx2.Response(200, json=body)).mail.look_up(RESOURCE, OPERATION)
    assert sighting.code == code
    assert words in sighting.reason
    assert "ana@" not in sighting.reason


def test_only_the_services_own_404_means_that_nothing_was_sent() -> None:
    known = Azure(httpx2.Response(404, json={"error": {"code": "NotFound", "message": "No."}}))
    assert known.mail.look_up(RESOURCE, OPERATION) == Sighting(SightingState.NEVER_SENT)
    proxy = Azure(httpx2.Response(404, text="<html>no such host</html>"))
    assert kind_of(lambda: proxy.mail.look_up(RESOURCE, OPERATION)) is VerdictKind.OPERATOR_FAULT


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.ReadTimeout("silence"),
        httpx2.Response(200, text="fine"),
        httpx2.Response(200, json={"id": OPERATION, "status": "Resting"}),
        httpx2.Response(504, text="gateway"),
    ],
)
def test_a_look_up_without_sense_is_repeated(answer: httpx2.Response | Exception) -> None:
    azure = Azure(answer)
    assert kind_of(lambda: azure.mail.look_up(RESOURCE, OPERATION)) is VerdictKind.RETRY
