"""What can be read about delivery, and the signal that wakes its workers."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from classbell.storage.models import Account

CHANNEL = "classbell_lanes"
"""The channel on which PostgreSQL tells the workers that lanes are due."""


def wake_workers() -> None:
    """Wake the workers once the current transaction commits.

    PostgreSQL sends a notification on commit, and only one for a transaction that rings often. On
    SQLite the commit itself is seen, by the version of the data.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def own_domains(organisation_id: UUID | None) -> frozenset[str]:
    """Return the domains of an organisation's accounts, in lower case.

    Microsoft counts recipients outside the tenant; which domains are the tenant's own, nobody tells
    us but the accounts that sign in.
    """
    if organisation_id is None:
        return frozenset()
    rows = Account.objects.filter(organisation_id=organisation_id)
    return frozenset(
        address.rpartition("@")[2].casefold() for address in rows.values_list("address", flat=True)
    )
