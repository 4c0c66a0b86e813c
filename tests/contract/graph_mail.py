"""Messages, folders, files and upload sessions, described by hand after Microsoft's own pages.

The members and their types are those of the resource pages named beside each schema; what a page
leaves open is marked "assumed" on the parity page.
"""

from typing import Any

NOTHING: dict[str, Any] = {"type": "null"}
TEXT: dict[str, Any] = {"type": "string"}
TEXT_OR_NONE: dict[str, Any] = {"type": ["string", "null"]}
FLAG: dict[str, Any] = {"type": "boolean"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
MOMENT: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}


def closed(members: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return the schema of an object that has these members and no others."""
    return {
        "type": "object",
        "properties": members,
        "required": list(required),
        "additionalProperties": False,
    }


def many(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a collection: https://learn.microsoft.com/graph/paging."""
    return closed(
        {
            "@odata.context": TEXT,
            "@odata.count": COUNT,
            "@odata.nextLink": TEXT,
            "value": {"type": "array", "items": schema},
        },
        "@odata.context",
        "value",
    )


def one(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a resource as the whole of an answer."""
    members = {"@odata.context": TEXT, **schema["properties"]}
    return closed(members, "@odata.context", *schema["required"])


# https://learn.microsoft.com/graph/api/resources/recipient
_RECIPIENT = closed({"emailAddress": closed({"name": TEXT, "address": TEXT})}, "emailAddress")
_RECIPIENTS: dict[str, Any] = {"type": "array", "items": _RECIPIENT}
_PAIRS: dict[str, Any] = {
    "type": "array",
    "items": closed({"name": TEXT, "value": TEXT}, "name", "value"),
}
# https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty : the service
# spells an id with small letters and without leading zeros, however it was asked for.
_PROPERTY_ID = r"^\w+ (0x([1-9a-f][0-9a-f]{0,3}|0)|\{[0-9a-f-]{36}\} (Name|Id) \S.*)$"
_PROPERTIES: dict[str, Any] = {
    "type": "array",
    "items": closed(
        {"id": {"type": "string", "pattern": _PROPERTY_ID}, "value": TEXT}, "id", "value"
    ),
}

# https://learn.microsoft.com/graph/api/resources/message
MESSAGE = closed(
    {
        "@odata.etag": TEXT,
        "@odata.type": {"pattern": r"^#microsoft\.graph\.eventMessage(Request|Response)?$"},
        "id": TEXT,
        "createdDateTime": MOMENT,
        "lastModifiedDateTime": MOMENT,
        "changeKey": TEXT,
        "categories": TEXTS,
        "receivedDateTime": MOMENT,
        "sentDateTime": MOMENT,
        "hasAttachments": FLAG,
        "internetMessageId": TEXT,
        "internetMessageHeaders": _PAIRS,
        "subject": TEXT,
        "bodyPreview": {"type": "string", "maxLength": 255},
        "importance": {"enum": ["low", "normal", "high"]},
        "parentFolderId": TEXT,
        "conversationId": TEXT,
        "conversationIndex": TEXT,
        "isDeliveryReceiptRequested": FLAG,
        "isReadReceiptRequested": FLAG,
        "isRead": FLAG,
        "isDraft": FLAG,
        "webLink": TEXT,
        "inferenceClassification": {"enum": ["focused", "other"]},
        "body": closed({"contentType": {"enum": ["text", "html"]}, "content": TEXT}, "content"),
        "sender": _RECIPIENT,
        "from": _RECIPIENT,
        "toRecipients": _RECIPIENTS,
        "ccRecipients": _RECIPIENTS,
        "bccRecipients": _RECIPIENTS,
        "replyTo": _RECIPIENTS,
        "flag": closed({"flagStatus": {"enum": ["notFlagged", "complete", "flagged"]}}),
        "singleValueExtendedProperties": _PROPERTIES,
    },
    "id",
    "@odata.etag",
)
# https://learn.microsoft.com/graph/api/resources/mailfolder
FOLDER = closed(
    {
        "id": TEXT,
        "displayName": TEXT,
        "parentFolderId": TEXT,
        "childFolderCount": COUNT,
        "unreadItemCount": COUNT,
        "totalItemCount": COUNT,
        "sizeInBytes": COUNT,
        "isHidden": FLAG,
    },
    "id",
)
# https://learn.microsoft.com/graph/api/resources/fileattachment
ATTACHMENT = closed(
    {
        "@odata.type": {"const": "#microsoft.graph.fileAttachment"},
        "@odata.mediaContentType": TEXT,
        "id": TEXT,
        "lastModifiedDateTime": MOMENT,
        "name": TEXT,
        "contentType": TEXT,
        "size": COUNT,
        "isInline": FLAG,
        "contentId": TEXT_OR_NONE,
        "contentLocation": TEXT_OR_NONE,
        "contentBytes": {"type": "string", "pattern": r"^[A-Za-z0-9+/]*={0,2}$"},
    },
    "id",
    "@odata.type",
)
# https://learn.microsoft.com/graph/api/resources/uploadsession
UPLOAD_SESSION = closed(
    {"uploadUrl": TEXT, "expirationDateTime": MOMENT, "nextExpectedRanges": TEXTS},
    "uploadUrl",
    "expirationDateTime",
    "nextExpectedRanges",
)

_PERSON = r"/(me|users/[^/]+)"
_MESSAGE = rf"{_PERSON}/messages/[^/]+"
_FILES = rf"{_MESSAGE}/attachments"
_FOLDER = rf"{_PERSON}/mailFolders/[^/]+"
_ACTION = r"(microsoft\.graph\.)?"

MAIL: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    # https://learn.microsoft.com/graph/api/user-list-messages, and of one folder.
    ("GET", rf"{_PERSON}/messages", 200, many(MESSAGE)),
    ("GET", rf"{_FOLDER}/messages", 200, many(MESSAGE)),
    # https://learn.microsoft.com/graph/api/user-post-messages
    ("POST", rf"{_PERSON}/messages", 201, one(MESSAGE)),
    # https://learn.microsoft.com/graph/api/message-get, message-update, message-delete
    ("GET", _MESSAGE, 200, one(MESSAGE)),
    ("PATCH", _MESSAGE, 200, one(MESSAGE)),
    ("DELETE", _MESSAGE, 204, NOTHING),
    # https://learn.microsoft.com/graph/api/message-send : 202 without a body.
    ("POST", rf"{_MESSAGE}/{_ACTION}send", 202, NOTHING),
    # https://learn.microsoft.com/graph/api/message-move
    ("POST", rf"{_MESSAGE}/{_ACTION}move", 201, one(MESSAGE)),
    # https://learn.microsoft.com/graph/api/user-list-mailfolders, mailfolder-get
    ("GET", rf"{_PERSON}/mailFolders", 200, many(FOLDER)),
    ("GET", _FOLDER, 200, one(FOLDER)),
    # https://learn.microsoft.com/graph/api/message-list-attachments, message-post-attachments
    ("GET", _FILES, 200, many(ATTACHMENT)),
    ("POST", _FILES, 201, one(ATTACHMENT)),
    # https://learn.microsoft.com/graph/api/attachment-get
    ("GET", rf"{_FILES}/[^/]+", 200, one(ATTACHMENT)),
    # https://learn.microsoft.com/graph/api/attachment-createuploadsession
    ("POST", rf"{_FILES}/{_ACTION}createUploadSession", 201, one(UPLOAD_SESSION)),
)

# https://learn.microsoft.com/graph/outlook-large-attachments : the answers at the other host, whose
# members are in Pascal case; the last piece is answered without a body and with a Location.
PIECE_TAKEN = closed(
    {"@odata.context": TEXT, "ExpirationDateTime": MOMENT, "NextExpectedRanges": TEXTS},
    "ExpirationDateTime",
    "NextExpectedRanges",
)
