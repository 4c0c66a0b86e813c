"""Putting a backup back into an empty place, where nothing of it is sent by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from classbell.domain.backups.in_doubt import doubt_everything
from classbell.domain.connections.rotation import examine_keys
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault, InvalidInput
from classbell.storage.backup_file import Manifest, read_manifest, unpack
from classbell.storage.copies import put_postgresql, put_sqlite
from classbell.storage.migrating import bring_up_to_date
from classbell.storage.models import Restoration


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of it.

    Attributes:
        manifest: of the backup.
        held: messages that wait for somebody's decision.
        in_doubt: messages that were on the wire, asked for where the provider can be asked.
        keys: how many secrets each key opens.
    """

    manifest: Manifest
    held: int
    in_doubt: int
    keys: dict[str, int]


def put_back(ports: Ports, source: Path, *, url: str) -> PutBack:
    """Restore a backup into the configured database, which must be empty.

    Whatever waited when the backup was taken may have been sent since, which the backup cannot
    know: all of it waits for somebody's decision afterwards.

    Args:
        ports: the clock and the keys.
        source: what ``take_backup`` wrote.
        url: the database, never a pooler.

    Raises:
        InvalidInput: no backup, or one for another store or of a later version.
        ConfigurationFault: the place is not empty, a key is missing, or the file is damaged.
    """
    manifest = read_manifest(source)
    _refuse_what_does_not_fit(ports, manifest)
    connection.close()
    begun_at = ports.clock.now()
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = place.with_name(place.name + ".restoring")
        try:
            unpack(source, copy, manifest)
            put_sqlite(copy, place, taken_at=manifest.taken_at, begun_at=begun_at)
        finally:
            # Where it was refused, nobody else knows that it names people.
            copy.unlink(missing_ok=True)
    else:
        copy = source.with_name(source.name + ".restoring")
        try:
            unpack(source, copy, manifest)
            put_postgresql(copy, url, taken_at=manifest.taken_at, begun_at=begun_at)
        finally:
            copy.unlink(missing_ok=True)
    connection.close()
    return finish(ports, manifest)


def finish(ports: Ports, manifest: Manifest) -> PutBack:
    """Bring the tables up to this version and put in doubt all that may have left.

    Safe to repeat, so a restore that was interrupted is ended by it.

    Raises:
        ConfigurationFault: a secret does not open with the configured keys.
    """
    bring_up_to_date()
    restoration = Restoration.objects.filter(finished_at=None).order_by("-pk").first()
    if restoration is None:
        raise InvalidInput(
            "No restore waits to be finished.", field="finish", remedy="See classbell doctor."
        )
    found = examine_keys(ports)
    if found.unreadable:
        raise ConfigurationFault(
            f"{len(found.unreadable)} secrets do not open, such as {found.unreadable[0]}",
            meaning="The database is there; no worker starts before this is mended.",
            remedy="Set the keys that the manifest names, then run classbell restore again with "
            "--finish.",
        )
    held, in_doubt = doubt_everything(ports, restoration)
    return PutBack(manifest, held, in_doubt, dict(found.by_key))


def unfinished() -> Restoration | None:
    """Return the restore that was begun and not finished, or None."""
    return Restoration.objects.filter(finished_at=None).first()


def require_finished() -> None:
    """Make sure that nothing is sent from a database whose restore was interrupted.

    Raises:
        ConfigurationFault: a restore was not finished.
    """
    if unfinished() is not None:
        raise ConfigurationFault(
            "This database was put back from a backup, and that was not finished.",
            meaning="What it holds may have been sent already; a worker would send it again.",
            remedy="Run classbell restore FILE --finish, with the same file.",
        )


def _refuse_what_does_not_fit(ports: Ports, manifest: Manifest) -> None:
    """Refuse a backup that this installation cannot carry on with, before anything is changed."""
    if manifest.store != connection.vendor:
        raise InvalidInput(
            f"The backup is of {manifest.store}; CLASSBELL_DATABASE_URL names {connection.vendor}.",
            field="file",
            remedy=f"Name a database of {manifest.store}.",
        )
    known = MigrationLoader(None).disk_migrations
    later = [f"{app} {name}" for app, name in manifest.schema.items() if (app, name) not in known]
    if later:
        raise InvalidInput(
            f"The backup has tables of a version that this one does not know ({later[0]}).",
            field="file",
            remedy=f"Restore it with Classbell {manifest.version} or a later version.",
        )
    missing = sorted(set(manifest.keys) - set(ports.cipher.names))
    if missing:
        raise ConfigurationFault(
            f"The backup needs the keys {', '.join(missing)}, which are not configured.",
            meaning="Without them no account could be used; nothing was restored.",
            remedy="Put them into CLASSBELL_ENCRYPTION_KEYS from where the keys are kept.",
        )
