"""Writes the reports of non-delivery that come back to a sender, in the shape Exchange gives them.

https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from m365sandbox.mailboxes.model import Address, Letter, ReportNote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

POSTMASTER: Final = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
NOT_FOUND: Final = (
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
)
OVER_THE_DAY: Final = (
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message "
    "recipients"
)
TOO_MANY: Final = "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients"

Failure = tuple[str, str]
"""An address, and why it was not reached: an SMTP reply with its enhanced status code."""


def report_of(letter: Letter, failures: Sequence[Failure], now: datetime) -> Letter:
    """Return the report that tells a letter's sender who was not reached.

    Args:
        letter: What could not be delivered.
        failures: Each address with the reason.
        now: The sandbox's time.
    """
    sender = letter.sender.address
    domain = sender.rpartition("@")[2]
    addresses = [address for address, _ in failures]
    return Letter(
        sender=Address(f"{POSTMASTER}@{domain}", "Microsoft Outlook"),
        recipients=[sender],
        to=[Address(sender, letter.sender.name)],
        subject=f"Undeliverable: {letter.subject}",
        sent=now,
        route="system",
        html=_words(letter, failures, domain),
        headers=[
            ("Auto-Submitted", "auto-replied"),
            ("In-Reply-To", letter.internet_message_id),
            ("X-Failed-Recipients", ", ".join(addresses)),
        ],
        report=ReportNote(letter.internet_message_id, addresses),
    )


def _words(letter: Letter, failures: Sequence[Failure], domain: str) -> str:
    """Return what people read, then what administrators read, then the original's headers."""
    named = html.escape(", ".join(address for address, _ in failures))
    rows = "".join(
        f"<p>{html.escape(address)}<br>Remote server returned '{html.escape(reason)}'</p>"
        for address, reason in failures
    )
    headers = "<br>".join(html.escape(line) for line in _headers(letter))
    return (
        f"<p>Your message to {named} couldn't be delivered.</p>"
        "<p><b>Diagnostic information for administrators:</b></p>"
        f"<p>Generating server: SANDBOX0001.{html.escape(domain)}</p>{rows}"
        f"<p><b>Original message headers:</b></p><p>{headers}</p>"
    )


def _headers(letter: Letter) -> list[str]:
    shown = [
        ("Received", "from SANDBOX0001 by SANDBOX0001 with mapi id 15.20.1"),
        ("From", letter.author.shown()),
        ("To", ", ".join(one.shown() for one in letter.to)),
        ("Subject", letter.subject),
        ("Message-ID", letter.internet_message_id),
        *letter.headers,
    ]
    return [f"{name}: {value}" for name, value in shown if value]
