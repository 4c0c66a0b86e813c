"""Bringing the tables up to this version."""

from __future__ import annotations

from django.core.management import call_command


def bring_up_to_date() -> None:
    """Apply the migrations that the database lacks."""
    call_command("migrate", verbosity=0, interactive=False)
