"""msgraph-sdk sends mail, in JSON and in MIME form, alone and in a batch."""

import base64
from email.message import EmailMessage
from typing import Any

import pytest

pytest.importorskip("msgraph", reason="not installed; run make clients-test")

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.importance import Importance
from msgraph.generated.models.internet_message_header import InternetMessageHeader
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import (
    SendMailPostRequestBody,
)
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from m365sandbox.testing import Sandbox
from tests.sandbox.clients.support import ORGANISER, Client

ZOE = "zoe.dubois@contoso.example"


def to(*addresses: str) -> list[Recipient]:
    return [Recipient(email_address=EmailAddress(address=one)) for one in addresses]


def letter(subject: str = "You are enrolled", **members: object) -> SendMailPostRequestBody:
    body = ItemBody(content_type=BodyType.Html, content="<p>Hello Zoé</p>")
    message = Message(subject=subject, body=body, to_recipients=to(ZOE))
    for name, value in members.items():
        setattr(message, name, value)
    return SendMailPostRequestBody(message=message, save_to_sent_items=False)


def test_a_message_with_everything(organiser: Client, live_sandbox: Sandbox) -> None:
    file = FileAttachment(
        odata_type="#microsoft.graph.fileAttachment",
        name="plan.ics",
        content_type="text/calendar",
        content_bytes=base64.b64encode(b"BEGIN:VCALENDAR"),
    )
    asked = letter(
        cc_recipients=to("rafael.garcia@contoso.example"),
        bcc_recipients=to("somebody@elsewhere.example"),
        reply_to=to("office@contoso.example"),
        importance=Importance.High,
        internet_message_headers=[InternetMessageHeader(name="x-message", value="0f3c")],
        attachments=[file],
    )
    organiser.wait(organiser.graph.me.send_mail.post(asked))
    (found,) = live_sandbox.control.received(ZOE)
    assert found["subject"] == "You are enrolled"
    assert found["html"] == "<p>Hello Zoé</p>"
    assert found["headers"] == [{"name": "x-message", "value": "0f3c"}]
    assert found["replyTo"][0]["address"] == "office@contoso.example"
    assert found["attachments"] == ["plan.ics"]
    assert "somebody" not in str(found["to"]) + str(found["cc"])
    assert len(live_sandbox.control.received("somebody@elsewhere.example")) == 1
    assert len(live_sandbox.control.received("rafael.garcia@contoso.example")) == 1


def test_below_users_as_well(organiser: Client, live_sandbox: Sandbox) -> None:
    organiser.wait(organiser.graph.users.by_user_id(ORGANISER).send_mail.post(letter()))
    assert len(live_sandbox.control.received(ZOE)) == 1


def test_in_mime_form(organiser: Client, live_sandbox: Sandbox) -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = ZOE, "Grüße"
    message.set_content("Hello in plain text")
    asked = organiser.graph.me.send_mail.to_post_request_information(letter())
    asked.headers.clear()
    asked.set_stream_content(base64.b64encode(message.as_bytes()), "text/plain")
    organiser.wait(
        organiser.graph.request_adapter.send_no_response_content_async(asked, {"400": ODataError})
    )
    (found,) = live_sandbox.control.received(ZOE)
    assert (found["subject"], found["text"].strip()) == ("Grüße", "Hello in plain text")


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"to_recipients": []}, 400, "ErrorInvalidRecipients"),
        ({"to_recipients": to("nobody")}, 400, "ErrorInvalidRecipients"),
        (
            {"internet_message_headers": [InternetMessageHeader(name="Precedence", value="bulk")]},
            400,
            "InvalidInternetMessageHeader",
        ),
        ({"from_": to("mai.nielsen@contoso.example")[0]}, 403, "ErrorSendAsDenied"),
    ],
)
def test_refusals_arrive_as_odata_errors(
    organiser: Client, members: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(ODataError) as refused:
        organiser.wait(organiser.graph.me.send_mail.post(letter(**members)))
    assert refused.value.response_status_code == status
    assert refused.value.error is not None
    assert refused.value.error.code == code
    assert refused.value.error.inner_error is not None
    assert refused.value.error.inner_error.request_id


def test_the_clients_own_patience_meets_a_throttled_call(
    organiser: Client, live_sandbox: Sandbox
) -> None:
    live_sandbox.control.add_fault(
        path="/v1.0/me/sendMail",
        status=429,
        headers={"Retry-After": "1"},
        body={"error": {"code": "ApplicationThrottled", "message": "Slow down."}},
    )
    calls = organiser.record
    organiser.wait(organiser.graph.me.send_mail.post(letter()))
    assert len(live_sandbox.control.received(ZOE)) == 1
    assert [one.rpartition(" ")[2] for one in calls.passed] == ["202"]


def test_a_batch_answers_each_part(organiser: Client, live_sandbox: Sandbox) -> None:
    graph = organiser.graph
    base = str(graph.request_adapter.base_url)

    def part(asked: RequestInformation, name: str) -> BatchRequestItem:
        asked.url = asked.url.removeprefix(base)
        return BatchRequestItem(asked, name)

    first = part(graph.me.to_get_request_information(), "1")
    second = part(graph.me.send_mail.to_post_request_information(letter()), "2")
    unknown = RequestInformation(Method.GET, f"{base}/me/nonsense")
    unknown.url = "/me/nonsense"
    third = BatchRequestItem(unknown, "3")
    content = BatchRequestContent({one.id: one for one in (first, second, third)})
    answered = organiser.wait(graph.batch.post(content))
    assert answered.get_response_status_codes() == {"1": 200, "2": 202, "3": 404}
    # This version of the client drops bodies that are objects, which is what Graph documents; the
    # record has held each part against its description all the same.
    assert len(live_sandbox.control.received(ZOE)) == 1
