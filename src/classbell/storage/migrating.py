"""Bringing the tables up to this version."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection, transaction

from classbell.storage import people_index


def bring_up_to_date() -> None:
    """Apply the migrations that the database lacks, and what it lacked an extension for before."""
    call_command("migrate", verbosity=0, interactive=False)
    if not finds_people_fast():
        with transaction.atomic(), connection.cursor() as cursor:
            people_index.put_up(cursor, connection.vendor)


def finds_people_fast() -> bool:
    """Tell whether the index of people is there; PostgreSQL may lack the extension it needs."""
    with connection.cursor() as cursor:
        return people_index.is_up(cursor, connection.vendor)
