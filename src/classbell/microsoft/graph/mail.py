"""Sending mail as the account."""

from __future__ import annotations

import base64

from classbell.microsoft.graph.client import GraphCall, GraphClient
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Accepted, Address, Attachment, Mail, Mailbox

MAIL_SEND = "Mail.Send"

# A gateway that answers in Graph's stead knows as little as we do whether the mail left.
_GATEWAY_STATUSES = frozenset({502, 504})


class GraphMail:
    """Implements ``ports.mail.MailSender``."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def send(self, mailbox: Mailbox, mail: Mail) -> Accepted:
        """Hand one mail over. 202 means queued, not delivered; no copy is kept in Sent Items.

        https://learn.microsoft.com/en-us/graph/api/user-sendmail

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        call = GraphCall(
            method="POST",
            path=f"{mailbox.path}/sendMail",
            needs=MAIL_SEND,
            json={"message": _message(mail), "saveToSentItems": False},
            repeatable=False,
        )
        try:
            answer = self._graph.call(mailbox, call)
        except ProviderFailure as failure:
            raise _honest(failure) from failure
        return Accepted(request_id=answer.request_id)


def _honest(failure: ProviderFailure) -> ProviderFailure:
    """Turn a gateway's bare answer into «it may have happened»; Graph's own code decides else."""
    verdict = failure.verdict
    bare = verdict.code == f"HTTP {verdict.status}"
    if verdict.status not in _GATEWAY_STATUSES or not bare:
        return failure
    return ProviderFailure(
        Verdict(
            VerdictKind.UNKNOWN,
            code=verdict.code,
            explanation="A gateway answered in place of Microsoft 365; the mail may have left.",
            status=verdict.status,
            request_id=verdict.request_id,
        )
    )


def _message(mail: Mail) -> dict[str, object]:
    """Return the mail in Graph's shape. Graph takes one body: HTML where there is one.

    https://learn.microsoft.com/en-us/graph/api/resources/message
    """
    message: dict[str, object] = {
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
        message["replyTo"] = [recipient(address) for address in mail.reply_to]
    if mail.headers:
        message["internetMessageHeaders"] = [
            {"name": name, "value": value} for name, value in mail.headers
        ]
    if mail.attachments:
        message["attachments"] = [_attachment(attachment) for attachment in mail.attachments]
    return message


def recipient(address: Address) -> dict[str, object]:
    """Return a person in Graph's shape; without a name Graph shows the address."""
    entry = {"address": address.address}
    if address.name:
        entry["name"] = address.name
    return {"emailAddress": entry}


def _attachment(attachment: Attachment) -> dict[str, object]:
    """Return a file in Graph's shape; below 3 MB it travels inside the request.

    https://learn.microsoft.com/en-us/graph/api/resources/fileattachment
    """
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": attachment.name,
        "contentType": attachment.content_type,
        "contentBytes": base64.b64encode(attachment.content).decode("ascii"),
    }
