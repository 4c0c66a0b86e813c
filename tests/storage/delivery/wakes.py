"""The wake of whichever store Django is set to."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection

from classbell.engine.loop import Wake
from classbell.engine.wake_postgresql import Listener
from classbell.engine.wake_sqlite import DataVersion
from classbell.storage.queries.delivery import CHANNEL


def sqlite_file() -> Path | None:
    """Return the database file, where the store is SQLite."""
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def wake() -> Wake:
    """Return what notices rings on this store."""
    file = sqlite_file()
    if file is not None:
        return DataVersion(file)
    listen_url = settings.CLASSBELL.database_listen_url
    if listen_url:
        return Listener(listen_url, CHANNEL)
    parts = connection.settings_dict
    place = f"{parts['HOST']}:{parts['PORT']}"
    return Listener(f"postgresql://{parts['USER']}@{place}/{parts['NAME']}", CHANNEL)
