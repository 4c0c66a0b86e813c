"""Taking a backup: a copy of the database with a manifest, while everything goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from classbell.domain.connections.rotation import examine_keys
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.storage.backup_file import FORMAT, Manifest, sha256_of, write_backup
from classbell.storage.copies import copy_postgresql, copy_sqlite


def take_backup(ports: Ports, target: Path, *, url: str) -> Manifest:
    """Copy the database to a file that can be kept elsewhere. The keys are not in it.

    Args:
        ports: the clock, the cipher and the version.
        target: the file; must not exist yet.
        url: the database, never a pooler.

    Returns:
        What was written.

    Raises:
        ConfigurationFault: a secret opens with no configured key, so that a backup would be of
            little use; or the copying failed.
        InvalidInput: there is such a file already.
    """
    # Before the copy: what is sent from here on may be missing in it.
    taken_at = ports.clock.now()
    found = examine_keys(ports)
    if found.unreadable:
        raise ConfigurationFault(
            f"{len(found.unreadable)} secrets do not open, such as {found.unreadable[0]}",
            meaning="Nothing was written: the accounts they belong to could not be restored.",
            remedy="Put the missing key back into CLASSBELL_ENCRYPTION_KEYS, then try again.",
        )
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="classbell-backup-", dir=target.absolute().parent) as folder:
        copy = Path(folder) / "copy"
        counts = _copy(url, copy)
        manifest = _manifest(ports, taken_at, sorted(found.by_key), counts, copy)
        write_backup(target, copy, manifest)
    return manifest


def schema_of_database() -> dict[str, str]:
    """Return the last migration that each part of the database has."""
    # In the order of their names, so that the last of each part remains.
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


def _copy(url: str, copy: Path) -> dict[str, int]:
    """Copy by the means of the store."""
    if connection.vendor == "sqlite":
        return copy_sqlite(Path(connection.settings_dict["NAME"]), copy)
    return copy_postgresql(url, copy)


def _manifest(
    ports: Ports, taken_at: datetime, keys: list[str], counts: dict[str, int], copy: Path
) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=ports.installation.version,
        taken_at=taken_at,
        store=connection.vendor,
        schema=schema_of_database(),
        keys=tuple(keys),
        counts=counts,
        sha256=sha256_of(copy),
    )
