"""The file of a backup: a copy of the database, and a manifest that says what it is."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classbell.ports.errors import ConfigurationFault, InvalidInput

FORMAT = 1
MANIFEST, DATA = "manifest.json", "database"
BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is; it holds no secret and names nobody.

    Attributes:
        format: of the file.
        version: of Classbell that wrote it.
        taken_at: business time at which the copying began, aware UTC.
        store: ``sqlite`` or ``postgresql``; a backup goes back to the same kind.
        schema: the last migration of each part.
        keys: ids of the encryption keys that open what is sealed in it; never the keys.
        counts: rows of each table.
        sha256: of the copy.
    """

    format: int
    version: str
    taken_at: datetime
    store: str
    schema: Mapping[str, str]
    keys: tuple[str, ...]
    counts: Mapping[str, int]
    sha256: str


def write_backup(target: Path, copy: Path, manifest: Manifest) -> None:
    """Write the file, readable by its owner alone; whole, or not at all.

    Args:
        target: where to; must not exist yet.
        copy: of the database.
        manifest: what it is.

    Raises:
        InvalidInput: there is such a file already.
    """
    if target.exists():
        raise InvalidInput(
            f"{target} exists already.",
            field="file",
            meaning="Nothing was written.",
            remedy="Name another file.",
        )
    unfinished = target.with_name(target.name + ".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            words = json.dumps(asdict(manifest), default=str, indent=2, sort_keys=True).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(words), 0o600
            archive.addfile(entry, io.BytesIO(words))
            archive.add(copy, arcname=DATA, filter=_private)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)


def read_manifest(source: Path) -> Manifest:
    """Return what a backup is.

    Raises:
        InvalidInput: the file is no backup, or one of a later version.
    """
    try:
        with tarfile.open(source, "r:gz") as archive:
            inner = archive.extractfile(MANIFEST)
            facts: dict[str, Any] = json.loads(inner.read()) if inner else {}
        found = Manifest(
            **{
                **facts,
                "taken_at": datetime.fromisoformat(facts["taken_at"]),
                "keys": tuple(facts["keys"]),
            }
        )
    except (OSError, tarfile.TarError, KeyError, TypeError, ValueError) as cause:
        raise InvalidInput(
            f"{source} is no backup of Classbell: {cause}",
            field="file",
            remedy="Name a file that classbell backup has written.",
        ) from cause
    if found.format > FORMAT:
        raise InvalidInput(
            f"{source} was written by Classbell {found.version}, which is newer than this.",
            field="file",
            remedy="Restore it with that version.",
        )
    return found


def unpack(source: Path, target: Path, manifest: Manifest) -> None:
    """Write the copy in a backup to a file, and see that it is what was written then.

    Raises:
        ConfigurationFault: the file is damaged; ``target`` is removed.
    """
    with tarfile.open(source, "r:gz") as archive:
        inner = archive.extractfile(DATA)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            while inner is not None and (block := inner.read(BLOCK)):
                file.write(block)
    if sha256_of(target) != manifest.sha256:
        target.unlink()
        raise ConfigurationFault(
            f"{source} is damaged: its copy is not the one that was written.",
            meaning="Nothing was restored.",
            remedy="Use another backup.",
        )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _private(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out whose file it was on which machine."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry
