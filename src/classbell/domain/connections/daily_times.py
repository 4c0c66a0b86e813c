"""When an account is looked at by itself: once a day, spread out, and sooner after some losses."""

from __future__ import annotations

from datetime import datetime, timedelta

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.work import ask
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import Account

DAILY_CHECK = "daily_check"
"""Kind of the work item that renews an account's sign-in and looks at what it can do."""

LEAST_PAUSE = timedelta(hours=22)
SPREAD = timedelta(hours=4)
SOON = timedelta(hours=1)
SOON_FOR = timedelta(days=1)

MENDED_ELSEWHERE = frozenset(
    {VerdictKind.ADMIN_NEEDED, VerdictKind.CONSENT_NEEDED, VerdictKind.MAILBOX_UNUSABLE}
)
"""Losses that somebody can mend at Microsoft, without anybody signing in here."""


def next_daily(account: Account, now: datetime) -> datetime:
    """Return when an account is looked at next: in a day or so, each account at its own time.

    Accounts that were connected together would otherwise ask Microsoft together for ever.
    """
    share = account.pk.int % 10_000 / 10_000
    return now + LEAST_PAUSE + SPREAD * share


def next_probe(account: Account, verdict: str, lost_for: timedelta, now: datetime) -> datetime:
    """Return when a lost account is tried again.

    What an administrator mends at Microsoft is looked for every hour of the first day.

    Args:
        account: which.
        verdict: the word of the loss.
        lost_for: how long it has been lost.
        now: business time.
    """
    if verdict in MENDED_ELSEWHERE and lost_for < SOON_FOR:
        return now + SOON
    return next_daily(account, now)


def ask_daily(ports: Ports, account: Account, due_at: datetime | None = None) -> None:
    """Ask for the account's next look, in the caller's transaction; it then asks for itself.

    Args:
        ports: clock and doorbell.
        account: which.
        due_at: when; in a day or so where it is None.
    """
    moment = due_at or next_daily(account, ports.clock.now())
    ask(ports, mailbox_lane(account), kind=DAILY_CHECK, subject=str(account.pk), due_at=moment)
