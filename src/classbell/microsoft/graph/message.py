"""A mail in Graph's shape: https://learn.microsoft.com/en-us/graph/api/resources/message."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from classbell.ports.mail import Address, Attachment, Mail

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes of the largest request that Graph takes: https://learn.microsoft.com/en-us/graph/api/user-sendmail"""

LARGE_FILE = 3_000_000
"""Bytes from which a file goes by upload session and not within a request.

https://learn.microsoft.com/en-us/graph/outlook-large-attachments
"""

LIST_UNSUBSCRIBE = "String 0x1045"
"""Property that Exchange writes as the header List-Unsubscribe, which ``internetMessageHeaders``
refuses; for List-Unsubscribe-Post there is none.

https://learn.microsoft.com/en-us/office/client-developer/outlook/mapi/pidtaglistunsubscribe-canonical-property
"""

_ROOM = 4_000_000
_BESIDE_A_FILE = 1_000


def message(mail: Mail, files: Sequence[Attachment]) -> dict[str, object]:
    """Return the mail in Graph's shape. Graph takes one body: HTML where there is one.

    Args:
        mail: what to send.
        files: those of its files that travel within the request.
    """
    shaped: dict[str, object] = {
        "subject": mail.subject,
        "body": {
            "contentType": "HTML" if mail.html else "Text",
            "content": mail.html or mail.text,
        },
        "toRecipients": [recipient(address) for address in mail.to],
        "ccRecipients": [recipient(address) for address in mail.cc],
        "bccRecipients": [recipient(address) for address in mail.bcc],
    }
    if mail.reply_to:
        shaped["replyTo"] = [recipient(address) for address in mail.reply_to]
    if mail.headers:
        shaped["internetMessageHeaders"] = [
            {"name": name, "value": value} for name, value in mail.headers
        ]
    if properties := own_properties(mail):
        shaped["singleValueExtendedProperties"] = properties
    if files:
        shaped["attachments"] = [file_attachment(file) for file in files]
    return shaped


def own_properties(mail: Mail) -> list[dict[str, str]]:
    """Return what of a mail Graph takes as extended properties only."""
    if mail.unsubscribe is None:
        return []
    return [{"id": LIST_UNSUBSCRIBE, "value": f"<{mail.unsubscribe.address}>"}]


def recipient(address: Address) -> dict[str, object]:
    """Return a person in Graph's shape; without a name Graph shows the address."""
    entry = {"address": address.address}
    if address.name:
        entry["name"] = address.name
    return {"emailAddress": entry}


def file_attachment(attachment: Attachment) -> dict[str, object]:
    """Return a file in Graph's shape.

    https://learn.microsoft.com/en-us/graph/api/resources/fileattachment
    """
    shaped: dict[str, object] = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": attachment.name,
        "contentType": attachment.content_type,
        "contentBytes": base64.b64encode(attachment.content).decode("ascii"),
    }
    if attachment.content_id:
        shaped |= {"isInline": True, "contentId": attachment.content_id}
    return shaped


def size_of(request: object) -> int:
    """Return how many bytes a request takes on the wire."""
    return len(json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode())


def sorted_files(mail: Mail) -> tuple[list[Attachment], list[Attachment]]:
    """Return the files that fit into the request that makes a mail's draft, and the others."""
    room = _ROOM - size_of(message(mail, ()))
    within: list[Attachment] = []
    alone: list[Attachment] = []
    for file in mail.attachments:
        encoded = len(file.content) * 4 // 3 + _BESIDE_A_FILE
        if len(file.content) < LARGE_FILE and encoded <= room:
            within.append(file)
            room -= encoded
        else:
            alone.append(file)
    return within, alone
