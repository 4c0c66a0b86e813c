"""The session that a notification is about, as the store itself reads it from the context."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func
from django.db.models.sql.compiler import SQLCompiler


class SessionNamed(Func):
    """The id of the session that a notification's context names; null where it names none."""

    arity = 1

    def as_sql(  # type: ignore[override]  # Django's own takes words that nobody gives it here
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_options: object
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write the expression."""
        (context,) = self.get_source_expressions()
        column = compiler.compile(context)[0]
        if connection.vendor == "postgresql":
            return f"({column} ->> 'session')", ()
        return f"JSON_EXTRACT({column}, '$.session')", ()
