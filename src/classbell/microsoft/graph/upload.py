"""Files that are too large for the request that makes a draft.

https://learn.microsoft.com/en-us/graph/outlook-large-attachments
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote, urlsplit

from classbell.microsoft.answers import NotUnderstood
from classbell.microsoft.graph.client import GraphCall, GraphClient, not_understood
from classbell.microsoft.graph.mail_verdicts import MAIL_READ_WRITE, too_large
from classbell.microsoft.graph.message import LARGE_FILE, file_attachment
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Attachment, Mailbox

PIECE = 3 * 1024 * 1024
"""Bytes of one piece; the service takes at most 4 MB at once."""

LARGEST_FILE = 150_000_000

_OF_THE_ADDRESS = frozenset(
    {
        VerdictKind.SIGN_IN_AGAIN,
        VerdictKind.CONSENT_NEEDED,
        VerdictKind.ADMIN_NEEDED,
        VerdictKind.NOT_FOUND,
        VerdictKind.OPERATOR_FAULT,
    }
)


def check_files(files: Iterable[Attachment]) -> None:
    """Refuse a file that Microsoft 365 takes by no way, before anything goes on the wire.

    Raises:
        ProviderFailure: ``REFUSED``.
    """
    for file in files:
        if len(file.content) > LARGEST_FILE:
            raise too_large(
                f"The file «{file.name}» is larger than the 150 MB that Microsoft 365 takes."
            )


def add_file(graph: GraphClient, mailbox: Mailbox, draft_id: str, file: Attachment) -> None:
    """Add a file to a draft, in one piece or in many.

    Raises:
        ProviderFailure: with a verdict; the draft has not been sent.
    """
    path = f"{mailbox.path}/messages/{quote(draft_id, safe='')}/attachments"
    if len(file.content) < LARGE_FILE:
        # https://learn.microsoft.com/en-us/graph/api/message-post-attachments
        shaped = file_attachment(file)
        graph.call(mailbox, GraphCall(method="POST", path=path, needs=MAIL_READ_WRITE, json=shaped))
        return
    url = _begin(graph, mailbox, path, file)
    whole = len(file.content)
    for start in range(0, whole, PIECE):
        piece = file.content[start : start + PIECE]
        try:
            graph.put_piece(url, piece, f"bytes {start}-{start + len(piece) - 1}/{whole}")
        except ProviderFailure as failure:
            raise _about_the_upload(failure) from failure


def _about_the_upload(failure: ProviderFailure) -> ProviderFailure:
    """Keep a refusal of the address from being taken for one of the account: it is asked for anew.

    The address carries its own proof, which runs out, and knows nothing of the account's sign-in.
    """
    if failure.verdict.kind not in _OF_THE_ADDRESS:
        return failure
    said = "Microsoft 365 did not take a piece of a file."
    return ProviderFailure(replace(failure.verdict, kind=VerdictKind.RETRY, explanation=said))


def _begin(graph: GraphClient, mailbox: Mailbox, path: str, file: Attachment) -> str:
    """Ask where the pieces go.

    https://learn.microsoft.com/en-us/graph/api/attachment-createuploadsession
    """
    item = {
        "attachmentType": "file",
        "name": file.name,
        "size": len(file.content),
        "contentType": file.content_type,
    }
    call = GraphCall(
        method="POST",
        path=f"{path}/createUploadSession",
        needs=MAIL_READ_WRITE,
        json={"AttachmentItem": item},
    )
    try:
        url = graph.read(mailbox, call).needed_text("uploadUrl")
    except NotUnderstood as error:
        raise not_understood(error) from error
    if urlsplit(url).scheme not in {"https", "http"}:
        raise not_understood("The address for a file is none.")
    return url
