"""Reads the messages clients send, and holds them to the rules of mail."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.errors import GraphError
from m365sandbox.graph.errors import unreadable
from m365sandbox.graph.extended import read_extended
from m365sandbox.mailboxes.model import Address, Attachment, Letter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from m365sandbox.graph.call import Call, JsonObject

PEOPLE: Final = {"toRecipients": "to", "ccRecipients": "cc", "bccRecipients": "bcc"}
_ADDRESS: Final = re.compile(r"[^\s@<>(),;:\"\[\]]+@[^\s@<>(),;:\"\[\]]+\.?[^\s@<>(),;:\"\[\]]*")
_MOST_HEADERS: Final = 5
_LONGEST_HEADERS: Final = 256 * 1024
# RFC 5322, section 3.6.8: printable ASCII without the colon. A line break would begin a new header.
_HEADER_NAME: Final = re.compile(r"[!-9;-~]+")
_BREAK: Final = re.compile(r"[\r\n\x00]")
_LIST_UNSUBSCRIBE: Final = "String 0x1045"


def new_letter(call: Call, message: JsonObject) -> Letter:
    """Return the letter a message is, be it for sending or for the drafts.

    Whether everybody it is for has a usable address is looked at when it is sent.

    Raises:
        GraphError: 400 or 403 when it breaks a rule.
    """
    check_author(call, message)
    letter = Letter(
        sender=own_address(call),
        recipients=[],
        subject="",
        sent=call.world.now(),
        route="graph",
        html="",
        headers=_headers(message),
        attachments=attachments(message),
        internet_message_id=str(message.get("internetMessageId") or ""),
    )
    write(letter, message)
    listed = letter.extended.get(_LIST_UNSUBSCRIBE)
    if listed is not None:
        letter.headers.append(("List-Unsubscribe", listed))
    return letter


def write(letter: Letter, message: JsonObject) -> None:
    """Write what a message says into a letter; members it does not name stay as they are.

    Raises:
        GraphError: 400 when it breaks a rule.
    """
    changes: JsonObject = {}
    if "subject" in message:
        changes["subject"] = str(message["subject"] or "")
    if "body" in message:
        body = cast("JsonObject", message["body"] or {})
        content = str(body.get("content") or "")
        is_html = body.get("contentType") == "html"
        changes |= {"html": content if is_html else None, "text": None if is_html else content}
    for member, name in PEOPLE.items():
        if member in message:
            changes[name] = addressed(cast("list[JsonObject]", message[member] or []))
    if "replyTo" in message:
        changes["reply_to"] = recipients(cast("list[JsonObject]", message["replyTo"] or []))
    if "importance" in message:
        changes["importance"] = str(message["importance"] or "normal")
    changes["extended"] = letter.extended | read_extended(message)
    # All of it was held to the rules by now, so that a refused change changes nothing.
    for name, value in changes.items():
        setattr(letter, name, value)


def addressed(given: Iterable[JsonObject]) -> list[Address]:
    """Return recipients as addresses, as they were written."""
    pairs = (cast("JsonObject", one.get("emailAddress") or {}) for one in given)
    return [
        Address(str(pair.get("address") or "").strip(), str(pair.get("name") or ""))
        for pair in pairs
    ]


def recipients(given: Iterable[JsonObject]) -> list[Address]:
    """Return recipients as addresses.

    Raises:
        GraphError: 400 ErrorInvalidRecipients when one has no address or a malformed one.
    """
    result = addressed(given)
    if not all(is_address(one.address) for one in result):
        raise invalid_recipient()
    return result


def everybody(letter: Letter) -> list[str]:
    """Return the addresses a letter is for.

    Raises:
        GraphError: 400 ErrorInvalidRecipients when there is none, or a malformed one.
    """
    found = [one.address for one in (*letter.to, *letter.cc, *letter.bcc)]
    if not found:
        raise no_recipient()
    if not all(is_address(one) for one in found):
        raise invalid_recipient()
    return found


def is_address(text: str) -> bool:
    """Say whether a text has the form of an SMTP address."""
    return _ADDRESS.fullmatch(text) is not None


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
    return result


def check_author(call: Call, message: JsonObject) -> None:
    """Refuse a From or Sender that is another mailbox: nobody has been given that right here.

    Raises:
        GraphError: 403 ErrorSendAsDenied.
    """
    for member in ("from", "sender"):
        given = cast("JsonObject | None", message.get(member))
        pair = cast("JsonObject", (given or {}).get("emailAddress") or {})
        address = pair.get("address")
        if address and not is_own(call, str(address)):
            raise send_as_denied()


def is_own(call: Call, address: str) -> bool:
    """Say whether an address is that of the mailbox asked about."""
    return address.lower() in {call.person.address.lower(), call.person.upn.lower()}


def own_address(call: Call) -> Address:
    """Return the address and name of the mailbox asked about."""
    return Address(call.person.address, call.person.display_name)


def check_mailbox(call: Call, letter: Letter | None = None) -> None:
    """Refuse to save in a mailbox that is full, and a letter that is too large for the service.

    Raises:
        GraphError: 403 ErrorQuotaExceeded or 413 ErrorMessageSizeExceeded.
    """
    mailboxes = call.world.mailboxes
    if mailboxes.is_full(call.person.address):
        text = "The mailbox has exceeded its quota; the message cannot be saved or sent."
        raise GraphError(403, "ErrorQuotaExceeded", text)
    if letter is not None and letter.size > mailboxes.limits.message_bytes:
        text = "The message exceeds the maximum supported size."
        raise GraphError(413, "ErrorMessageSizeExceeded", text)


def send_as_denied() -> GraphError:
    """Return the refusal to send in somebody else's name (403)."""
    return GraphError(
        403,
        "ErrorSendAsDenied",
        "The user account which was used to submit this request does not have the right to send "
        "mail on behalf of the specified sending account.",
    )


def no_recipient() -> GraphError:
    """Return the refusal of a message for nobody (400)."""
    text = (
        "At least one recipient isn't valid., A message can't be sent because it contains no "
        "recipients."
    )
    return GraphError(400, "ErrorInvalidRecipients", text)


def invalid_recipient() -> GraphError:
    """Return the refusal of an address that is none (400)."""
    return GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
