"""Files that come in pieces, until they are whole and become attachments of a draft."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from m365sandbox.mailboxes.model import Attachment

LIFE: Final = timedelta(hours=1)


@dataclass
class Upload:
    """One file under way; `token` opens its address to whoever knows it, and to nobody else."""

    mailbox: str
    item_id: str
    file: Attachment
    size: int
    expires: datetime
    received: bytearray = field(default_factory=bytearray)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    upload_id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def is_whole(self) -> bool:
        """Say whether every byte has come."""
        return len(self.received) == self.size


class Uploads:
    """The uploads under way. They are not saved: after a restart a file is sent from the start."""

    def __init__(self) -> None:
        """Start with none."""
        self._under_way: dict[str, Upload] = {}

    def begin(self, upload: Upload) -> Upload:
        """Expect a file, and return what is expected."""
        self._under_way[upload.upload_id] = upload
        return upload

    def find(self, upload_id: str, now: datetime) -> Upload | None:
        """Return an upload under way, or None when there is none or its time is over."""
        found = self._under_way.get(upload_id)
        if found is None or found.expires > now:
            return found
        self.end(found)
        return None

    def end(self, upload: Upload) -> None:
        """Expect nothing more of a file."""
        self._under_way.pop(upload.upload_id, None)

    def forget(self) -> None:
        """Forget every upload."""
        self._under_way.clear()
