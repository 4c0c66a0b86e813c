"""azure-communication-email uses the sandbox: by key over http, by token over TLS."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

pytest.importorskip("azure.communication.email", reason="not installed; run make clients-test")
pytest.importorskip("azure.identity", reason="not installed; run make clients-test")

from azure.communication.email import EmailClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import ClientSecretCredential

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.acs import description
from tests.sandbox.clients.support import settings_of

ZOE = "zoe.dubois@contoso.example"


@dataclass
class Office:
    """Somebody who sends with Microsoft's client, each exchange held against the description."""

    sandbox: Sandbox
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hear(self, response: Any) -> None:
        """Note one exchange; called by the client after each."""
        request, answer = response.http_request, response.http_response
        self.asked.append(f"{request.method} {answer.status_code}")
        if description.location().is_file():
            headers = {name.lower(): value for name, value in answer.headers.items()}
            # Answers are streams to the client; one that was read is kept.
            body = json.loads(answer.read())
            self.wrong += description.answer_problems(answer.status_code, headers, body)

    def client(self, endpoint: str = "", credential: Any = None, **settings: Any) -> EmailClient:
        """Return a client, with the resource's key over http unless something else is given."""
        return EmailClient(
            endpoint or self.sandbox.acs_url,
            credential or AzureKeyCredential(self.sandbox.acs_key),
            raw_response_hook=self.hear,
            **settings,
        )

    def message(self, *to: str, **members: object) -> dict[str, Any]:
        """Return a message in the client's shape."""
        return {
            "senderAddress": self.sandbox.acs_sender,
            "content": {"subject": "You are enrolled", "plainText": "Hi", "html": "<p>Hi</p>"},
            "recipients": {"to": [{"address": one, "displayName": ""} for one in to or (ZOE,)]},
            **members,
        }

    def subjects(self) -> list[str]:
        """Return the subjects of what arrived."""
        return [one["subject"] for one in self.sandbox.control.received(ZOE)]


@pytest.fixture
def office(live_sandbox: Sandbox) -> Iterator[Office]:
    made = Office(live_sandbox)
    yield made
    assert not made.wrong


def test_a_key_over_http_and_the_operation_polled_to_its_end(office: Office) -> None:
    file = base64.b64encode(b"BEGIN:VCALENDAR").decode()
    message = office.message(
        headers={"x-message": "0f3c"},
        replyTo=[{"address": "lms@contoso.example"}],
        attachments=[{"name": "plan.ics", "contentType": "text/calendar", "contentInBase64": file}],
    )
    with office.client() as client:
        poller = client.begin_send(message)
        assert poller.status() in {"Running", "InProgress"}
        result = poller.result()
    assert result["status"] == "Succeeded"
    assert office.asked[0] == "POST 202"
    assert set(office.asked[1:]) == {"GET 200"}
    (found,) = office.sandbox.control.received(ZOE)
    assert (found["text"], found["html"]) == ("Hi", "<p>Hi</p>")
    assert (found["attachments"], found["route"]) == (["plan.ics"], "acs")


def test_an_operation_keeps_its_name_and_is_recognised(office: Office) -> None:
    operation = str(uuid4())
    with office.client() as client:
        for _ in range(2):
            poller = client.begin_send(office.message(), operation_id=operation)
            assert poller.result()["id"] == operation
        office.sandbox.control.acs.settings(repeats="refused")
        with pytest.raises(ResourceExistsError):
            client.begin_send(office.message(), operation_id=operation)
    assert office.subjects() == ["You are enrolled"]


def test_a_failed_operation_arrives_as_the_clients_error(office: Office) -> None:
    office.sandbox.control.acs.suppress(ZOE)
    with office.client() as client, pytest.raises(HttpResponseError) as failed:
        client.begin_send(office.message()).result()
    assert failed.value.error is not None
    assert failed.value.error.code == "EmailDroppedAllRecipientsSuppressed"


def test_refusals_arrive_as_the_clients_errors(office: Office) -> None:
    wrong = AzureKeyCredential(base64.b64encode(b"wrong").decode())
    with office.client(credential=wrong) as client, pytest.raises(ClientAuthenticationError):
        client.begin_send(office.message())
    with office.client() as client:
        foreign = office.message(senderAddress="a@elsewhere.example")
        with pytest.raises(ResourceNotFoundError, match="DomainNotLinked"):
            client.begin_send(foreign)
        with pytest.raises(HttpResponseError, match="InvalidEmailAddress"):
            client.begin_send(office.message("nobody"))


def test_the_clients_own_patience_meets_the_quota(office: Office) -> None:
    office.sandbox.control.acs.resource(sends_per_minute=1)
    code = "TooManyRequests"
    office.sandbox.control.add_fault(
        path="/emails:send",
        status=429,
        headers={"Retry-After": "1", "x-ms-error-code": code},
        body={"error": {"code": code, "message": "Slow down."}},
    )
    with office.client() as client:
        client.begin_send(office.message()).result()
    assert office.subjects() == ["You are enrolled"]
    with office.client(retry_total=0) as client, pytest.raises(HttpResponseError) as refused:
        client.begin_send(office.message())
    assert refused.value.status_code == 429


def test_a_connection_string_over_tls(office: Office) -> None:
    text = f"endpoint={office.sandbox.secure_url}/;accesskey={office.sandbox.acs_key}"
    made = EmailClient.from_connection_string(
        text, connection_verify=str(office.sandbox.ca_file), raw_response_hook=office.hear
    )
    with made as client:
        assert client.begin_send(office.message()).result()["status"] == "Succeeded"


def test_an_application_with_a_role_over_tls(office: Office) -> None:
    sandbox = office.sandbox
    with (
        ClientSecretCredential(
            CONTOSO.tenant_id, sandbox.client_id, sandbox.client_secret, **settings_of(sandbox)
        ) as credential,
        office.client(
            sandbox.secure_url, credential, connection_verify=str(sandbox.ca_file)
        ) as client,
    ):
        assert client.begin_send(office.message()).result()["status"] == "Succeeded"
        sandbox.control.acs.resource(clients=[])
        with pytest.raises(HttpResponseError, match="role"):
            client.begin_send(office.message())


@pytest.mark.parametrize("version", ["2023-03-31", "2024-07-01-preview"])
def test_earlier_versions(office: Office, version: str) -> None:
    with office.client(api_version=version) as client:
        assert client.begin_send(office.message()).result()["status"] == "Succeeded"
