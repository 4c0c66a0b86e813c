"""Applications that call Graph for themselves: app roles, roles of Exchange, scopes, delay."""

from datetime import timedelta
from typing import Any

import httpx2
import jwt
import pytest

from m365sandbox.testing import CONTOSO, FABRIKAM, Sandbox
from tests.sandbox.entra.helpers import Application

OWN = "info@contoso.example"
COLLEAGUE = "events@contoso.example"
STRANGER = "training@fabrikam.example"
SCOPE = "https://graph.microsoft.com/.default"
MAIL = {
    "message": {
        "subject": "Welcome",
        "body": {"contentType": "text", "content": "See you there."},
        "toRecipients": [{"emailAddress": {"address": "zoe.dubois@contoso.example"}}],
    }
}


class Client:
    """The seeded application, calling for itself with a token of now."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.token = ""
        self.renew()

    def renew(self) -> None:
        answer = Application(self.sandbox).post(grant_type="client_credentials", scope=SCOPE)
        self.token = answer.json()["access_token"]

    def roles(self) -> Any:
        return jwt.decode(self.token, options={"verify_signature": False}).get("roles")

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        with self.sandbox.browser() as web:
            return web.request(
                method, f"{self.sandbox.graph_url}/v1.0{path}", json=body, headers=headers
            )

    def send(self, mailbox: str) -> tuple[int, str]:
        return outcome(self.ask("POST", f"/users/{mailbox}/sendMail", MAIL))

    def consent(self, *roles: str) -> None:
        self.control("app-roles", roles=list(roles))
        self.renew()

    def assign(self, role: str, *mailboxes: str) -> str:
        made = self.control("assignments", role=role, mailboxes=list(mailboxes) or None)
        return str(made["assignment_id"])

    def control(self, name: str, **members: object) -> Any:
        body = {"client_id": self.sandbox.client_id, "tenant": CONTOSO.tenant_id, **members}
        return self.sandbox.control.ask("POST", f"/application-access/{name}", body)

    def later(self, minutes: float) -> None:
        self.sandbox.control.advance(timedelta(minutes=minutes))
        self.renew()


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    """Return status and error code."""
    code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
    return answer.status_code, code


@pytest.fixture
def client(live_sandbox: Sandbox) -> Client:
    return Client(live_sandbox)


def test_without_any_role_nothing_is_allowed(client: Client) -> None:
    assert client.roles() is None
    assert client.send(OWN) == (403, "ErrorAccessDenied")


def test_an_assigned_role_acts_after_the_delay_and_only_in_its_scope(client: Client) -> None:
    client.assign("Application Mail.Send", OWN)
    client.later(59)
    assert client.send(OWN) == (403, "ErrorAccessDenied")
    client.later(1)
    assert client.send(OWN) == (202, "")
    assert client.send(COLLEAGUE) == (403, "ErrorAccessDenied")
    assert client.send(STRANGER) == (404, "Request_ResourceNotFound")
    received = client.sandbox.control.ask("GET", "/received?to=zoe.dubois@contoso.example")
    assert [one["subject"] for one in received["messages"]] == ["Welcome"]
    assert client.roles() is None


def test_a_role_allows_what_it_names_and_no_more(client: Client) -> None:
    client.assign("Application Calendars.ReadWrite", OWN)
    client.later(60)
    event = {
        "subject": "Course",
        "start": {"dateTime": "2030-01-07T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2030-01-07T10:00:00", "timeZone": "UTC"},
    }
    created = client.ask("POST", f"/users/{OWN}/events", event)
    assert created.status_code == 201
    assert created.json()["organizer"]["emailAddress"]["address"] == OWN
    found = client.ask("GET", f"/users/{OWN}/events").json()["value"]
    assert [one["subject"] for one in found] == ["Course"]
    assert client.ask("GET", f"/users/{COLLEAGUE}/events").status_code == 403
    assert client.send(OWN) == (403, "ErrorAccessDenied")


def test_an_app_role_defeats_the_scope(client: Client) -> None:
    client.assign("Application Mail.Send", OWN)
    client.consent("Mail.Send")
    assert client.roles() == ["Mail.Send"]
    assert client.send(COLLEAGUE) == (202, "")
    client.consent()
    client.later(60)
    assert client.send(COLLEAGUE) == (403, "ErrorAccessDenied")
    assert client.send(OWN) == (202, "")


def test_a_removed_assignment_acts_until_the_delay_is_over(client: Client) -> None:
    assignment = client.assign("Application Mail.Send")
    client.later(60)
    client.sandbox.control.ask("DELETE", f"/application-access/assignments/{assignment}")
    assert client.send(COLLEAGUE) == (202, "")
    client.later(60)
    assert client.send(COLLEAGUE) == (403, "ErrorAccessDenied")


def test_the_delay_can_be_changed(client: Client) -> None:
    client.sandbox.control.ask("POST", "/application-access", {"delay_seconds": 0})
    client.assign("Application Mail Full Access", OWN)
    assert client.send(OWN) == (202, "")
    assert client.ask("GET", f"/users/{OWN}/messages").status_code == 200


def test_the_authorization_test_tells_the_scope_and_not_the_delay(client: Client) -> None:
    client.assign("Application Mail.Send", OWN)
    for mailbox, is_in_scope in ((OWN, True), (COLLEAGUE, False)):
        rows = client.control("test", mailbox=mailbox)["authorizations"]
        assert [(row["role"], row["in_scope"]) for row in rows] == [
            ("Application Mail.Send", is_in_scope)
        ]
    assert client.control("test", mailbox=STRANGER) == {"authorizations": []}


def test_rooms_need_the_app_role(client: Client) -> None:
    client.assign("Application Exchange Full Access")
    client.later(60)
    assert client.ask("GET", "/places/microsoft.graph.room").status_code == 403
    client.consent("Place.Read.All")
    assert client.ask("GET", "/places/microsoft.graph.room").json()["value"]


def test_what_only_a_signed_in_person_has_is_refused(client: Client) -> None:
    client.consent("Mail.Send", "User.Read.All", "OnlineMeetings.ReadWrite.All")
    for path in ("/me", "/me/messages", "/users/me/messages", "/me/onlineMeetings"):
        assert outcome(client.ask("GET", path)) == (400, "BadRequest"), path
    assert client.ask("GET", f"/users/{OWN}").json()["mail"] == OWN
    assert client.ask("GET", f"/users/{OWN}/onlineMeetings").status_code == 403
    assert client.ask("POST", "/subscriptions", {}).status_code == 403


def test_access_in_one_organisation_is_none_in_another(client: Client) -> None:
    body = {"tenant": FABRIKAM.tenant_id, "role": "Application Mail.Send"}
    client.control("assignments", **body)
    client.later(60)
    assert client.send(OWN) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("app-roles", {"roles": ["Mail.Send.Everywhere"]}),
        ("app-roles", {"roles": [], "tenant": "nowhere.example"}),
        ("assignments", {"role": "Mail.Send"}),
        ("assignments", {"role": "Application Mail.Send", "client_id": "nobody"}),
    ],
)
def test_what_does_not_exist_cannot_be_given(
    client: Client, name: str, members: dict[str, object]
) -> None:
    with pytest.raises(httpx2.HTTPStatusError, match="400"):
        client.control(name, **members)
