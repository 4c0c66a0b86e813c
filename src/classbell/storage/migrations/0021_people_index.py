"""People are found by any part of their names without reading all of them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from classbell.storage.people_index import put_up, take_down


def make(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index."""
    put_up(schema_editor, schema_editor.connection.vendor)


def unmake(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take it away."""
    take_down(schema_editor, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0020_entry_inviting"),
    ]

    operations = [migrations.RunPython(make, unmake)]
