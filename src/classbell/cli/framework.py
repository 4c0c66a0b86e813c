"""Starting Django for commands that touch the database."""

from __future__ import annotations

import os


def start_django() -> None:
    """Load the settings and the tables, once for the process.

    The import is late because Django reads the environment when it starts, and ``--settings``
    fills the environment first.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classbell.django_settings")
    import django  # noqa: PLC0415 -- see the docstring

    django.setup()
