"""The backend as Django finds it: ``ENGINE = "classbell.storage.postgresql"``."""

from __future__ import annotations

from django.db.backends.postgresql import base

from classbell.storage.before_commit import BeforeCommit


class DatabaseWrapper(BeforeCommit, base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    def _settle(self) -> None:
        """Check the foreign keys now: checked by the commit, they would wait for rows of others.

        Those may wait for what is locked between now and the commit.
        """
        with self.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
