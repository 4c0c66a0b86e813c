"""Reads the body of a send request: https://learn.microsoft.com/rest/api/communication/email/send."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.acs.errors import AcsError, malformed
from m365sandbox.errors import GraphError
from m365sandbox.graph.call import parse_json_object
from m365sandbox.graph.message_input import is_address
from m365sandbox.mailboxes.model import Address, Attachment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from m365sandbox.acs.model import EmailResource

JsonObject = dict[str, object]
# Content ids of attachments came with this version.
CONTENT_ID_SINCE: Final = "2025-09-01"


@dataclass
class EmailMessage:
    """What somebody wants to send."""

    sender: str
    subject: str
    html: str | None
    text: str | None
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    reply_to: list[Address]
    attachments: list[Attachment]
    headers: list[tuple[str, str]] = field(default_factory=list)

    def everybody(self) -> list[str]:
        """Return each recipient once, lower case, in the order given."""
        people = (*self.to, *self.cc, *self.bcc)
        return list(dict.fromkeys(one.address.lower() for one in people))


def read_message(body: bytes, api_version: str) -> EmailMessage:
    """Return the message a body describes.

    Raises:
        AcsError: 400, naming the member that is missing or wrong.
    """
    try:
        message = parse_json_object(body)
    except GraphError:
        raise malformed("The request body is not a JSON object.", "request body") from None
    content = _object(message.get("content"), "content")
    recipients = _object(message.get("recipients"), "recipients")
    html, text = (_optional_text(content, name, "content") for name in ("html", "plainText"))
    if not html and not text:
        raise malformed("The message needs content in html or plainText.", "content")
    to = _addresses(recipients, "to", "recipients.to")
    if not to:
        raise malformed("The message needs at least one recipient.", "recipients.to")
    return EmailMessage(
        sender=_text(message, "senderAddress", "senderAddress"),
        subject=_text(content, "subject", "content.subject"),
        html=html,
        text=text,
        to=to,
        cc=_addresses(recipients, "cc", "recipients.cc"),
        bcc=_addresses(recipients, "bcc", "recipients.bcc"),
        reply_to=_addresses(message, "replyTo", "replyTo"),
        attachments=_attachments(message, api_version),
        headers=_headers(message),
    )


def check_sender(resource: EmailResource, sender: str) -> str:
    """Return the display name of a sender the resource knows.

    Raises:
        AcsError: 400 or 404 in the service's words.
    """
    if not is_address(sender):
        raise invalid_address("senderAddress")
    if not resource.is_linked(sender):
        text = "The specified sender domain has not been linked."
        raise AcsError(404, "DomainNotLinked", text, target="senderAddress")
    if sender.lower() not in resource.senders:
        name = sender.partition("@")[0]
        text = (
            f"Invalid email sender username: '{name}'. Please use a username from the list of "
            "valid usernames configured by your admin."
        )
        raise AcsError(400, "InvalidSenderUserName", text, target="senderAddress")
    return resource.senders[sender.lower()]


def invalid_address(target: str) -> AcsError:
    """Return the refusal of a malformed address."""
    return AcsError(400, "InvalidEmailAddress", "Invalid format for email address", target=target)


def _object(value: object, name: str) -> JsonObject:
    if not isinstance(value, dict):
        raise malformed(f"The {name} is missing or not an object.", name)
    return cast("JsonObject", value)


def _text(given: Mapping[str, object], member: str, target: str) -> str:
    value = given.get(member)
    if not isinstance(value, str) or not value:
        raise malformed(f"The member {target} is missing or not a text.", target)
    return value


def _optional_text(given: Mapping[str, object], member: str, above: str) -> str | None:
    if given.get(member) is None:
        return None
    value = given[member]
    if not isinstance(value, str):
        raise malformed(f"The member {above}.{member} is not a text.", f"{above}.{member}")
    return value


def _list(given: Mapping[str, object], member: str, target: str) -> list[JsonObject]:
    found = given.get(member)
    if found is None:
        return []
    if not isinstance(found, list):
        raise malformed(f"The member {target} is not a list.", target)
    return [_object(one, f"{target}[{number}]") for number, one in enumerate(found)]


def _addresses(given: Mapping[str, object], member: str, target: str) -> list[Address]:
    result: list[Address] = []
    for number, one in enumerate(_list(given, member, target)):
        place = f"{target}[{number}]"
        address = _text(one, "address", f"{place}.address").strip()
        if not is_address(address):
            raise invalid_address(f"{place}.address")
        result.append(Address(address, _optional_text(one, "displayName", place) or ""))
    return result


def _attachments(message: Mapping[str, object], api_version: str) -> list[Attachment]:
    result: list[Attachment] = []
    for number, one in enumerate(_list(message, "attachments", "attachments")):
        place = f"attachments[{number}]"
        content = _text(one, "contentInBase64", f"{place}.contentInBase64")
        try:
            base64.b64decode(content, validate=True)
        except binascii.Error:
            target = f"{place}.contentInBase64"
            raise malformed("The attachment's content is not valid base64.", target) from None
        identity = _optional_text(one, "contentId", place)
        if api_version < CONTENT_ID_SINCE:
            identity = None
        result.append(
            Attachment(
                name=_text(one, "name", f"{place}.name"),
                content_type=_text(one, "contentType", f"{place}.contentType"),
                content_base64=content,
                is_inline=identity is not None,
                content_id=identity,
            )
        )
    return result


def _headers(message: Mapping[str, object]) -> list[tuple[str, str]]:
    if message.get("headers") is None:
        return []
    given = _object(message["headers"], "headers")
    return [(name, _text(given, name, f"headers.{name}")) for name in given]
