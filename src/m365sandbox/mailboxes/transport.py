"""Carries letters from a sender to mailboxes and to the outside, at Exchange's pace."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from m365sandbox.mailboxes.reports import (
    NOT_FOUND,
    OVER_THE_DAY,
    POSTMASTER,
    TOO_MANY,
    Failure,
    report_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from m365sandbox.mailboxes.mailboxes import Mailboxes
    from m365sandbox.mailboxes.model import Letter
    from m365sandbox.world import World

DELIVER: Final = "mail.deliver"
FILE: Final = "mail.file"


class Transport:
    """Takes letters in and brings them to everybody they are for."""

    def __init__(self, world: World, mailboxes: Mailboxes) -> None:
        """Carry letters for a world's mailboxes."""
        self._world = world
        self._mailboxes = mailboxes
        world.handle(DELIVER, self._deliver_due)
        world.handle(FILE, self._file_due)

    def submit(self, letter: Letter) -> datetime:
        """Take a letter from a mailbox and return when it leaves.

        Above the pace of the mailbox the letter waits; above its recipients for the day it comes
        back to the sender as a non-delivery report.
        """
        now = self._world.now()
        limits = self._mailboxes.limits
        tally = self._mailboxes.tally(letter.sender.address)
        tally.accepted += 1
        if not limits.enabled:
            self._deliver(letter, now)
            return now
        used = tally.recipients_within_day(now)
        if len(letter.recipients) > limits.recipients_per_message:
            return self._turn_back(letter, TOO_MANY, now)
        if used + len(letter.recipients) > limits.recipients_per_day:
            return self._turn_back(letter, OVER_THE_DAY, now)
        tally.recipients.append((now, len(letter.recipients)))
        leaving = tally.next_departure(now, limits.messages_per_minute)
        if leaving <= now:
            self._deliver(letter, now)
            return now
        tally.delayed += 1
        self._mailboxes.keep(letter)
        self._world.schedule(leaving, DELIVER, {"letter": letter.letter_id})
        return leaving

    def carry(self, letter: Letter) -> None:
        """Bring a letter to its recipients now, past the pace: system mail and meeting messages."""
        self._deliver(letter, self._world.now())

    def stamp(self, letter: Letter) -> None:
        """Give a letter its Message-ID, unless its writer did."""
        if not letter.internet_message_id:
            domain = letter.sender.address.rpartition("@")[2] or "sandbox.example"
            letter.internet_message_id = f"<{uuid4().hex.upper()}@{domain}>"

    def return_to_sender(self, letter: Letter, failures: Sequence[Failure]) -> None:
        """Tell the sender who was not reached, as the non-delivery report Exchange writes.

        Args:
            letter: What could not be delivered.
            failures: Each address with the reason, in the words of the enhanced status code.
        """
        sender = letter.sender.address
        if not failures or not sender or sender.lower().startswith(POSTMASTER.lower()):
            return
        self._mailboxes.tally(sender).returned += len(failures)
        self.carry(report_of(letter, failures, self._world.now()))

    def reason_against(self, address: str) -> str | None:
        """Return why mail to an address cannot arrive; None for a mailbox, a room, or outside."""
        steered = self._mailboxes.trouble.reason_against(address)
        if steered is not None or self._mailboxes.is_outside(address):
            return steered
        directory = self._world.directory
        person = directory.person(address)
        reaches = directory.room(address) is not None if person is None else person.has_mailbox
        return None if reaches else NOT_FOUND

    def _turn_back(self, letter: Letter, reason: str, now: datetime) -> datetime:
        """Send nothing, and report every recipient as not reached."""
        self.stamp(letter)
        self._keep_copy(letter, now)
        self.return_to_sender(letter, [(one, reason) for one in letter.recipients])
        return now

    def _deliver_due(self, at: datetime, payload: Mapping[str, object]) -> None:
        letter = self._mailboxes.letters.get(str(payload["letter"]))
        if letter is not None:
            self._deliver(letter, at)

    def _deliver(self, letter: Letter, at: datetime) -> None:
        self.stamp(letter)
        self._keep_copy(letter, at)
        failures: list[Failure] = []
        for address in dict.fromkeys(one.lower() for one in letter.recipients):
            reason = self.reason_against(address)
            if reason is None:
                self._mailboxes.put(letter, address, "Inbox", at)
            else:
                failures.append((address, reason))
        self.return_to_sender(letter, failures)

    def _keep_copy(self, letter: Letter, at: datetime) -> None:
        """Let the copy appear in Sent Items, which takes the service a moment."""
        if not letter.save_to_sent:
            return
        limits = self._mailboxes.limits
        wait = limits.sent_copy_seconds if limits.enabled else 0.0
        if not wait:
            self._mailboxes.file_sent(letter, at)
            return
        self._mailboxes.keep(letter)
        self._world.schedule(at + timedelta(seconds=wait), FILE, {"letter": letter.letter_id})

    def _file_due(self, at: datetime, payload: Mapping[str, object]) -> None:
        letter = self._mailboxes.letters.get(str(payload["letter"]))
        if letter is not None:
            self._mailboxes.file_sent(letter, at)
