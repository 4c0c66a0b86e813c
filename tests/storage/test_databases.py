"""How the product holds on to its store."""

from __future__ import annotations

from pathlib import Path

import pytest
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
