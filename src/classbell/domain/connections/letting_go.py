"""Letting go of an account: what lets us act as it is deleted, its row stays for the history."""

from __future__ import annotations

from datetime import datetime

from classbell.storage.models import Account, AccountState, Incident, Lane, WorkItem


def let_go(account: Account, lane: Lane, now: datetime) -> None:
    """Delete the account's tokens and its lane's work, in the caller's transaction."""
    account.state = AccountState.DISCONNECTED
    account.sealed_tokens = b""
    account.token_expires_at = None
    account.refresh_lease_until = None
    # A renewal under way must not bring tokens back.
    account.token_version += 1
    account.save(
        update_fields=[
            "state",
            "sealed_tokens",
            "token_expires_at",
            "refresh_lease_until",
            "token_version",
        ]
    )
    account.capabilities.all().delete()
    Incident.objects.filter(account=account, closed_at=None).update(closed_at=now)
    WorkItem.objects.filter(lane=lane).delete()
