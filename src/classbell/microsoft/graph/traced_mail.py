"""Mail in two steps, draft and send, marked so that it can be found again.

https://learn.microsoft.com/en-us/graph/outlook-create-send-messages
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

import structlog

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import GraphCall, GraphClient, not_understood
from classbell.microsoft.graph.mail_verdicts import (
    MAIL_READ_WRITE,
    MAIL_SEND,
    about_sending_a_draft,
    about_this_mail,
    check_taken,
)
from classbell.microsoft.graph.message import message, own_properties, sorted_files
from classbell.microsoft.graph.upload import add_file, check_files
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Accepted, Mail, Mailbox

log = structlog.get_logger(__name__)

ENVELOPE = "String {4f6c1b0e-6a0d-4b53-9f0c-6f1a2a7c55d1} Name ClassbellEnvelope"
"""Our property of a message; it stays in the sender's mailbox.

https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview
"""

ENVELOPE_HEADER = "x-classbell-envelope"
"""The same for the way: a non-delivery report repeats it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message in the Drafts folder, by the ids it keeps when it is sent."""

    draft_id: str
    internet_message_id: str


def with_envelope(mail: Mail, key: str) -> Mail:
    """Return the mail with the header that names its envelope."""
    return replace(mail, headers=(*mail.headers, (ENVELOPE_HEADER, key)))


def message_path(mailbox: Mailbox, message_id: str) -> str:
    """Return the path of a message."""
    return f"{mailbox.path}/messages/{quote(message_id, safe='')}"


def write_draft(graph: GraphClient, mailbox: Mailbox, mail: Mail, key: str) -> Draft:
    """Save a mail with all its files among the drafts. Nothing is sent by that.

    https://learn.microsoft.com/en-us/graph/api/user-post-messages

    Args:
        graph: Graph.
        mailbox: whose drafts.
        mail: what to save.
        key: the envelope's id.

    Raises:
        ProviderFailure: with a verdict that is never ``UNKNOWN``: the mail has not left.
    """
    check_files(mail.attachments)
    within, alone = sorted_files(mail)
    shaped = message(mail, within)
    shaped["singleValueExtendedProperties"] = [
        *own_properties(mail),
        {"id": ENVELOPE, "value": key},
    ]
    path = f"{mailbox.path}/messages"
    call = GraphCall(method="POST", path=path, needs=MAIL_READ_WRITE, json=shaped)
    try:
        draft = _read(graph.read(mailbox, call))
    except ProviderFailure as failure:
        raise about_this_mail(failure) from failure
    try:
        for file in alone:
            add_file(graph, mailbox, draft.draft_id, file)
    except ProviderFailure as failure:
        judged = about_this_mail(failure)
        _discard(graph, mailbox, draft, judged)
        raise judged from failure
    return draft


def send_draft(graph: GraphClient, mailbox: Mailbox, draft: Draft) -> Accepted:
    """Send a draft. 202 means queued, not delivered; the copy in Sent Items comes later.

    https://learn.microsoft.com/en-us/graph/api/message-send

    Raises:
        ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
    """
    call = GraphCall(
        method="POST",
        path=f"{message_path(mailbox, draft.draft_id)}/send",
        needs=MAIL_SEND,
        repeatable=False,
    )
    try:
        answer = graph.call(mailbox, call)
    except ProviderFailure as failure:
        judged = about_sending_a_draft(failure)
        _discard(graph, mailbox, draft, judged)
        raise judged from failure
    check_taken(answer)
    return Accepted(
        request_id=answer.request_id,
        provider_id=draft.draft_id,
        internet_message_id=draft.internet_message_id,
    )


def delete(graph: GraphClient, mailbox: Mailbox, message_id: str) -> None:
    """Delete a message; one that is gone already counts as deleted.

    https://learn.microsoft.com/en-us/graph/api/message-delete

    Raises:
        ProviderFailure: with a verdict.
    """
    path = message_path(mailbox, message_id)
    try:
        graph.call(mailbox, GraphCall(method="DELETE", path=path, needs=MAIL_READ_WRITE))
    except ProviderFailure as failure:
        if failure.verdict.kind is not VerdictKind.NOT_FOUND:
            raise


def _discard(graph: GraphClient, mailbox: Mailbox, draft: Draft, failure: ProviderFailure) -> None:
    """Take back a draft that was refused. In any other trouble it is left to the sweep.

    Then the mailbox is busy or cannot be reached, or the draft may have been sent after all.
    """
    if failure.verdict.kind is not VerdictKind.REFUSED:
        return
    try:
        # The first puts it into Deleted Items, the second away for good.
        delete(graph, mailbox, draft.draft_id)
        delete(graph, mailbox, draft.draft_id)
    except ProviderFailure as left:
        log.info("a draft is left to the sweep", reason=left.verdict.code)


def _read(found: JsonPart) -> Draft:
    try:
        return Draft(found.needed_text("id"), found.text("internetMessageId"))
    except NotUnderstood as error:
        raise not_understood(error) from error
