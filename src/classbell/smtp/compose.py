"""Makes an Internet message of a mail, safe against anything that would break its headers."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid, parseaddr

from classbell.ports.mail import Address, Attachment, Mail, unsubscribe_headers

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Any letters, but nothing that ends an address or begins something else in a header or command.
_NEVER = r"\s@<>(),;:\\\"\x00-\x1f\x7f-\x9f"
_ADDRESS = re.compile(rf"[^{_NEVER}\[\]]+@[^{_NEVER}\[\]]+")
_HEADER_NAME = re.compile(r"[Xx]-[A-Za-z0-9-]{1,60}")


class Unsendable(ValueError):
    """The mail cannot be made into a message; the text says what is wrong with it."""


def compose(mail: Mail, *, sender: str, now: datetime) -> EmailMessage:
    """Return the message for a mail.

    Line breaks and control characters in names, subject and header values become spaces; in an
    address they make it unsendable.

    Args:
        mail: what to send.
        sender: the address it comes from, with or without a name.
        now: business time, for the Date header.

    Raises:
        Unsendable: an address or a header name cannot be used.
    """
    name, address = parseaddr(sender)
    from_ = _address(Address(address, name))
    for hidden in mail.bcc:
        _address(hidden)  # named to the server only, but checked like everybody else
    # Seven bits only, because not every server takes eight.
    policy = SMTPUTF8 if is_international(mail, sender) else SMTP
    message = EmailMessage(policy=policy.clone(cte_type="7bit"))
    message["From"] = from_
    for header, people in (("To", mail.to), ("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if people:
            message[header] = [_address(a) for a in people]
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=from_.domain or "localhost")
    # Asks machines not to answer: https://www.rfc-editor.org/rfc/rfc3834
    message["Auto-Submitted"] = "auto-generated"
    for header, value in mail.headers:
        if not _HEADER_NAME.fullmatch(header):
            raise Unsendable(f"The header name {header!r} does not begin with x-.")
        message[header] = one_line(value)
    for header, value in unsubscribe_headers(mail):
        message[header] = one_line(value)
    _fill(message, mail)
    return message


def is_international(mail: Mail, sender: str) -> bool:
    """Tell whether an address has letters beyond ASCII, which a server must be able to take.

    https://www.rfc-editor.org/rfc/rfc6531
    """
    people = (*mail.to, *mail.cc, *mail.bcc, *mail.reply_to)
    return not all(text.isascii() for text in (parseaddr(sender)[1], *(p.address for p in people)))


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters."""
    return _CONTROL.sub(" ", text).strip()


def _address(address: Address) -> HeaderAddress:
    """Return an address as a header takes it."""
    if not _ADDRESS.fullmatch(address.address):
        raise Unsendable(f"{one_line(address.address)!r} is no e-mail address.")
    user, _, domain = address.address.rpartition("@")
    return HeaderAddress(display_name=one_line(address.name), username=user, domain=domain)


def _fill(message: EmailMessage, mail: Mail) -> None:
    """Set the content: plain text, HTML or both, its pictures, and the files."""
    if mail.text:
        message.set_content(mail.text)
        if mail.html:
            message.add_alternative(mail.html, subtype="html")
    else:
        message.set_content(mail.html, subtype="html")
    html = message.get_body(("html",))
    for one in mail.attachments:
        if one.content_id and isinstance(html, EmailMessage):
            maintype, subtype, filename = _described(one)
            html.add_related(
                one.content,
                maintype=maintype,
                subtype=subtype,
                disposition="inline",
                filename=filename,
                cid=f"<{one.content_id}>",
            )
    for one in mail.attachments:
        if not one.content_id:
            maintype, subtype, filename = _described(one)
            message.add_attachment(
                one.content, maintype=maintype, subtype=subtype, filename=filename
            )


def _described(attachment: Attachment) -> tuple[str, str, str]:
    """Return what a part says of its file: both halves of its type, and its name."""
    maintype, _, subtype = attachment.content_type.partition(";")[0].strip().partition("/")
    return maintype or "application", subtype or "octet-stream", one_line(attachment.name)
