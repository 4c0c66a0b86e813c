"""sendMail: what is taken, what is refused, what arrives."""

import asyncio
import base64
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from tests.sandbox.graph.harness import Sandbox

ANA = "ana@contoso.example"


def message(*to: str, **members: object) -> dict[str, Any]:
    """Return a message to some people."""
    return {
        "subject": "You are enrolled",
        "body": {"contentType": "HTML", "content": "<p>Hello <b>Ana</b></p>"},
        "toRecipients": [{"emailAddress": {"address": one, "name": "Somebody"}} for one in to],
        **members,
    }


def send(sandbox: Sandbox, given: object) -> httpx2.Response:
    """Send a message as the learning account."""
    return sandbox.ask("POST", "/me/sendMail", {"message": given})


def test_a_message_is_accepted_without_a_word_and_arrives(sandbox: Sandbox) -> None:
    given = message(
        ANA,
        bccRecipients=[{"emailAddress": {"address": "hidden@elsewhere.example"}}],
        replyTo=[{"emailAddress": {"address": "lms@contoso.example"}}],
        internetMessageHeaders=[{"name": "x-classbell-message", "value": "0f3c"}],
        importance="High",
        attachments=[
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": "session.ics",
                "contentType": "text/calendar",
                "contentBytes": "QkVHSU4=",
            }
        ],
    )
    answer = send(sandbox, given)
    assert (answer.status_code, answer.content) == (202, b"")
    (found,) = sandbox.inbox(ANA)
    assert found["subject"] == "You are enrolled"
    assert found["from"] == {"address": "learning@contoso.example", "name": "Contoso Learning"}
    assert found["text"] == "Hello Ana"
    assert found["attachments"] == ["session.ics"]
    assert found["headers"] == [{"name": "x-classbell-message", "value": "0f3c"}]
    (hidden,) = sandbox.inbox("hidden@elsewhere.example")
    assert [one["address"] for one in hidden["to"]] == [ANA]
    mailboxes = sandbox.world.mailboxes
    assert mailboxes.items("learning@contoso.example", "SentItems") == []
    sandbox.later(seconds=4)
    assert len(mailboxes.items("learning@contoso.example", "SentItems")) == 1


@pytest.mark.parametrize("spelling", ["SaveToSentItems", "saveToSentItems"])
@pytest.mark.parametrize("value", [False, "false", "False"])
def test_a_copy_is_kept_unless_it_is_declined(
    sandbox: Sandbox, spelling: str, value: object
) -> None:
    answer = sandbox.ask("POST", "/me/sendMail", {"Message": message(ANA), spelling: value})
    assert answer.status_code == 202
    sandbox.later(seconds=4)
    assert sandbox.world.mailboxes.items("learning@contoso.example", "SentItems") == []


def test_mime_is_taken_in_base64(sandbox: Sandbox) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "learning@contoso.example", ANA, "Grüße"
    mail.set_content("Plain")
    raw = base64.b64encode(mail.as_bytes())
    path = "/users/learning@contoso.example/sendMail"
    assert sandbox.ask("POST", path, raw=raw, Content_Type="text/plain").status_code == 202
    (found,) = sandbox.inbox(ANA)
    assert (found["subject"], found["text"].strip()) == ("Grüße", "Plain")
    bad = sandbox.ask("POST", path, raw=b"no base64!", Content_Type="text/plain")
    assert bad.json()["error"]["code"] == "ErrorMimeContentInvalidBase64String"


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"toRecipients": []}, 400, "ErrorInvalidRecipients"),
        ({"toRecipients": [{"emailAddress": {"address": "no"}}]}, 400, "ErrorInvalidRecipients"),
        ({"toRecipients": [{}]}, 400, "ErrorInvalidRecipients"),
        ({"internetMessageHeaders": [{"name": "List-Id", "value": "x"}]}, 400,
         "InvalidInternetMessageHeader"),
        ({"internetMessageHeaders": [{"name": f"x-{n}", "value": ""} for n in range(6)]}, 400,
         "InvalidInternetMessageHeaderCollection"),
        ({"internetMessageHeaders": [{"name": "x-a", "value": "a\r\nBcc: b@c.example"}]}, 400,
         "InvalidInternetMessageHeader"),
        ({"internetMessageHeaders": [{"name": "x-a b:", "value": "a"}]}, 400,
         "InvalidInternetMessageHeader"),
        ({"internetMessageHeaders": [{"name": "x-a", "value": "a" * 262_144}]}, 400,
         "InvalidInternetMessageHeaderCollection"),
        ({"from": {"emailAddress": {"address": "zoe.dubois@contoso.example"}}}, 403,
         "ErrorSendAsDenied"),
        ({"colour": "red"}, 400, "RequestBodyRead"),
        ({"body": "text"}, 400, "RequestBodyRead"),
        ({"attachments": [{"@odata.type": "#microsoft.graph.fileAttachment", "name": "a",
                           "contentBytes": "???"}]}, 400, "RequestBodyRead"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused_and_not_sent(
    sandbox: Sandbox, members: object, status: int, code: str
) -> None:
    assert isinstance(members, dict)
    answer = send(sandbox, message(ANA, **members))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert sandbox.world.mailboxes.received() == []


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"message": NaN}', "application/json", 400),
        (b'{"message": {"subject": "\\ud800"}}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"text": "x"}', "application/json", 400),
        (b"<xml/>", "application/xml", 415),
        (b"x" * (4 * 1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_what_is_no_request_is_refused_in_graphs_words(
    sandbox: Sandbox, raw: bytes, kind: str, status: int
) -> None:
    answer = sandbox.ask("POST", "/me/sendMail", raw=raw, Content_Type=kind)
    assert answer.status_code == status


def test_sending_needs_its_permission(sandbox: Sandbox) -> None:
    body = {"message": message(ANA)}
    answer = sandbox.ask("POST", "/me/sendMail", body, scopes="User.Read Mail.ReadWrite")
    assert answer.json()["error"]["code"] == "ErrorAccessDenied"


def test_five_calls_at_once_are_one_too_many(sandbox: Sandbox) -> None:
    sandbox.world.mailboxes.limits.service_seconds = 0.05

    async def all_at_once() -> list[Any]:
        calls = (
            sandbox.asking("POST", "/me/sendMail", {"message": message(ANA)}) for _ in range(6)
        )
        return await asyncio.gather(*calls)

    answers = sandbox.wait(all_at_once())
    assert sorted(one.status_code for one in answers) == [202] * 4 + [429] * 2
    refused = next(one for one in answers if one.status_code == 429)
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["code"] == "ApplicationThrottled"
    sandbox.world.mailboxes.limits.enabled = False
    assert {one.status_code for one in sandbox.wait(all_at_once())} == {202}
