"""Faults and the record of what was exchanged, seen from a client's side."""

import threading
import time
from datetime import timedelta

import httpx2
import pytest

from m365sandbox.testing import Sandbox

SENDER = "learning@contoso.example"
OTHER = "mai.nielsen@contoso.example"


class Mailer:
    """Somebody who sends mail through Graph."""

    def __init__(self, sandbox: Sandbox, person: str = SENDER, *, secure: bool = False) -> None:
        self.base = sandbox.secure_url if secure else sandbox.graph_url
        self.sandbox = sandbox
        token = sandbox.access_token(person, "User.Read", "Mail.Send")
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(self, subject: str = "Hello") -> httpx2.Response:
        message = {
            "subject": subject,
            "body": {"contentType": "text", "content": "A word"},
            "toRecipients": [{"emailAddress": {"address": OTHER}}],
        }
        with self.sandbox.browser() as client:
            address = f"{self.base}/v1.0/me/sendMail"
            return client.post(address, json={"message": message}, headers=self.headers)

    def me(self) -> httpx2.Response:
        with self.sandbox.browser() as client:
            return client.get(f"{self.sandbox.graph_url}/v1.0/me", headers=self.headers)


def subjects(sandbox: Sandbox) -> list[str]:
    return [message["subject"] for message in sandbox.control.received(OTHER)]


def test_a_fault_answers_as_often_as_it_says(live_sandbox: Sandbox) -> None:
    body = {"error": {"code": "ErrorServerBusy", "message": "Busy."}}
    live_sandbox.control.add_fault(
        path="/v1.0/me/sendMail",
        method="POST",
        status=503,
        body=body,
        headers={"Retry-After": "7"},
        count=2,
    )
    mailer = Mailer(live_sandbox)
    answers = [mailer.send() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 202]
    assert answers[0].json() == body
    assert answers[0].headers["retry-after"] == "7"
    assert len(subjects(live_sandbox)) == 1


def test_a_fault_can_be_for_one_mailbox(live_sandbox: Sandbox) -> None:
    live_sandbox.control.add_fault(path="/v1.0/*", mailbox=SENDER, status=429, count=None)
    assert Mailer(live_sandbox).me().status_code == 429
    assert Mailer(live_sandbox, OTHER).me().status_code == 200


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("effect", ["act_then_drop", "drop"])
def test_a_dropped_connection_leaves_the_caller_in_doubt(
    live_sandbox: Sandbox, caplog: pytest.LogCaptureFixture, effect: str, *, secure: bool
) -> None:
    live_sandbox.control.add_fault(path="/v1.0/me/sendMail", effect=effect)
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        Mailer(live_sandbox, secure=secure).send("In doubt")
    assert subjects(live_sandbox) == (["In doubt"] if effect == "act_then_drop" else [])
    (dropped,) = live_sandbox.control.log(path="/v1.0/me/sendMail")
    assert dropped["status"] is None
    assert not caplog.records, "what was asked for is no fault of the server's"


def test_a_delay_holds_one_request_and_nobody_else(live_sandbox: Sandbox) -> None:
    live_sandbox.control.add_fault(path="/v1.0/me", delay_seconds=2)
    mailer = Mailer(live_sandbox)
    started = time.monotonic()
    held = threading.Thread(target=mailer.me)
    held.start()
    live_sandbox.control.now()
    assert held.is_alive()
    held.join()
    assert time.monotonic() - started >= 2


def test_faults_are_listed_and_can_be_taken_back(live_sandbox: Sandbox) -> None:
    first = live_sandbox.control.add_fault(path="~^/v1\\.0/me$", status=500, count=None)
    live_sandbox.control.add_fault(path="*", status=500, count=None)
    assert len(live_sandbox.control.ask("GET", "/faults")["faults"]) == 2
    live_sandbox.control.ask("DELETE", f"/faults/{first}")
    live_sandbox.control.clear_faults()
    assert Mailer(live_sandbox).me().status_code == 200


def test_the_log_can_be_filtered_and_followed(live_sandbox: Sandbox) -> None:
    mailer = Mailer(live_sandbox)
    mailer.me()
    mailer.send()
    (sent,) = live_sandbox.control.log(path="sendmail", method="post", status=202)
    assert sent["mailbox"] == SENDER
    assert sent["client_id"] == live_sandbox.client_id
    assert live_sandbox.control.log(after=sent["number"]) == []
    assert live_sandbox.control.log(mailbox=OTHER) == []


def test_the_log_keeps_no_secrets(live_sandbox: Sandbox) -> None:
    mailer = Mailer(live_sandbox)
    mailer.me()
    with live_sandbox.browser() as client:
        client.post(
            f"{live_sandbox.people_url}/contoso.example/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "scope": "https://graph.microsoft.com/.default",
                "client_id": live_sandbox.client_id,
                "client_secret": live_sandbox.client_secret,
            },
        )
    recorded = str(live_sandbox.control.log())
    assert "client_credentials" in recorded
    assert live_sandbox.client_secret not in recorded
    assert "eyJ" not in recorded


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1.0/me/teleport", "error"),
        ("/_sandbox/teleport", "error"),
        ("/teleport", None),
    ],
)
def test_what_there_is_not_answers_404_in_the_words_of_its_part(
    live_sandbox: Sandbox, path: str, shape: str | None
) -> None:
    with live_sandbox.browser() as client:
        headers = Mailer(live_sandbox).headers
        response = client.get(live_sandbox.people_url + path, headers=headers)
    assert response.status_code == 404
    if shape is not None:
        assert shape in response.json()


def test_doubled_slashes_are_read_as_one(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as client:
        headers = Mailer(live_sandbox).headers
        response = client.get(f"{live_sandbox.graph_url}//v1.0//me", headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("effect", "explode"),
        ("path", "~("),
        ("status", 99),
        ("status", 600),
        ("count", 0),
        ("delay_seconds", -1),
        ("delay_seconds", 1e9),
        ("headers", {"bad name": "x"}),
        ("headers", {"x-a": "a\r\nb: c"}),
        ("headers", {"x-a": "\u20ac"}),
    ],
)
def test_a_fault_with_a_wrong_member_is_refused_with_its_name(
    live_sandbox: Sandbox, member: str, value: object
) -> None:
    with live_sandbox.browser() as client:
        address = f"{live_sandbox.people_url}/_sandbox/faults"
        response = client.post(address, json={"status": 503, member: value})
    assert response.status_code == 400
    assert response.json()["error"].startswith(member)
    assert Mailer(live_sandbox).me().status_code == 200


def test_a_fault_of_graph_carries_graphs_ids(live_sandbox: Sandbox) -> None:
    live_sandbox.control.add_fault(path="/v1.0/me", status=503)
    answer = Mailer(live_sandbox).me()
    assert answer.headers["request-id"]
    assert answer.headers["client-request-id"]
    assert answer.headers["x-ms-ags-diagnostic"]


def test_a_part_of_a_batch_meets_its_own_fault(live_sandbox: Sandbox) -> None:
    body = {"error": {"code": "ErrorServerBusy", "message": "Busy."}}
    live_sandbox.control.add_fault(path="/v1.0/me/sendMail", effect="drop", count=None)
    live_sandbox.control.add_fault(
        path="/v1.0/me", mailbox=SENDER, status=503, body=body, headers={"Retry-After": "3"}
    )
    parts = [{"id": str(number), "method": "GET", "url": "/me"} for number in (1, 2)]
    with live_sandbox.browser() as client:
        address = f"{live_sandbox.graph_url}/v1.0/$batch"
        headers = Mailer(live_sandbox).headers
        answer = client.post(address, json={"requests": parts}, headers=headers)
    first, second = answer.json()["responses"]
    assert (first["status"], first["body"], first["headers"]["Retry-After"]) == (503, body, "3")
    assert second["status"] == 200


def test_a_fault_on_everything_can_be_ended_where_it_was_set(live_sandbox: Sandbox) -> None:
    live_sandbox.control.add_fault(path="*", status=503, count=None)
    with live_sandbox.browser() as client:
        for path in ("/", "/portal/trouble", "/_portal/portal.css"):
            assert client.get(live_sandbox.people_url + path).status_code == 200
        client.post(f"{live_sandbox.people_url}/portal/trouble/faults/clear")
    assert Mailer(live_sandbox).me().status_code == 200


def test_reading_the_log_does_not_fill_it(live_sandbox: Sandbox) -> None:
    Mailer(live_sandbox).me()
    with live_sandbox.browser() as client:
        for path in ("/", "/portal/log", "/portal/people", "/_portal/portal.css"):
            client.get(live_sandbox.people_url + path)
    assert [one["path"] for one in live_sandbox.control.log()] == ["/v1.0/me"]


def test_reset_ends_trouble_and_brings_the_clock_back(live_sandbox: Sandbox) -> None:
    before = live_sandbox.control.now()
    live_sandbox.control.advance(timedelta(days=30))
    live_sandbox.control.add_fault(path="*", status=500, count=None)
    live_sandbox.control.delete_person(OTHER)
    live_sandbox.control.reset()
    assert live_sandbox.control.now() - before < timedelta(days=1)
    assert Mailer(live_sandbox, OTHER).me().status_code == 200
