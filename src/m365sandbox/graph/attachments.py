"""Files of messages, in one piece and by upload session.

https://learn.microsoft.com/graph/outlook-large-attachments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from m365sandbox.calendars.zones import instant_text
from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request, item_not_found
from m365sandbox.graph.event_view import preference_applied
from m365sandbox.graph.identifiers import item_id
from m365sandbox.graph.message_input import attachments, check_mailbox
from m365sandbox.graph.message_view import message_id
from m365sandbox.graph.messages import named_item
from m365sandbox.graph.odata import apply, chosen
from m365sandbox.graph.parameters import action_parameters
from m365sandbox.graph.shapes import read_object
from m365sandbox.mailboxes.model import Attachment
from m365sandbox.mailboxes.uploads import LIFE, Upload

if TYPE_CHECKING:
    from m365sandbox.mailboxes.model import Item
    from m365sandbox.world import World

UPLOADS: Final = "/api/v2.0"
"""Where pieces of files go, beside Graph: the service has another host for them."""

_PAGE: Final = 10
_TYPE: Final = "microsoft.graph.fileAttachment"
_LEAST: Final = 3_000_000
_MOST: Final = 150_000_000


def list_attachments(call: Call) -> Answer:
    """Answer the files of a message."""
    item = named_item(call)
    files = call.world.mailboxes.letter(item).attachments
    page = apply(call.query, [_view(call, item, number) for number in range(len(files))], _PAGE)
    shown = [chosen(call.query, one, _TYPE) for one in page.items]
    path = f"users('{call.person.oid}')/messages('{call.parameters['message-id']}')/attachments"
    answer = call.collection(path, page, shown)
    return Answer(200, answer.body, preference_applied(call))


def get_attachment(call: Call) -> Answer:
    """Answer one file of a message."""
    item = named_item(call)
    key, _, number = call.item_key("attachment-id").partition("_")
    files = call.world.mailboxes.letter(item).attachments
    if key != item.item_id or not 0 < int(number or 0) <= len(files):
        raise item_not_found()
    return _shown(call, item, int(number) - 1, 200)


def add_attachment(call: Call) -> Answer:
    """Add a small file to a draft."""
    item = _own_draft(call)
    given = read_object(call.json_object(), "attachment")
    (file,) = attachments({"attachments": [given]})
    check_mailbox(call)
    number = attach(call.world, item, file)
    return _shown(call, item, number, 201)


def attach(world: World, item: Item, file: Attachment) -> int:
    """Add a file to a draft and return its place."""
    letter = world.mailboxes.letter(item)
    letter.attachments.append(file)
    world.mailboxes.touch(item)
    return len(letter.attachments) - 1


def attachment_id(owner: str, item: Item, number: int) -> str:
    """Return the id of the file at a place of a message; `owner` is whose mailbox it is in."""
    return item_id(owner, f"{item.item_id}_{number + 1}", immutable=True)


def create_upload_session(call: Call) -> Answer:
    """Expect a large file for a draft.

    https://learn.microsoft.com/graph/api/attachment-createuploadsession
    """
    item = _own_draft(call)
    given = action_parameters(call.json_object(), ("attachmentItem",)).get("attachmentItem")
    described = read_object(given, "attachmentItem")
    size = cast("int | None", described.get("size"))
    if described.get("attachmentType") != "file" or not described.get("name") or size is None:
        text = "An upload needs the type 'file', a name and a size."
        raise bad_request(text, "ErrorInvalidRequest")
    if size < _LEAST:
        text = "The attachment size is less than the minimum size for an upload session."
        raise bad_request(text, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
    if size > _MOST:
        text = "The message exceeds the maximum supported size."
        raise GraphError(413, "ErrorMessageSizeExceeded", text)
    check_mailbox(call)
    file = Attachment(
        name=str(described["name"]),
        content_type=str(described.get("contentType") or "application/octet-stream"),
        content_base64="",
        is_inline=described.get("isInline") is True,
        content_id=cast("str | None", described.get("contentId")),
    )
    expires = call.world.now() + LIFE
    upload = Upload(item.mailbox, item.item_id, file, size, expires)
    call.world.mailboxes.uploads.begin(upload)
    body: JsonObject = {
        "@odata.context": call.context("microsoft.graph.uploadSession"),
        "uploadUrl": _address(call, item, upload),
        "expirationDateTime": instant_text(upload.expires),
        "nextExpectedRanges": ["0-"],
    }
    return Answer(201, body)


def _address(call: Call, item: Item, upload: Upload) -> str:
    """Return where the pieces go: another host than Graph's, so that no client sends its token."""
    base = urlsplit(call.base)
    host, port = base.hostname or "", f":{base.port}" if base.port else ""
    other = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(host)
    netloc = base.netloc if other is None else f"{other}{port}"
    owner = f"Users('{call.person.oid}@{call.person.tenant_id}')"
    place = f"Messages('{message_id(call, item)}')/AttachmentSessions('{upload.upload_id}')"
    return f"{base.scheme}://{netloc}{UPLOADS}/{owner}/{place}?authtoken={upload.token}"


def _own_draft(call: Call) -> Item:
    item = named_item(call)
    if not item.is_draft:
        text = "Update operation is invalid for property of a sent message."
        raise bad_request(text, "ErrorInvalidPropertyUpdateSentMessage")
    return item


def _shown(call: Call, item: Item, number: int, status: int) -> Answer:
    path = f"users('{call.person.oid}')/messages('{call.parameters['message-id']}')"
    view = chosen(call.query, _view(call, item, number), _TYPE)
    body = {"@odata.context": call.context(f"{path}/attachments/$entity"), **view}
    return Answer(status, body, preference_applied(call))


def _view(call: Call, item: Item, number: int) -> JsonObject:
    file = call.world.mailboxes.letter(item).attachments[number]
    return {
        "@odata.type": f"#{_TYPE}",
        "@odata.mediaContentType": file.content_type,
        "id": attachment_id(call.person.oid, item, number),
        "lastModifiedDateTime": instant_text(item.modified or item.received),
        "name": file.name,
        "contentType": file.content_type,
        "size": file.size,
        "isInline": file.is_inline,
        "contentId": file.content_id,
        "contentLocation": None,
        "contentBytes": file.content_base64,
    }
