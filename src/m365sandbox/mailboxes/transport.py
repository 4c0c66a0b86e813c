"""Carries letters from a sender to mailboxes and to the outside, at Exchange's pace."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from m365sandbox.mailboxes.model import Address, Letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from m365sandbox.mailboxes.mailboxes import Mailboxes
    from m365sandbox.world import World

DELIVER: Final = "mail.deliver"
_POSTMASTER: Final = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
NOT_FOUND: Final = (
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
)
_OVER_THE_DAY: Final = (
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message "
    "recipients"
)


_TOO_MANY: Final = "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients"


class Transport:
    """Takes letters in and brings them to everybody they are for."""

    def __init__(self, world: World, mailboxes: Mailboxes) -> None:
        """Carry letters for a world's mailboxes."""
        self._world = world
        self._mailboxes = mailboxes
        world.handle(DELIVER, self._deliver_due)

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
            return self._turn_back(letter, _TOO_MANY, now)
        if used + len(letter.recipients) > limits.recipients_per_day:
            return self._turn_back(letter, _OVER_THE_DAY, now)
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

    def return_to_sender(self, letter: Letter, failures: Sequence[tuple[str, str]]) -> None:
        """Tell the sender who was not reached, as the non-delivery report Exchange writes.

        Args:
            letter: What could not be delivered.
            failures: Each address with the reason, in the words of the enhanced status code.
        """
        sender = letter.sender.address
        if not failures or not sender or sender.lower().startswith(_POSTMASTER.lower()):
            return
        self._mailboxes.tally(sender).returned += len(failures)
        domain = sender.rpartition("@")[2]
        rows = "".join(
            f"<p><b>{html.escape(address)}</b><br>"
            f"Remote server returned '{html.escape(reason)}'</p>"
            for address, reason in failures
        )
        report = Letter(
            sender=Address(f"{_POSTMASTER}@{domain}", "Microsoft Outlook"),
            recipients=[sender],
            to=[Address(sender, letter.sender.name)],
            subject=f"Undeliverable: {letter.subject}",
            sent=self._world.now(),
            route="system",
            html=f"<p>Your message couldn't be delivered.</p>{rows}",
            headers=[
                ("Auto-Submitted", "auto-replied"),
                ("In-Reply-To", letter.internet_message_id),
                ("X-Failed-Recipients", ", ".join(address for address, _ in failures)),
            ],
        )
        self.carry(report)

    def _turn_back(self, letter: Letter, reason: str, now: datetime) -> datetime:
        """Send nothing, and report every recipient as not reached."""
        self._stamp(letter)
        self._file_sent_copy(letter, now)
        self.return_to_sender(letter, [(one, reason) for one in letter.recipients])
        return now

    def _deliver_due(self, at: datetime, payload: Mapping[str, object]) -> None:
        letter = self._mailboxes.letters.get(str(payload["letter"]))
        if letter is not None:
            self._deliver(letter, at)

    def _deliver(self, letter: Letter, at: datetime) -> None:
        self._stamp(letter)
        self._file_sent_copy(letter, at)
        unknown: list[str] = []
        for address in dict.fromkeys(one.lower() for one in letter.recipients):
            if self.reaches(address):
                self._mailboxes.put(letter, address, "Inbox", at)
            else:
                unknown.append(address)
        self.return_to_sender(letter, [(address, NOT_FOUND) for address in unknown])

    def reaches(self, address: str) -> bool:
        """Say whether mail to an address arrives somewhere: a mailbox, a room, or outside."""
        directory = self._world.directory
        if self._mailboxes.is_outside(address):
            return True
        person = directory.person(address)
        if person is not None:
            return person.has_mailbox
        return directory.room(address) is not None

    def _stamp(self, letter: Letter) -> None:
        if not letter.internet_message_id:
            domain = letter.sender.address.rpartition("@")[2] or "sandbox.example"
            letter.internet_message_id = f"<{uuid4().hex.upper()}@{domain}>"

    def _file_sent_copy(self, letter: Letter, at: datetime) -> None:
        if letter.save_to_sent:
            self._mailboxes.put(letter, letter.sender.address, "SentItems", at)
