"""Reads the non-delivery reports that come back to the account's Inbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import PREFERENCES, GraphCall, GraphClient, not_understood
from classbell.microsoft.graph.mail_verdicts import MAIL_READ_WRITE
from classbell.microsoft.graph.times import read_instant
from classbell.microsoft.graph.traced_mail import ENVELOPE_HEADER
from classbell.ports.mail import Bounce, Mailbox

MESSAGE_CLASS = "String 0x001A"
REPORT = "REPORT.IPM.Note.NDR"
"""https://learn.microsoft.com/en-us/office/client-developer/outlook/mapi/pidtagmessageclass-canonical-property"""

IN_REPLY_TO = "String 0x1042"
"""https://learn.microsoft.com/en-us/office/client-developer/outlook/mapi/pidtaginreplytoid-canonical-property"""

PAGE = "50"

_KEY = re.compile(rf"{ENVELOPE_HEADER}:\s*([^\s<]+)", re.IGNORECASE)
# Where the original's headers begin, whatever language the words before them are in. What the mail
# was about and whom it was for may be named before.
_HEADERS = re.compile(
    r"^[^\S\n]*(?:Received|Message-ID|MIME-Version|Authentication-Results|ARC-[\w-]+|X-[\w-]+):\s",
    re.IGNORECASE | re.MULTILINE,
)
# Anybody may send such a report: an address is looked for at the beginning of a run of its letters
# only, so that the time it takes grows with the text and not with its square.
_ADDRESS = re.compile(
    r"(?<![^\s@<>()\[\],;:\"'=])[^\s@<>()\[\],;:\"'=]{1,254}+@[\w-]{1,254}+(?:\.[\w-]{1,254}+)+"
)
# As in «550 5.1.10» or «#5.1.10»: three numbers alone may be anything, such as part of a subject.
_STATUS = re.compile(r"(?:\b[245]\d\d[ \-#]{1,3}|#)([245]\.\d{1,3}\.\d{1,3})(?![\d.])")

# https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online
_REASONS = {
    "5.1.1": "The address does not exist.",
    "5.1.10": "The address does not exist.",
    "5.1.90": "The mailbox has reached its recipients for the day.",
    "5.2.2": "The recipient's mailbox is full.",
    "5.3.4": "The mail is too large for the recipient.",
    "5.5.3": "The mail had too many recipients.",
    "5.7.232": "The organisation has reached its recipients outside for the day.",
    "5.7.233": "The organisation has reached its recipients outside for the day.",
}
_REASONS_BY_CLASS = {
    "5.1": "The address cannot be used.",
    "5.2": "The recipient's mailbox does not take the mail.",
    "5.4": "The recipient's mail server cannot be reached.",
    "5.7": "The recipient's mail server refuses the mail.",
}
_ANY_REASON = "The mail could not be delivered."


def read_bounces(graph: GraphClient, mailbox: Mailbox, since: datetime) -> Sequence[Bounce]:
    """Return the reports about mail of ours that arrived since a moment, oldest first.

    A report that repeats the headers of its mail is ours if our header is among them. Of others
    whoever asks knows by the Message-ID.

    https://learn.microsoft.com/en-us/graph/api/user-list-messages

    Args:
        graph: Graph.
        mailbox: whose Inbox.
        since: aware UTC.

    Raises:
        ProviderFailure: with a verdict.
    """
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = f"ep/id eq '{MESSAGE_CLASS}' and ep/value eq '{REPORT}'"
    call = GraphCall(
        method="GET",
        path=f"{mailbox.path}/mailFolders/inbox/messages",
        needs=MAIL_READ_WRITE,
        params={
            # What is sorted by has to be filtered by first.
            "$filter": f"receivedDateTime ge {moment} and "
            f"singleValueExtendedProperties/any(ep: {kind})",
            "$orderby": "receivedDateTime",
            "$expand": f"singleValueExtendedProperties($filter=id eq '{IN_REPLY_TO}')",
            "$select": "id,receivedDateTime,body,toRecipients",
            "$top": PAGE,
        },
        headers={"Prefer": f'{PREFERENCES}, outlook.body-content-type="text"'},
    )
    try:
        return [bounce for one in graph.pages(mailbox, call) for bounce in read_report(one)]
    except NotUnderstood as error:
        raise not_understood(error) from error


def read_report(report: JsonPart) -> Iterator[Bounce]:
    """Yield whom a report names, or one bounce for nobody in particular; none if it is not ours.

    Args:
        report: a message in Graph's shape, its body as text.

    Raises:
        NotUnderstood: it does not say when it came.
    """
    at = read_instant(report.needed_text("receivedDateTime"))
    text = report.part("body").text("content")
    original = next(
        (one.text("value") for one in report.parts("singleValueExtendedProperties")), ""
    )
    headers, key = _HEADERS.search(text), _KEY.search(text)
    if at is None or (key is None and (headers is not None or not original)):
        return
    about = text if headers is None else text[: headers.start()]
    ours = {
        one.part("emailAddress").text("address").casefold() for one in report.parts("toRecipients")
    }
    for recipient, code in _failures(about, ours):
        yield Bounce(original, recipient, code, _reason(code), at, key[1] if key else "")


def _failures(text: str, ours: set[str]) -> Sequence[tuple[str, str]]:
    """Return each address with the first status code after it; without any, only the code."""
    codes: dict[str, str] = {}
    named, loose = "", ""
    for line in text.splitlines():
        for match in _ADDRESS.finditer(line):
            if match.group().casefold() not in ours:
                named = match.group()
                codes.setdefault(named.casefold(), "")
        status = _STATUS.search(line)
        if status is not None and named:
            codes[named.casefold()] = codes[named.casefold()] or status[1]
        elif status is not None:
            loose = loose or status[1]
    # Where any address has a code of its own, the others are only mentioned.
    failed = {address: code for address, code in codes.items() if code} or codes
    return [(address, code or loose) for address, code in failed.items()] or [("", loose)]


def _reason(code: str) -> str:
    """Say in a sentence what a status code means, free of anything the other server wrote."""
    by_class = _REASONS_BY_CLASS.get(code.rpartition(".")[0], _ANY_REASON)
    return _REASONS.get(code, by_class)
