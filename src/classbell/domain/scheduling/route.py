"""How people are invited: by an entry in the account's calendar, or by mail."""

from __future__ import annotations

from classbell.domain.connections.scopes import CALENDARS, ROOMS, has
from classbell.storage.models import Account


def writes_calendar(account: Account) -> bool:
    """Tell whether the account was granted writing its calendar; else invitations go by mail."""
    return has(account.granted_scopes, CALENDARS)


def lists_rooms(account: Account) -> bool:
    """Tell whether the account was granted listing rooms; else their addresses are typed."""
    return has(account.granted_scopes, ROOMS)
