"""What became of mail that was sent in two steps, and tidying up after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.graph.client import GraphCall, GraphClient
from classbell.microsoft.graph.mail_verdicts import MAIL_READ_WRITE
from classbell.microsoft.graph.traced_mail import ENVELOPE, delete, message_path
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Accepted, Mailbox, Sighting, SightingState

log = structlog.get_logger(__name__)

COPY_APPEARS_WITHIN = timedelta(minutes=15)
"""After this a mail that is neither among the drafts nor among the sent was never sent.

The copy in Sent Items comes late, above the pace of the mailbox by minutes:
https://learn.microsoft.com/en-us/graph/outlook-immutable-id
"""

MOST_AT_ONCE = 100
"""How many messages of a folder one sweep deletes."""

_FOLDERS = ("drafts", "sentitems", "deleteditems")
_SENT_ALREADY = "errorinvalidpropertyupdatesentmessage"


@dataclass(frozen=True, slots=True)
class Found:
    """A message of ours in the mailbox."""

    message_id: str
    is_draft: bool
    internet_message_id: str


def look_up(graph: GraphClient, mailbox: Mailbox, key: str, begun: datetime) -> Sighting:
    """Say what became of a mail, and put away what of it must not stay behind.

    A draft is made unfit for sending before it is deleted, so that a process that was paused
    between the two steps cannot send it later. A copy in Sent Items is only moved to Deleted Items:
    there it is found again where this answer gets lost.

    Args:
        graph: Graph.
        mailbox: as whom it was sent.
        key: the envelope's id, used for one attempt only.
        begun: when the attempt began; aware UTC.

    Raises:
        ProviderFailure: with a verdict.
    """
    found = list(_with_key(graph, mailbox, key))
    sent = next((one for one in found if not one.is_draft), None)
    if sent is not None:
        _put_away(graph, mailbox, sent)
        ids = Accepted(provider_id=sent.message_id, internet_message_id=sent.internet_message_id)
        return Sighting(SightingState.SENT, ids)
    if found and all(withdraw(graph, mailbox, one) for one in found):
        return Sighting(SightingState.NEVER_SENT)
    if found or graph.now() < begun + COPY_APPEARS_WITHIN:
        return Sighting(SightingState.UNDER_WAY)
    return Sighting(SightingState.NEVER_SENT)


def sweep(graph: GraphClient, mailbox: Mailbox, before: datetime) -> int:
    """Delete our drafts and copies made before a moment, from Deleted Items as well.

    Args:
        graph: Graph.
        mailbox: whose.
        before: aware UTC; older than any attempt that may still be asked for.

    Returns:
        How many messages were deleted; not all of them where there are very many, so ask again.

    Raises:
        ProviderFailure: with a verdict.
    """
    swept: set[str] = set()
    for folder in _FOLDERS:
        for one in list(_made_before(graph, mailbox, folder, before)):
            if not one.is_draft:
                delete(graph, mailbox, one.message_id)
            elif not withdraw(graph, mailbox, one):
                continue
            swept.add(one.message_id)
    return len(swept)


def withdraw(graph: GraphClient, mailbox: Mailbox, draft: Found) -> bool:
    """Delete a draft so that nobody can send it any more.

    Without recipients it cannot be sent; only then it is deleted, for a draft in Deleted Items
    could be. https://learn.microsoft.com/en-us/graph/api/message-update

    Returns:
        Whether it is certain that it was not sent; else it is being sent at this moment.

    Raises:
        ProviderFailure: with a verdict.
    """
    nobody: dict[str, object] = {
        "toRecipients": [],
        "ccRecipients": [],
        "bccRecipients": [],
    }
    path = message_path(mailbox, draft.message_id)
    call = GraphCall(method="PATCH", path=path, needs=MAIL_READ_WRITE, json=nobody)
    try:
        emptied = graph.read(mailbox, call)
    except ProviderFailure as failure:
        verdict = failure.verdict
        gone = verdict.kind in {VerdictKind.NOT_FOUND, VerdictKind.CONFLICT}
        if gone or verdict.code.casefold() == _SENT_ALREADY:
            return False
        raise
    if emptied.flag("isDraft") is False:
        return False
    try:
        # The first puts it into Deleted Items, the second away for good.
        delete(graph, mailbox, draft.message_id)
        delete(graph, mailbox, draft.message_id)
    except ProviderFailure as failure:
        log.info("a draft is left to the sweep", reason=failure.verdict.code)
    return True


def _put_away(graph: GraphClient, mailbox: Mailbox, copy: Found) -> None:
    """Move a copy to Deleted Items; what fails is left to the sweep.

    https://learn.microsoft.com/en-us/graph/api/message-move
    """
    path = f"{message_path(mailbox, copy.message_id)}/move"
    target = {"destinationId": "deleteditems"}
    try:
        graph.call(mailbox, GraphCall(method="POST", path=path, needs=MAIL_READ_WRITE, json=target))
    except ProviderFailure as failure:
        log.info("a copy is left to the sweep", reason=failure.verdict.code)


def _with_key(graph: GraphClient, mailbox: Mailbox, key: str) -> Iterator[Found]:
    """Yield what there is of one envelope in any folder.

    https://learn.microsoft.com/en-us/graph/api/singlevaluelegacyextendedproperty-get
    """
    value = key.replace("'", "''")
    condition = _property(f"ep/value eq '{value}'")
    return _found(graph, mailbox, "/messages", condition)


def _made_before(
    graph: GraphClient, mailbox: Mailbox, folder: str, before: datetime
) -> Iterator[Found]:
    """Yield what there is of ours in a folder, of any envelope."""
    moment = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    condition = f"createdDateTime lt {moment} and {_property('ep/value ne null')}"
    return _found(graph, mailbox, f"/mailFolders/{folder}/messages", condition)


def _property(value: str) -> str:
    return f"singleValueExtendedProperties/any(ep: ep/id eq '{ENVELOPE}' and {value})"


def _found(graph: GraphClient, mailbox: Mailbox, below: str, condition: str) -> Iterator[Found]:
    """Yield the messages of one page: reading on while deleting would leave some out."""
    params = {
        "$filter": condition,
        "$select": "id,isDraft,internetMessageId",
        "$top": str(MOST_AT_ONCE),
    }
    call = GraphCall(
        method="GET", path=f"{mailbox.path}{below}", needs=MAIL_READ_WRITE, params=params
    )
    for one in graph.read(mailbox, call).parts("value"):
        if one.text("id"):
            yield _read(one)


def _read(one: JsonPart) -> Found:
    return Found(one.text("id"), one.flag("isDraft") is True, one.text("internetMessageId"))
