"""Old and new code side by side: each migration leaves the version before in working order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.migrations.rules import breaks

FIRST = "operations"
"""From this migration on; what came before it was never released."""

APP = "storage"

ONLY_ADDED_TO = {"auditentry"}
"""Tables that refuse to be changed, whoever asks."""


def names() -> list[str]:
    """Return the names of all migrations, in order."""
    return sorted(name for app, name in MigrationLoader(None).disk_migrations if app == APP)


def judged() -> list[str]:
    """Return the migrations that must work beside the version before."""
    found = names()
    first = next(index for index, name in enumerate(found) if name.partition("_")[2] == FIRST)
    return found[first:]


@pytest.mark.parametrize("name", judged())
def test_a_migration_breaks_nothing_that_still_runs(name: str) -> None:
    migration = MigrationLoader(None).disk_migrations[APP, name]
    assert list(breaks(migration.operations)) == []


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.RemoveField("lane", "holder"), "removes"),
        (migrations.RenameField("lane", "holder", "owner"), "renames"),
        (migrations.DeleteModel("Lane"), "deletes"),
        (migrations.AddField("lane", "x", models.IntegerField(default=0)), "does not fill"),
        (migrations.RunSQL("DROP TABLE x"), "judge"),
        (
            migrations.AddConstraint(
                "lane", models.UniqueConstraint(fields=["holder"], name="holder_once")
            ),
            "may violate",
        ),
    ],
)
def test_what_would_break_is_found(operation: Any, words: str) -> None:
    assert words in " ".join(breaks([operation]))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("lane", "x", models.IntegerField(null=True)),
        migrations.AddField("lane", "x", models.IntegerField(db_default=0)),
        migrations.AddIndex("lane", models.Index(fields=["holder"], name="by_holder")),
    ],
)
def test_what_older_code_does_not_notice_passes(operation: Any) -> None:
    assert list(breaks([operation])) == []


def made(apps: Any, model: Any, rows: dict[str, Any]) -> Any:
    """Return a row of a historical model, with the rows it needs."""
    label = model._meta.model_name  # noqa: SLF001 -- Django documents it as public
    if label not in rows:
        values = {}
        for field in model._meta.concrete_fields:  # noqa: SLF001 -- the same
            value = filled(apps, field, rows)
            if value is not None:
                values[field.name] = value
        rows[label] = model.objects.create(**values)
    return rows[label]


def filled(apps: Any, field: Any, rows: dict[str, Any]) -> Any:
    """Return something to put into a field, None for what fills itself."""
    if field.remote_field is not None:
        return None if field.null else made(apps, field.related_model, rows)
    if field.primary_key and not isinstance(field, models.UUIDField):
        return None
    if field.null or field.has_default() or field.blank:
        return None
    if field.name.startswith("ends"):
        return datetime(2026, 11, 24, tzinfo=UTC)
    kinds = {
        models.DateTimeField: datetime(2026, 11, 23, tzinfo=UTC),
        models.DateField: datetime(2026, 11, 23, tzinfo=UTC).date(),
        models.UUIDField: uuid4(),
        models.EmailField: "one@contoso.example",
        models.SlugField: "one",
        models.CharField: "one",
        models.TextField: "one",
        models.BinaryField: b"one",
        models.BooleanField: False,
        models.IntegerField: 1,
    }
    return next(value for kind, value in kinds.items() if isinstance(field, kind))


def former_models(name: str) -> Iterator[Any]:
    """Yield the models as they were before a migration."""
    executor = MigrationExecutor(connection)
    before = names()[names().index(name) - 1]
    apps = executor.loader.project_state((APP, before)).apps
    for model in apps.get_app_config(APP).get_models():
        yield apps, model


@pytest.mark.django_db
@pytest.mark.store
@pytest.mark.parametrize("name", judged())
def test_code_of_the_version_before_works_on_the_new_tables(name: str) -> None:
    """Write, read, change and delete a row of every table as the former code would."""
    rows: dict[str, Any] = {}
    former = list(former_models(name))
    for apps, model in former:
        if model._meta.model_name in ONLY_ADDED_TO:  # noqa: SLF001 -- as above
            continue
        row = made(apps, model, rows)
        row.save()
        assert model.objects.get(pk=row.pk).pk == row.pk
    for row in reversed(list(rows.values())):
        row.delete()
    for apps, model in former:
        if model._meta.model_name in ONLY_ADDED_TO:  # noqa: SLF001 -- as above
            assert made(apps, model, {}).pk
