"""A provider that is a file: what reached it survives whoever sent it, and can be asked for."""

from __future__ import annotations

import os
import random
from pathlib import Path
from time import sleep
from uuid import UUID

from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Accepted, Mail, Sighting, SightingState


class ProviderFile:
    """Writes one line for each envelope that reached it: its id, the sender's process, addresses.

    Args:
        path: the file.
        seconds: how long a call takes.
        trouble: share of the calls that meet a fault, from 0 to 1; which ones is drawn.
    """

    def __init__(self, path: Path, *, seconds: float = 0.01, trouble: float = 0.0) -> None:
        self._path = path
        self._seconds = seconds
        self._trouble = trouble
        self._drawn = random.Random(os.getpid())

    def send(self, _lane: object, envelope_id: UUID, mail: Mail) -> Accepted:
        people = [one.address for one in (*mail.to, *mail.bcc)]
        if any(address.startswith("bad") for address in people):
            raise ProviderFailure(Verdict(VerdictKind.REFUSED, "ErrorInvalidRecipients", "No."))
        fault = self._drawn.random() < self._trouble and self._drawn.choice(("before", "after"))
        if fault == "before":
            raise ProviderFailure(Verdict(VerdictKind.RETRY, "503", "Away for a moment."))
        with self._path.open("ab", buffering=0) as provider:
            provider.write(f"{envelope_id} {os.getpid()} {','.join(people)}\n".encode())
        sleep(self._seconds)
        if fault == "after":
            raise ProviderFailure(Verdict(VerdictKind.UNKNOWN, "network", "No answer came."))
        return Accepted(request_id=str(envelope_id))

    def look_up(self, _lane: object, envelope_id: UUID) -> Sighting:
        found = str(envelope_id) in self._path.read_text() if self._path.exists() else False
        return Sighting(SightingState.SENT if found else SightingState.NEVER_SENT)


def arrivals(path: Path) -> list[tuple[str, str, list[str]]]:
    """Return what reached a provider: envelope, process and addresses, in order."""
    if not path.exists():
        return []
    lines = [line.split() for line in path.read_text().splitlines()]
    return [(envelope, pid, people.split(",")) for envelope, pid, people in lines]
