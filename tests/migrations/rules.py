"""What a migration may do so that the code of the version before goes on working beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import migrations
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED, Field


def breaks(operations: Iterable[Operation]) -> Iterator[str]:
    """Yield what of some operations would break code that is still running.

    That code inserts rows without new columns, and reads and writes the columns it knows. What it
    needs may only go in the version after the one that stopped using it.

    Args:
        operations: of one migration.
    """
    made: set[str] = set()
    for operation in operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name.lower())
        model = getattr(operation, "model_name", "").lower()
        said = _takes_away(operation) or ("" if model in made else _asks_more(operation))
        if said:
            yield said


def _takes_away(operation: Operation) -> str:
    """Say what an operation takes away that older code uses."""
    match operation:
        case migrations.DeleteModel(name=name):
            return f"deletes the table of {name}"
        case migrations.RenameModel(old_name=name) | migrations.AlterModelTable(name=name):
            return f"renames the table of {name}"
        case migrations.RemoveField(model_name=model, name=name):
            return f"removes {model}.{name}"
        case migrations.RenameField(model_name=model, old_name=name):
            return f"renames {model}.{name}"
        case migrations.RunSQL():
            return "runs SQL that nobody can judge"
        case _:
            return ""


def _asks_more(operation: Operation) -> str:
    """Say what an operation asks of rows that older code writes."""
    match operation:
        case migrations.AddField(model_name=model, name=name, field=field):
            missing = f"adds {model}.{name}, which older code does not fill: null or db_default"
            return "" if _fills_itself(field) else missing
        case migrations.AddConstraint(model_name=model, constraint=constraint):
            return f"adds {constraint.name} to {model}, which older code may violate"
        case _:
            return ""


def _fills_itself(field: Field[object, object]) -> bool:
    """Say whether a row that is inserted without this column is complete."""
    return bool(field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)
