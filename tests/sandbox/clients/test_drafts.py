"""msgraph-sdk saves drafts, sends them, finds them again, uploads files, reads what came back."""

import io
from datetime import timedelta

import pytest

pytest.importorskip("msgraph", reason="not installed; run make clients-test")

from jsonschema import Draft202012Validator
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph.generated.models.attachment_item import AttachmentItem
from msgraph.generated.models.attachment_type import AttachmentType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.internet_message_header import InternetMessageHeader
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.single_value_legacy_extended_property import (
    SingleValueLegacyExtendedProperty,
)
from msgraph.generated.users.item.mail_folders.item.messages.messages_request_builder import (
    MessagesRequestBuilder,
)
from msgraph.generated.users.item.messages.item.attachments.create_upload_session.create_upload_session_post_request_body import (  # noqa: E501 -- the client's own name
    CreateUploadSessionPostRequestBody,
)
from msgraph.generated.users.item.messages.item.move.move_post_request_body import (
    MovePostRequestBody,
)
from msgraph_core.models.large_file_upload_session import LargeFileUploadSession
from msgraph_core.tasks.large_file_upload import LargeFileUploadTask

from m365sandbox.testing import Sandbox
from tests.contract.graph_mail import PIECE_TAKEN
from tests.sandbox.clients.support import ORGANISER, Client
from tests.sandbox.clients.test_mail import ZOE, to

PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name LmsEnvelope"
LARGE, PIECE = 3_600_000, 2_000_000
Wanted = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters


def immutable(query: object = None) -> RequestConfiguration:
    """Return a request's settings that ask for ids which survive moves."""
    headers = HeadersCollection()
    headers.add("Prefer", 'IdType="ImmutableId"')
    return RequestConfiguration(query_parameters=query, headers=headers)


def saved(client: Client, *people: str) -> Message:
    """Save a draft that carries our property, and return it."""
    draft = Message(
        subject="You are enrolled",
        body=ItemBody(content_type=BodyType.Html, content="<p>Hello</p>"),
        to_recipients=to(*people),
        single_value_extended_properties=[
            SingleValueLegacyExtendedProperty(id=PROPERTY, value="0f3c")
        ],
        internet_message_headers=[InternetMessageHeader(name="x-lms-envelope", value="0f3c")],
    )
    made = client.wait(client.graph.me.messages.post(draft, request_configuration=immutable()))
    assert made is not None
    assert made.id is not None
    return made


def in_folder(client: Client, name: str, **query: object) -> list[Message]:
    """Return the messages of a folder, by immutable ids."""
    folder = client.graph.me.mail_folders.by_mail_folder_id(name)
    asked = immutable(Wanted(**query))
    page = client.wait(folder.messages.get(request_configuration=asked))
    assert page is not None
    return page.value or []


def test_a_draft_is_sent_and_found_again_by_its_property(
    organiser: Client, live_sandbox: Sandbox
) -> None:
    draft = saved(organiser, ZOE)
    assert draft.is_draft
    one = organiser.graph.me.messages.by_message_id(str(draft.id))
    organiser.wait(one.send.post())
    condition = (
        f"singleValueExtendedProperties/any(ep: ep/id eq '{PROPERTY}' and ep/value eq '0f3c')"
    )
    assert in_folder(organiser, "sentitems", filter=condition) == []
    live_sandbox.control.advance(timedelta(seconds=5))
    expand = [f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"]
    (copy,) = in_folder(organiser, "sentitems", filter=condition, expand=expand)
    assert (copy.id, copy.is_draft) == (draft.id, False)
    assert copy.internet_message_id == draft.internet_message_id
    assert copy.single_value_extended_properties is not None
    assert copy.single_value_extended_properties[0].value == "0f3c"
    (arrived,) = live_sandbox.control.received(ZOE)
    assert {"name": "x-lms-envelope", "value": "0f3c"} in arrived["headers"]


def test_a_draft_is_changed_moved_and_deleted(organiser: Client) -> None:
    draft = saved(organiser, ZOE)
    one = organiser.graph.me.messages.by_message_id(str(draft.id))
    changed = organiser.wait(one.patch(Message(subject="Changed", to_recipients=[])))
    assert changed is not None
    assert (changed.subject, changed.to_recipients) == ("Changed", [])
    with pytest.raises(ODataError) as refused:
        organiser.wait(one.send.post())
    assert refused.value.error is not None
    assert refused.value.error.code == "ErrorInvalidRecipients"
    organiser.wait(one.move.post(MovePostRequestBody(destination_id="deleteditems")))
    assert [message.id for message in in_folder(organiser, "deleteditems")] == [draft.id]
    organiser.wait(one.delete())
    assert in_folder(organiser, "deleteditems") == []


def test_files_small_and_large_travel_with_a_draft(organiser: Client) -> None:
    draft = saved(organiser, ZOE)
    files = organiser.graph.me.messages.by_message_id(str(draft.id)).attachments
    small = FileAttachment(
        odata_type="#microsoft.graph.fileAttachment", name="a.txt", content_bytes=b"hello"
    )
    organiser.wait(files.post(small))
    item = AttachmentItem(attachment_type=AttachmentType.File, name="plan.pdf", size=LARGE)
    session = organiser.wait(
        files.create_upload_session.post(CreateUploadSessionPostRequestBody(attachment_item=item))
    )
    assert session is not None
    content = io.BytesIO(bytes(LARGE))
    begun = LargeFileUploadSession(upload_url=session.upload_url)
    adapter = organiser.graph.request_adapter
    task = LargeFileUploadTask(begun, adapter, content, max_chunk_size=PIECE)
    # Its loop looks for «nextExpectedRanges», which this host spells with a capital letter, so the
    # pieces are named one by one; each goes through the client as it is.
    for start in range(0, LARGE, PIECE):
        task.next_range = f"{start}-0" if start else None
        organiser.wait(task.next_chunk(content))
    (first, ok, taken), (last, made, nothing) = organiser.record.elsewhere
    assert not list(Draft202012Validator(PIECE_TAKEN).iter_errors(taken))
    assert (ok, made, nothing) == (200, 201, None)
    assert last.headers["content-range"] == f"bytes {PIECE}-{LARGE - 1}/{LARGE}"
    # The client sends its token to the hosts it was told of, and this is none of them.
    assert not {"authorization"} & {*first.headers, *last.headers}
    listed = organiser.wait(files.get())
    assert listed is not None
    assert [(one.name, one.size) for one in listed.value or []] == [
        ("a.txt", 5), ("plan.pdf", LARGE),
    ]  # fmt: skip


def test_what_could_not_be_delivered_is_found_in_the_inbox(
    organiser: Client, live_sandbox: Sandbox
) -> None:
    live_sandbox.control.bounce("@elsewhere.example", reason="550 5.1.1 Nobody")
    draft = saved(organiser, "somebody@elsewhere.example")
    organiser.wait(organiser.graph.me.messages.by_message_id(str(draft.id)).send.post())
    kind = "ep/id eq 'String 0x001A' and ep/value eq 'REPORT.IPM.Note.NDR'"
    (report,) = in_folder(
        organiser,
        "inbox",
        filter=f"receivedDateTime ge 2020-01-01T00:00:00Z and "
        f"singleValueExtendedProperties/any(ep: {kind})",
        orderby=["receivedDateTime"],
        expand=["singleValueExtendedProperties($filter=id eq 'String 0x1042')"],
    )
    assert report.single_value_extended_properties is not None
    assert report.single_value_extended_properties[0].value == draft.internet_message_id
    assert report.subject == "Undeliverable: You are enrolled"


def test_a_full_mailbox_is_said_as_an_odata_error(organiser: Client, live_sandbox: Sandbox) -> None:
    live_sandbox.control.mailbox(ORGANISER, quota_bytes=0)
    with pytest.raises(ODataError) as refused:
        saved(organiser, ZOE)
    assert refused.value.error is not None
    assert refused.value.error.code == "ErrorQuotaExceeded"
