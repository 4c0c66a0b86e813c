"""Whether what a lane talks to can carry mail at this moment, as far as the ledger shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from classbell.delivery.lanes import lane_for, mailbox_lane
from classbell.ports.errors import CONNECTION_WIDE, VerdictKind
from classbell.storage.models import (
    Account,
    AccountState,
    EmailProvider,
    Envelope,
    EnvelopeState,
    Lane,
    LaneKind,
)

TROUBLE = frozenset({VerdictKind.OPERATOR_FAULT, *CONNECTION_WIDE})
"""Verdicts on one mail that say something about all the mail of its lane."""

ENOUGH = 3
"""So many refusals in a row speak of the lane; one alone may be its mail's own."""

REST = timedelta(hours=1)
"""How long refusals count; then the lane is tried again."""


def provider_lane(provider: EmailProvider) -> Lane:
    """Return the lane of an Azure Communication Services resource."""
    return lane_for(LaneKind.ACS, str(provider.pk), organisation_id=provider.organisation_id)


def refusal(lane: Lane, now: datetime, since: datetime) -> Envelope | None:
    """Return the latest of the refusals that show that a lane cannot work; None while it can.

    Args:
        lane: whose calls to look at.
        now: business time.
        since: what was refused before somebody last set the lane up counts no more.
    """
    rows = Envelope.objects.filter(lane=lane, started_at__gte=max(since, now - REST))
    rows = rows.exclude(state=EnvelopeState.SENDING).order_by("-started_at")
    latest = list(rows[:ENOUGH])
    if len(latest) < ENOUGH or any(one.verdict not in TROUBLE for one in latest):
        return None
    return latest[0]


def provider_works(provider: EmailProvider, now: datetime) -> bool:
    """Say whether mail leaves through a resource now."""
    if not provider.active:
        return False
    return refusal(provider_lane(provider), now, provider.activated_at) is None


def account_works(account: Account, now: datetime) -> bool:
    """Say whether mail leaves through an account now."""
    if account.state != AccountState.CONNECTED:
        return False
    return refusal(mailbox_lane(account), now, account.connected_at) is None


def lane_works(lane: Lane, now: datetime) -> bool:
    """Say whether mail leaves through a lane now; the system mailer is taken to work."""
    if lane.kind == LaneKind.MAILBOX:
        account = Account.objects.filter(pk=UUID(lane.key)).first()
        return account is not None and account_works(account, now)
    if lane.kind == LaneKind.ACS:
        provider = EmailProvider.objects.filter(pk=UUID(lane.key)).first()
        return provider is not None and provider_works(provider, now)
    return True
