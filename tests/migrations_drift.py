"""Check that the migrations together are the models: `python -m tests.migrations_drift`."""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection


def main() -> int:
    """Exit 1, naming the change, where a model has no migration yet."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.django_settings"
    django.setup()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    finally:
        # Django asks the database which migrations it has seen, which makes the file.
        connection.close()
        Path(connection.settings_dict["NAME"]).unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
