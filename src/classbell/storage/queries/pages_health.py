"""What the page «Connection health» shows of one catalog beside the account's own health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.storage.models import Account, Catalog, Lane, LaneKind
from classbell.storage.queries.message_counts import Tally, tally
from classbell.storage.queries.message_log import Group, first_id_since
from classbell.storage.queries.pages_shell import ConnectionStatus, connection_status

DAY = timedelta(days=1)
MOST = 10_000
"""Messages are counted no further, so that the page is as fast after years."""


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """How a catalog's connection is doing.

    Attributes:
        status: how the catalog is connected.
        waiting: messages of the catalog that are still to go out.
        sent: messages of the catalog, written in the last 24 hours, that were handed over.
        paused_until: until when an account that works pauses, such as when Microsoft slows it
            down; None where it does not.
    """

    status: ConnectionStatus
    waiting: Tally
    sent: Tally
    paused_until: datetime | None

    @property
    def account(self) -> Account | None:
        """The account whose history is shown: the connected one, or the one there was last."""
        return self.status.account or self.status.connection.former_account


def health_facts(catalog: Catalog, *, now: datetime) -> HealthFacts:
    """Read how a catalog's connection is doing.

    Args:
        catalog: which.
        now: business time.
    """
    status = connection_status(catalog)
    messages = catalog.messages.all()
    recent = messages.filter(id__gte=first_id_since(now - DAY))
    return HealthFacts(
        status=status,
        waiting=tally(messages, Group.WAITING, most=MOST),
        sent=tally(recent, Group.SENT, most=MOST),
        # A lost account rests for another reason, and not until a moment that is known.
        paused_until=_paused_until(status.account, now)
        if status.account and not status.is_lost
        else None,
    )


def _paused_until(account: Account, now: datetime) -> datetime | None:
    """Return until when the account's lane has to pause."""
    lanes = Lane.objects.filter(kind=LaneKind.MAILBOX, key=str(account.pk), blocked_until__gt=now)
    return lanes.values_list("blocked_until", flat=True).first()
