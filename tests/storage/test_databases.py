"""How the product holds on to its store."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from classbell.storage.databases import database


@pytest.mark.django_db
def test_a_thread_does_not_open_the_file_anew_for_each_page_and_mail(tmp_path: Path) -> None:
    store = ConnectionHandler({"default": database(f"sqlite:///{tmp_path / 'a.sqlite3'}")})
    connection = store["default"]
    connection.ensure_connection()
    opened = connection.connection

    # What Django does after each request, and delivery after each mail.
    connection.close_if_unusable_or_obsolete()

    assert connection.connection is opened
    connection.close()


def test_a_server_and_its_standby_are_named_in_one_address() -> None:
    settings = database(
        "postgresql://me@one:5432,[::1]:5433,two/classbell?target_session_attrs=any"
    )
    assert settings["HOST"] == "one,::1,two"
    assert settings["PORT"] == "5432,5433,"
    assert settings["OPTIONS"]["target_session_attrs"] == "any"
    assert database("postgresql://me@[::1]/classbell")["HOST"] == "::1"


@pytest.mark.postgresql
@pytest.mark.django_db
def test_no_page_waits_for_its_queries_to_be_compiled_or_shared_out() -> None:
    with connection.cursor() as cursor:
        for name in ("jit_above_cost", "parallel_setup_cost", "min_parallel_table_scan_size"):
            cursor.execute(f"SET LOCAL {name} = 0")
        cursor.execute("EXPLAIN (ANALYZE) SELECT count(*) FROM storage_person")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Aggregate" in plan
    assert "JIT" not in plan
    assert "Workers" not in plan
