"""A provider that is a folder: what reached it survives whoever sent it, and can be asked for."""

from __future__ import annotations

import os
import random
from pathlib import Path
from time import sleep
from uuid import UUID, uuid4

from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Accepted, Mail, Sighting, SightingState

# Stands in the place of the sender's process where an envelope was asked for and never came.
VOID = "void"


class ProviderFolder:
    """Keeps one file for each envelope that reached it: the sender's process, addresses.

    Whoever asks for an envelope that never came makes it void, as the draft of a mail is emptied
    before it is said to be unsent: a sender that was paused just before the wire comes too late.
    A file appears with all it says or not at all, wherever its writer is killed or frozen.

    Args:
        path: the folder; it is made if need be.
        seconds: how long a call takes.
        trouble: share of the calls that meet a fault, from 0 to 1; which ones is drawn.
        senders: how many processes must have reached it before it answers any of them.
    """

    def __init__(
        self, path: Path, *, seconds: float = 0.01, trouble: float = 0.0, senders: int = 1
    ) -> None:
        self._path = path
        self._path.mkdir(exist_ok=True)
        self._seconds = seconds
        self._trouble = trouble
        self._senders = senders
        self._drawn = random.Random(os.getpid())

    def send(self, _lane: object, envelope_id: UUID, mail: Mail) -> Accepted:
        people = [one.address for one in (*mail.to, *mail.bcc)]
        if any(address.startswith("bad") for address in people):
            raise ProviderFailure(Verdict(VerdictKind.REFUSED, "ErrorInvalidRecipients", "No."))
        fault = self._drawn.random() < self._trouble and self._drawn.choice(("before", "after"))
        if fault == "before":
            raise ProviderFailure(Verdict(VerdictKind.RETRY, "503", "Away for a moment."))
        if not self._is_first(envelope_id, f"{os.getpid()} {','.join(people)}"):
            raise ProviderFailure(Verdict(VerdictKind.REFUSED, VOID, "The draft is empty."))
        self._await_senders()
        sleep(self._seconds)
        if fault == "after":
            raise ProviderFailure(Verdict(VerdictKind.UNKNOWN, "network", "No answer came."))
        return Accepted(request_id=str(envelope_id))

    def look_up(self, _lane: object, envelope_id: UUID) -> Sighting:
        came = not self._is_first(envelope_id, f"{VOID} -")
        return Sighting(SightingState.SENT if came else SightingState.NEVER_SENT)

    def _await_senders(self) -> None:
        """Let the first wait for the others, so that none has done everything before they begin."""
        while self._senders > 1:
            if len({pid for _, pid, _ in arrivals(self._path)}) >= self._senders:
                self._senders = 1
            sleep(0.02)

    def _is_first(self, envelope_id: UUID, words: str) -> bool:
        """Write down what became of an envelope, unless that stands already."""
        draft = self._path / f"{uuid4()}.draft"
        draft.write_text(words)
        try:
            os.link(draft, self._path / str(envelope_id))
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True


def arrivals(path: Path) -> list[tuple[str, str, list[str]]]:
    """Return what reached a provider: envelope, process and addresses, in no order."""
    kept = [(one.name, one.read_text().split()) for one in path.glob("*") if not one.suffix]
    return [(name, pid, people.split(",")) for name, (pid, people) in kept if pid != VOID]
