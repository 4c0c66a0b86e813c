"""sendMail in its JSON and its MIME form: https://learn.microsoft.com/graph/api/user-sendmail."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request, unreadable
from m365sandbox.graph.parameters import action_parameters, optional_boolean
from m365sandbox.graph.shapes import read_object
from m365sandbox.mailboxes.mime import MalformedMessageError, letter_from_mime
from m365sandbox.mailboxes.model import Address, Attachment, Letter

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS: Final = re.compile(r"[^\s@<>(),;:\"\[\]]+@[^\s@<>(),;:\"\[\]]+\.?[^\s@<>(),;:\"\[\]]*")
_MOST_HEADERS: Final = 5
_LONGEST_HEADERS: Final = 256 * 1024
# RFC 5322, section 3.6.8: printable ASCII without the colon. A line break would begin a new header.
_HEADER_NAME: Final = re.compile(r"[!-9;-~]+")
_BREAK: Final = re.compile(r"[\r\n\x00]")
_LIST_UNSUBSCRIBE: Final = "string 0x1045"
_KINDS: Final = ("toRecipients", "ccRecipients", "bccRecipients")


def send(call: Call) -> Answer:
    """Take a message for sending and answer 202; what fails later comes back as a report."""
    letter = _from_mime(call) if call.content_type() == "text/plain" else _from_json(call)
    call.world.mailboxes.transport.submit(letter)
    return Answer(202)


def is_address(text: str) -> bool:
    """Say whether a text has the form of an SMTP address."""
    return _ADDRESS.fullmatch(text) is not None


def _from_json(call: Call) -> Letter:
    given = action_parameters(call.json_object(), ("message", "saveToSentItems"))
    if given.get("message") is None:
        raise bad_request("The parameter 'Message' is missing.", "ErrorInvalidParameter")
    message = read_object(given["message"], "message")
    save = optional_boolean(given.get("saveToSentItems"), otherwise=True)
    people = {
        kind: recipients(cast("list[JsonObject]", message.get(kind) or [])) for kind in _KINDS
    }
    everybody = [one.address for kind in _KINDS for one in people[kind]]
    if not everybody:
        raise _no_recipient()
    _check_author(call, message)
    body = cast("JsonObject", message.get("body") or {})
    content = str(body.get("content") or "")
    is_html = body.get("contentType") == "html"
    return Letter(
        sender=_own_address(call),
        recipients=everybody,
        subject=str(message.get("subject") or ""),
        sent=call.world.now(),
        route="graph",
        html=content if is_html else None,
        text=None if is_html else content,
        to=people["toRecipients"],
        cc=people["ccRecipients"],
        reply_to=recipients(cast("list[JsonObject]", message.get("replyTo") or [])),
        headers=_headers(message),
        attachments=attachments(message),
        importance=str(message.get("importance") or "normal"),
        internet_message_id=str(message.get("internetMessageId") or ""),
        save_to_sent=save,
    )


def _from_mime(call: Call) -> Letter:
    try:
        content = base64.b64decode(b"".join(call.body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise GraphError(
            400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
        ) from None
    try:
        letter = letter_from_mime(content, sent=call.world.now(), route="graph")
    except MalformedMessageError:
        raise GraphError(400, "ErrorMimeContentInvalid", "The MIME content is invalid.") from None
    author = letter.sender.address
    if author and not _is_own(call, author):
        raise _send_as_denied()
    if not letter.recipients:
        raise _no_recipient()
    if not all(is_address(one) for one in letter.recipients):
        raise _invalid_recipient()
    letter.sender, letter.from_address, letter.save_to_sent = _own_address(call), None, True
    return letter


def recipients(given: Iterable[JsonObject]) -> list[Address]:
    """Return recipients as addresses.

    Raises:
        GraphError: 400 ErrorInvalidRecipients when one has no address or a malformed one.
    """
    result: list[Address] = []
    for one in given:
        pair = cast("JsonObject", one.get("emailAddress") or {})
        address = str(pair.get("address") or "").strip()
        if not is_address(address):
            raise _invalid_recipient()
        result.append(Address(address, str(pair.get("name") or "")))
    return result


def attachments(item: JsonObject) -> list[Attachment]:
    """Return the files that travel with a message or an event.

    Raises:
        GraphError: 400 when a file's content is missing or not base64, or when it is no file.
    """
    result: list[Attachment] = []
    for given in cast("list[JsonObject]", item.get("attachments") or []):
        kind = str(given.get("@odata.type", "")).lstrip("#")
        if kind not in {
            "microsoft.graph.fileAttachment",
            "Microsoft.OutlookServices.FileAttachment",
        }:
            raise unreadable(f"An attachment of the type '{kind[:80]}' is not supported.")
        content = str(given.get("contentBytes") or "")
        try:
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            text = "Cannot convert the value of 'contentBytes' to the expected type 'Edm.Binary'."
            raise unreadable(text) from None
        if not given.get("name"):
            raise GraphError(400, "ErrorInvalidRequest", "The attachment needs a name.")
        result.append(
            Attachment(
                name=str(given["name"]),
                content_type=str(given.get("contentType") or "application/octet-stream"),
                content_base64=content,
                is_inline=given.get("isInline") is True,
                content_id=cast("str | None", given.get("contentId")),
            )
        )
    return result


def _headers(message: JsonObject) -> list[tuple[str, str]]:
    """Return the message's own headers; only names that begin with x- may be set."""
    given = cast("list[JsonObject]", message.get("internetMessageHeaders") or [])
    result: list[tuple[str, str]] = []
    for one in given:
        name, value = str(one.get("name") or ""), str(one.get("value") or "")
        if not name.lower().startswith("x-"):
            text = f"The internet message header name '{name[:80]}' should start with 'x-' or 'X-'."
            raise GraphError(400, "InvalidInternetMessageHeader", text)
        if _HEADER_NAME.fullmatch(name) is None or _BREAK.search(value):
            text = f"The internet message header '{name[:80]}' cannot stand in a message."
            raise GraphError(400, "InvalidInternetMessageHeader", text)
        result.append((name, value))
    if len(result) > _MOST_HEADERS:
        text = "Maximum number of headers in one message should be less than or equal to 5."
        raise GraphError(400, "InvalidInternetMessageHeaderCollection", text)
    if sum(len(f"{name}: {value}\r\n".encode()) for name, value in result) > _LONGEST_HEADERS:
        text = "The internet message headers are larger than 256 KB."
        raise GraphError(400, "InvalidInternetMessageHeaderCollection", text)
    extended = cast("list[JsonObject]", message.get("singleValueExtendedProperties") or [])
    result.extend(
        ("List-Unsubscribe", str(one.get("value") or ""))
        for one in extended
        if str(one.get("id")).lower() == _LIST_UNSUBSCRIBE
    )
    return result


def _check_author(call: Call, message: JsonObject) -> None:
    """Refuse a From or Sender that is another mailbox: nobody has been given that right here."""
    for member in ("from", "sender"):
        given = cast("JsonObject | None", message.get(member))
        pair = cast("JsonObject", (given or {}).get("emailAddress") or {})
        address = pair.get("address")
        if address and not _is_own(call, str(address)):
            raise _send_as_denied()


def _is_own(call: Call, address: str) -> bool:
    return address.lower() in {call.person.address.lower(), call.person.upn.lower()}


def _own_address(call: Call) -> Address:
    return Address(call.person.address, call.person.display_name)


def _send_as_denied() -> GraphError:
    return GraphError(
        403,
        "ErrorSendAsDenied",
        "The user account which was used to submit this request does not have the right to send "
        "mail on behalf of the specified sending account.",
    )


def _no_recipient() -> GraphError:
    text = (
        "At least one recipient isn't valid., A message can't be sent because it contains no "
        "recipients."
    )
    return GraphError(400, "ErrorInvalidRecipients", text)


def _invalid_recipient() -> GraphError:
    return GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
