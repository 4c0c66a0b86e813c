"""Migrations on a machine that is too busy to reckon quickly."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import pre_migrate

from classbell.storage.migrating import bring_up_to_date

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def patience() -> str:
    """Return for how long a transaction may be idle here; 0 for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return str(cursor.fetchone()[0])


def test_a_migration_may_think_between_its_statements_and_nobody_else_afterwards() -> None:
    seen: list[str] = []

    def look(**_: Any) -> None:
        seen.append(patience())

    before = patience()
    pre_migrate.connect(look)
    try:
        bring_up_to_date()
    finally:
        pre_migrate.disconnect(look)
    assert set(seen) == {"0"}
    assert patience() == before
    assert before != "0"
