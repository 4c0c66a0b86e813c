"""The session that a notification is about, as the store itself reads it from the context."""

from __future__ import annotations

from typing import Any

from django.db.models import Func
from django.db.models.sql.compiler import SQLCompiler


class SessionNamed(Func):
    """The id of the session that a notification's context names; null where it names none."""

    arity = 1

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: Any,  # noqa: ANN401 -- Django's own signature
        **_options: Any,  # noqa: ANN401 -- the same
    ) -> tuple[str, list[Any]]:
        """Write the expression."""
        (context,) = self.get_source_expressions()
        column = compiler.compile(context)[0]
        if connection.vendor == "postgresql":
            return f"({column} ->> 'session')", []
        return f"JSON_EXTRACT({column}, '$.session')", []
