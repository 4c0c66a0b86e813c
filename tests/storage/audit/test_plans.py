"""Each way to read the record has one obvious index, for SQLite keeps no statistics."""

from __future__ import annotations

import pytest
from django.db import connection

from classbell.storage.models import AuditEntry, Catalog
from classbell.storage.queries.audit import Sought, acts_in
from classbell.storage.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite: PostgreSQL counts, and then decides by what it has counted")


def plan(scope: Scope) -> str:
    found = acts_in(scope, Sought(before=9)).order_by("-id")[:51].explain()
    assert "TEMP B-TREE" not in found, "nothing is sorted"
    return found


def test_the_record_of_a_catalog_is_read_along_its_index(catalog: Catalog) -> None:
    assert "audit_of_catalog" in plan(Scope(catalog.organisation_id, frozenset({catalog.pk})))


def test_the_record_of_an_organisation_is_read_along_its_index(catalog: Catalog) -> None:
    assert "audit_of_organisation" in plan(Scope(catalog.organisation_id))


def test_what_was_done_about_a_session_is_read_by_its_subject(catalog: Catalog) -> None:
    rows = Scope(catalog.organisation_id, frozenset({catalog.pk})).of(AuditEntry)
    found = rows.filter(subject="session:FIRE-1").order_by("-id")[:20].explain()
    assert "audit_by_subject" in found
