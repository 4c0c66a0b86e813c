"""Reads RFC 5322 messages into letters, for mail that comes by SMTP or in Graph's MIME form."""

from __future__ import annotations

import base64
from email import policy
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from typing import TYPE_CHECKING, Final

from m365sandbox.mailboxes.model import Address, Attachment, Letter, Route

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage

# These headers become members of the letter, so they are not repeated among its headers.
_TAKEN: Final = frozenset(
    {"subject", "from", "sender", "to", "cc", "bcc", "reply-to", "message-id", "mime-version"}
    | {"content-type", "content-transfer-encoding", "content-disposition", "date", "importance"}
)


class MalformedMessageError(ValueError):
    """Bytes are no message that can be read."""


def letter_from_mime(
    content: bytes,
    *,
    sent: datetime,
    route: Route,
    sender: str | None = None,
    recipients: list[str] | None = None,
) -> Letter:
    """Return the letter a message stands for.

    Args:
        content: The whole message as it came over the wire.
        sent: The sandbox's time.
        route: How the message came.
        sender: The envelope's sender; without one the From line counts.
        recipients: The envelope's recipients; without them To, Cc and Bcc count.

    Raises:
        MalformedMessageError: The bytes cannot be read as a message.
    """
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        return _letter(message, sent, route, sender, recipients)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError) as error:
        # The standard library's header parser answers garbage with any of these.
        raise MalformedMessageError(str(error)) from error


def addresses(message: EmailMessage, name: str) -> list[Address]:
    """Return the addresses of one header, all occurrences together."""
    values = [str(value) for value in message.get_all(name, [])]
    return [Address(address, shown) for shown, address in getaddresses(values) if "@" in address]


def _letter(
    message: EmailMessage,
    sent: datetime,
    route: Route,
    sender: str | None,
    recipients: list[str] | None,
) -> Letter:
    shown, address = parseaddr(str(message.get("From", "")))
    author = Address(address, shown)
    to, cc, bcc = (addresses(message, name) for name in ("To", "Cc", "Bcc"))
    everybody = [one.address for one in (*to, *cc, *bcc)]
    markup, text, attachments = _parts(message)
    return Letter(
        sender=author if sender is None else Address(sender, shown if sender == address else ""),
        from_address=author if author.address else None,
        recipients=everybody if recipients is None else recipients,
        subject=str(message.get("Subject", "")),
        sent=sent,
        route=route,
        html=markup,
        text=text,
        to=to,
        cc=cc,
        reply_to=addresses(message, "Reply-To"),
        headers=[
            (name, str(value)) for name, value in message.items() if name.lower() not in _TAKEN
        ],
        attachments=attachments,
        importance=_importance(message),
        internet_message_id=str(message.get("Message-ID", "")).strip(),
    )


def _importance(message: EmailMessage) -> str:
    given = str(message.get("Importance", "normal")).strip().lower()
    return given if given in {"low", "normal", "high"} else "normal"


def _parts(message: EmailMessage) -> tuple[str | None, str | None, list[Attachment]]:
    """Return the HTML body, the text body and everything else as attachments."""
    markup: str | None = None
    text: str | None = None
    attachments: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or part.get_filename() is not None
        if kind == "text/html" and not attached and markup is None:
            markup = _decoded(part)
        elif kind == "text/plain" and not attached and text is None:
            text = _decoded(part)
        else:
            attachments.append(_attachment(part))
    return markup, text, attachments


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _attachment(part: EmailMessage) -> Attachment:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    kind = part.get_content_type()
    otherwise = "invite.ics" if kind == "text/calendar" else "attachment"
    content_id = part.get("Content-ID")
    return Attachment(
        name=part.get_filename() or otherwise,
        content_type=kind,
        content_base64=base64.b64encode(raw).decode(),
        is_inline=part.get_content_disposition() == "inline",
        content_id=None if content_id is None else str(content_id).strip("<> "),
    )
