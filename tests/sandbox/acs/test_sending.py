"""Sending through ACS Email: what is taken, what is refused, and how operations end."""

import base64
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from m365sandbox.testing import Sandbox
from tests.sandbox.acs import description
from tests.sandbox.acs.caller import GHOST, OUTSIDE, VERSION, ZOE, Caller, message, signed

RAFAEL = "rafael.garcia@contoso.example"


def test_a_mail_runs_succeeds_and_has_arrived(caller: Caller) -> None:
    operation = str(uuid4())
    answer = caller.send(operation_id=operation)
    assert answer.status_code == 202
    assert answer.json() == {"id": operation, "status": "Running", "error": None}
    location = f"{caller.sandbox.acs_url}/emails/operations/{operation}?api-version={VERSION}"
    assert answer.headers["operation-location"] == location
    assert int(answer.headers["retry-after"]) >= 1
    running = caller.status(operation)
    assert running.json()["status"] == "Running"
    assert "retry-after" in running.headers
    assert caller.subjects() == []
    caller.later()
    ended = caller.status(operation)
    assert ended.json() == {"id": operation, "status": "Succeeded", "error": None}
    assert "retry-after" not in ended.headers
    assert caller.subjects() == ["You are enrolled"]


def test_everything_a_mail_carries_arrives(caller: Caller) -> None:
    file = base64.b64encode(b"BEGIN:VCALENDAR").decode()
    caller.sent(
        content={"subject": "Grüße", "plainText": "Plain", "html": "<p>Rich</p>"},
        recipients={
            "to": [{"address": ZOE, "displayName": "Zoé Dubois"}],
            "cc": [{"address": RAFAEL}],
            "bcc": [{"address": OUTSIDE}],
        },
        replyTo=[{"address": "lms@contoso.example", "displayName": "Learning"}],
        headers={"x-lms-message-id": "0f3c"},
        attachments=[{"name": "plan.ics", "contentType": "text/calendar", "contentInBase64": file}],
        userEngagementTrackingDisabled=True,
    )
    caller.later()
    (found,) = caller.sandbox.control.received(ZOE)
    assert (found["subject"], found["text"], found["html"]) == ("Grüße", "Plain", "<p>Rich</p>")
    assert found["from"] == {"address": caller.sender, "name": "Contoso Learning"}
    assert found["to"] == [{"address": ZOE, "name": "Zoé Dubois"}]
    assert found["replyTo"] == [{"address": "lms@contoso.example", "name": "Learning"}]
    assert found["headers"] == [{"name": "x-lms-message-id", "value": "0f3c"}]
    assert (found["attachments"], found["route"]) == (["plan.ics"], "acs")
    assert OUTSIDE not in str(found)
    assert caller.subjects(RAFAEL) == caller.subjects(OUTSIDE) == ["Grüße"]


def without(member: str, inner: str = "") -> dict[str, Any]:
    """Return a request that lacks a member."""
    body = message(ZOE, sender="donotreply@mail.contoso.example")
    del (body[member] if inner else body)[inner or member]
    return body


def with_sender(address: str) -> dict[str, Any]:
    return message(ZOE, sender=address)


def with_member(**members: object) -> dict[str, Any]:
    return message(ZOE, sender="donotreply@mail.contoso.example", **members)


@pytest.mark.parametrize(
    ("body", "status", "code", "target"),
    [
        ([], 400, "BadRequest", "request body"),
        (without("senderAddress"), 400, "BadRequest", "senderAddress"),
        (without("content"), 400, "BadRequest", "content"),
        (without("content", "subject"), 400, "BadRequest", "content.subject"),
        (with_member(content={"subject": "Hi"}), 400, "BadRequest", "content"),
        (with_member(content={"subject": "Hi", "html": 7}), 400, "BadRequest", "content.html"),
        (without("recipients"), 400, "BadRequest", "recipients"),
        (with_member(recipients={"to": []}), 400, "BadRequest", "recipients.to"),
        (with_member(recipients={"to": "x"}), 400, "BadRequest", "recipients.to"),
        (
            with_member(recipients={"to": [{"address": "nobody"}]}),
            400,
            "InvalidEmailAddress",
            "recipients.to[0].address",
        ),
        (with_sender("nobody"), 400, "InvalidEmailAddress", "senderAddress"),
        (with_sender("other@mail.contoso.example"), 400, "InvalidSenderUserName", "senderAddress"),
        (with_sender("donotreply@elsewhere.example"), 404, "DomainNotLinked", "senderAddress"),
        (
            with_member(attachments=[{"name": "a", "contentType": "b", "contentInBase64": "!"}]),
            400,
            "BadRequest",
            "attachments[0].contentInBase64",
        ),
        (with_member(headers={"x-one": 1}), 400, "BadRequest", "headers.x-one"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_the_services_shape(
    caller: Caller, body: object, status: int, code: str, target: str
) -> None:
    answer = caller.send(body=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["target"]) == (status, code, target)
    assert answer.headers["x-ms-error-code"] == code
    assert error["message"]
    assert caller.sandbox.control.acs.operations() == []


def test_a_body_that_is_no_json_is_refused(caller: Caller) -> None:
    path = f"/emails:send?api-version={VERSION}"
    assert caller.ask("POST", path, b"{").status_code == 400
    proof = signed(f"POST {path}", caller.host, caller.key, b"{}") | {"Content-Type": "text/plain"}
    assert caller.ask("POST", path, b"{}", proof).status_code == 415


@pytest.mark.parametrize(
    ("version", "status"),
    [("2023-03-31", 202), ("2024-07-01-preview", 202), ("2025-09-01", 202), ("2020-01-01", 400)],
)
def test_the_documented_versions_are_answered(caller: Caller, version: str, status: int) -> None:
    answer = caller.send(version=version)
    assert answer.status_code == status
    if status == 202:
        assert f"api-version={version}" in answer.headers["operation-location"]


def test_a_version_must_be_named(caller: Caller) -> None:
    answer = caller.ask("GET", f"/emails/operations/{uuid4()}")
    assert answer.json()["error"]["code"] == "MissingApiVersionParameter"


def test_content_ids_came_with_the_latest_version(caller: Caller) -> None:
    file = {"name": "a.png", "contentType": "image/png", "contentInBase64": "", "contentId": "a"}
    file["contentInBase64"] = base64.b64encode(b"x").decode()
    for version in ("2023-03-31", "2025-09-01"):
        caller.send(version=version, attachments=[file])
    found = caller.sandbox.run(
        lambda world: [one.attachments[0].content_id for one in world.mailboxes.letters.values()]
    )
    assert found == [None, "a"]


def test_too_many_recipients_and_too_large_a_request(caller: Caller) -> None:
    fifty = [f"person{number}@elsewhere.example" for number in range(50)]
    assert caller.send(*fifty).status_code == 202
    refused = caller.send(*fifty, OUTSIDE)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "TooManyRecipients")
    caller.sandbox.control.acs.resource(request_bytes=1_000)
    answer = caller.send(content={"subject": "Hi", "plainText": "x" * 1_000})
    assert answer.status_code == 413
    assert caller.send().status_code == 202


def test_an_operation_has_a_name_of_its_own_or_gets_one(caller: Caller) -> None:
    given = caller.send(operation_id=str(uuid4()).upper())
    assert given.json()["id"] == given.json()["id"].lower()
    assert caller.status(given.json()["id"].upper()).status_code == 200
    made = caller.send().json()["id"]
    assert made != given.json()["id"]
    assert caller.send(operation_id="mine").status_code == 400
    unknown = caller.status(str(uuid4()))
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "OperationNotFound")


@pytest.mark.parametrize(
    ("repeats", "status", "copies"),
    [("recognised", 202, 1), ("refused", 409, 1), ("sent_again", 202, 2)],
)
def test_a_repeated_operation_is_dealt_with_as_the_switch_says(
    caller: Caller, repeats: str, status: int, copies: int
) -> None:
    caller.sandbox.control.acs.settings(repeats=repeats)
    operation = caller.sent()
    again = caller.send(operation_id=operation)
    assert again.status_code == status
    if status == 202:
        assert again.json()["id"] == operation
    caller.later()
    assert caller.subjects() == ["You are enrolled"] * copies
    assert caller.status(operation).json()["status"] == "Succeeded"
    if repeats == "recognised":
        assert caller.send(operation_id=operation).json()["status"] == "Succeeded"


def test_a_dropped_connection_leaves_doubt_that_looking_up_ends(caller: Caller) -> None:
    for effect, status, subjects in (
        ("act_then_drop", 200, ["You are enrolled"]),
        ("drop", 404, []),
    ):
        caller.sandbox.control.reset()
        operation = str(uuid4())
        caller.sandbox.control.add_fault(path="/emails:send", effect=effect)
        with pytest.raises(httpx2.TransportError):
            caller.send(operation_id=operation)
        assert caller.status(operation).status_code == status
        caller.later()
        assert caller.subjects() == subjects


@pytest.mark.parametrize("status", ["Failed", "Canceled"])
def test_an_operation_is_given_up_as_a_rule_says(caller: Caller, status: str) -> None:
    control = caller.sandbox.control.acs
    control.outcome("*@contoso.example", operation=status, code="EmailDropped", message="No.")
    operation = caller.sent()
    caller.later()
    ended = caller.status(operation).json()
    assert (ended["status"], ended["error"]["code"]) == (status, "EmailDropped")
    assert caller.subjects() == []
    assert control.reports() == []
    control.clear_outcomes()
    caller.sent()
    caller.later()
    assert caller.subjects() == ["You are enrolled"]


def test_mail_to_blocked_addresses_alone_fails(caller: Caller) -> None:
    control = caller.sandbox.control.acs
    control.suppress(ZOE)
    operation, mixed = caller.sent(), caller.sent(ZOE, RAFAEL)
    caller.later()
    ended = caller.status(operation).json()
    assert ended["status"] == "Failed"
    assert ended["error"]["code"] == "EmailDroppedAllRecipientsSuppressed"
    assert caller.status(mixed).json()["status"] == "Succeeded"
    assert (caller.subjects(), caller.subjects(RAFAEL)) == ([], ["You are enrolled"])
    found = [one["status"] for one in control.reports() if one["recipient"] == ZOE]
    assert found == ["Suppressed", "Suppressed"]


def test_a_ghost_bounces_without_a_mail_to_anybody(caller: Caller) -> None:
    caller.sent(GHOST)
    caller.later()
    (report,) = caller.sandbox.control.acs.reports()
    assert (report["recipient"], report["status"]) == (GHOST, "Bounced")
    assert caller.sandbox.control.received() == []


def test_what_is_elsewhere_below_emails_is_not_there(caller: Caller) -> None:
    with caller.sandbox.browser() as client:
        for path, status in (("/emails", 404), ("/emails:send", 405), ("/emails/x", 404)):
            answer = client.get(caller.sandbox.acs_url + path)
            assert answer.status_code == status
            assert answer.json()["error"]["code"] == answer.headers["x-ms-error-code"]


def test_requests_and_answers_are_as_described(caller: Caller) -> None:
    """Every answer these tests see is held against the description, where it is at hand."""
    description.required()
    assert not description.request_problems(message(ZOE, sender=caller.sender))
    assert description.request_problems({"senderAddress": 1})
    assert caller.send().status_code == 202


def test_limits_settings_and_senders_that_are_none_are_refused(live_sandbox: Sandbox) -> None:
    control = live_sandbox.control.acs
    for wrong in (
        lambda: control.settings(repeats="sometimes"),
        lambda: control.settings(operation_seconds=-1),
        lambda: control.resource(sends_per_minute=0),
        lambda: control.resource("unknown", enabled=False),
        lambda: control.add_resource(name="x", tenant="nowhere", senders={"a@b.example": "A"}),
        lambda: control.add_resource(name="x", tenant="contoso.example", senders={}),
        lambda: control.outcome("*", status="Lost"),
    ):
        with pytest.raises(httpx2.HTTPStatusError) as refused:
            wrong()
        assert refused.value.response.json()["error"]
