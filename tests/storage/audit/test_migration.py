"""The acts that were there before the chain are chained by the migration, marked as late."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from classbell.storage.audit_chain import rows_of
from classbell.storage.queries.audit_check import check
from tests.support import NOW, a_catalog

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]

BEFORE = [("storage", "0010_kinds")]


def test_acts_that_are_there_are_chained() -> None:
    catalog = a_catalog()
    executor = MigrationExecutor(connection)
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "storage"]
    executor.migrate(BEFORE)
    try:
        old = executor.loader.project_state(BEFORE).apps.get_model("storage", "AuditEntry")
        for number in range(3):
            old.objects.create(
                organisation_id=catalog.organisation_id,
                catalog_id=catalog.pk,
                at=NOW,
                actor_name="Mai Nielsen",
                action="course.changed",
                subject=f"course:{number}",
                after={"seats": number},
                source="web",
            )
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
    found = check(catalog.organisation_id)
    assert (found.acts, found.late, found.unchained, found.fault) == (3, 3, 0, None)
    with pytest.raises(DatabaseError, match="never changed"):
        rows_of(catalog.organisation_id).update(subject="x")
