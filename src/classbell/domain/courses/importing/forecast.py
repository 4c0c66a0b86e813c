"""What an import will cause in mail, and until when at the mailbox's pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.pace import Pace
from classbell.domain.connections.outlook import lane_outlook
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.storage.models import Account, AccountState, Catalog
from classbell.storage.queries.connections import connection_of


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will be sent.

    Attributes:
        messages: how many mails the import causes: confirmations, mails to instructors, and mailed
            invitations.
        invitations: how many people are invited through calendar entries, which Outlook mails
            outside the mailbox's own pace.
        until: when the last mail leaves at the pace; None where none will be sent now, or where
            that is more than a year away.
        account: the address they come from; empty where no account serves the catalog.
        held: whether they wait, because the connection is lost, or was disconnected and nobody has
            connected an account since.
    """

    messages: int
    invitations: int
    until: datetime | None
    account: str
    held: bool = False


def forecast(
    catalog: Catalog, *, learners: int, instructors: int, now: datetime, pace: Pace
) -> Forecast:
    """Reckon what an import causes.

    Args:
        catalog: where the import goes.
        learners: how many are told that they are enrolled, and invited.
        instructors: how many are told that they teach, and invited.
        now: business time.
        pace: the limits of the mailbox.
    """
    told = learners + instructors
    account = account_serving(catalog)
    if account is None:
        connection = connection_of(catalog)
        held = connection.enabled and connection.disconnected_at is not None
        return Forecast(told, 0, None, "", held)
    by_entry = writes_calendar(account)
    # The mail that invites an instructor is the one that tells them.
    messages = told + (0 if by_entry else learners)
    held = account.state == AccountState.LOST
    until = None if held or not messages else _last_leaves(account, messages, now, pace)
    return Forecast(messages, told if by_entry else 0, until, account.address, held)


def _last_leaves(account: Account, messages: int, now: datetime, pace: Pace) -> datetime | None:
    """Reckon when the last of so many further mails leaves, behind those that wait already."""
    lane = mailbox_lane(account)
    outlook, _ = lane_outlook(lane, pace, now, further=messages)
    return None if outlook.personal_in is None else now + outlook.personal_in
