"""Mail that goes nowhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Accepted, Bounce, Mail, Mailbox, Sighting, SightingState
from tests.fakes.clock import FakeClock
from tests.fakes.script import Scripted, as_verdict, refuse

SETTLED_AFTER = timedelta(minutes=15)
"""What has not appeared by then never will."""


@dataclass(frozen=True)
class SentMail:
    """One mail that was taken, and as whom it went."""

    mailbox: Mailbox
    mail: Mail


@dataclass
class Trace:
    """What the mailbox holds of one envelope: a draft, or the copy of what was sent."""

    made: datetime
    accepted: Accepted
    sent: datetime | None = None


class FakeMailSender(Scripted):
    """Implements ``ports.mail.MailSender`` and ``ports.mail.TracedMailSender``.

    Args:
        clock: business time; one that stands still where None.
        copy_delay: how long after sending the copy appears in Sent Items.

    Attributes:
        traces: what the mailbox holds, by envelope.
        bouncing: addresses that mail comes back from, each with its status code.
    """

    def __init__(self, clock: Clock | None = None, *, copy_delay: timedelta = timedelta(0)) -> None:
        super().__init__()
        self.clock = clock or FakeClock()
        self.copy_delay = copy_delay
        self.sent: list[SentMail] = []
        self.traces: dict[str, Trace] = {}
        self.bouncing: dict[str, str] = {}
        self._bounces: list[Bounce] = []
        self._stops: deque[VerdictKind] = deque()

    def send(self, mailbox: Mailbox, mail: Mail) -> Accepted:
        with self._turn("send", mailbox=mailbox, mail=mail):
            _check_headers(mail)
            _check_people(mail)
            self.sent.append(SentMail(mailbox, mail))
            return Accepted(request_id=str(uuid4()))

    def stop_after_draft(self, kind: VerdictKind = VerdictKind.UNKNOWN) -> None:
        """Let the next ``send_traced`` leave a draft, and fail before it is sent."""
        self._stops.append(kind)

    def send_traced(self, mailbox: Mailbox, mail: Mail, key: str) -> Accepted:
        with self._turn("send_traced", mailbox=mailbox, mail=mail, key=key):
            _check_headers(mail)
            ids = Accepted(str(uuid4()), str(uuid4()), f"<{uuid4()}@contoso.example>")
            if self._stops:
                self.traces[key] = Trace(self.clock.now(), ids)
                raise ProviderFailure(as_verdict(self._stops.popleft()))
            _check_people(mail)
            self.traces[key] = Trace(self.clock.now(), ids, sent=self.clock.now())
            self.sent.append(SentMail(mailbox, mail))
            self._bring_back(mail, key, ids)
            return ids

    def look_up(self, mailbox: Mailbox, key: str, begun: datetime) -> Sighting:
        with self._turn("look_up", mailbox=mailbox, key=key, begun=begun):
            trace, now = self.traces.get(key), self.clock.now()
            if trace is None or (trace.sent is not None and now < trace.sent + self.copy_delay):
                late = now >= begun + SETTLED_AFTER
                return Sighting(SightingState.NEVER_SENT if late else SightingState.UNDER_WAY)
            if trace.sent is not None:
                return Sighting(SightingState.SENT, trace.accepted)
            del self.traces[key]
            return Sighting(SightingState.NEVER_SENT)

    def sweep(self, mailbox: Mailbox, before: datetime) -> int:
        with self._turn("sweep", mailbox=mailbox, before=before):
            swept = [key for key, trace in self.traces.items() if trace.made < before]
            for key in swept:
                del self.traces[key]
            return len(swept)

    def bounces(self, mailbox: Mailbox, since: datetime) -> Sequence[Bounce]:
        with self._turn("bounces", mailbox=mailbox, since=since):
            return [one for one in self._bounces if one.at >= since]

    def _bring_back(self, mail: Mail, key: str, ids: Accepted) -> None:
        for person in (*mail.to, *mail.cc, *mail.bcc):
            code = self.bouncing.get(person.address.casefold())
            if code is not None:
                reason = "The address does not exist."
                came = (person.address, code, reason, self.clock.now(), key)
                self._bounces.append(Bounce(ids.internet_message_id, *came))

    def to(self, address: str) -> list[Mail]:
        """Return the mails that a person was sent, in order."""
        return [
            sent.mail
            for sent in self.sent
            if address.casefold()
            in {a.address.casefold() for a in (*sent.mail.to, *sent.mail.cc, *sent.mail.bcc)}
        ]


def _check_headers(mail: Mail) -> None:
    if not all(name.lower().startswith("x-") for name, _ in mail.headers):
        raise refuse(VerdictKind.OPERATOR_FAULT, "InvalidInternetMessageHeader", 400)


def _check_people(mail: Mail) -> None:
    if not (mail.to or mail.cc or mail.bcc):
        raise refuse(VerdictKind.REFUSED, "ErrorInvalidRecipients", 400)


class FakeSystemMailer(Scripted):
    """Implements ``ports.mail.SystemMailer``."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> Accepted:
        with self._turn("send", mail=mail):
            if not (mail.to or mail.cc or mail.bcc):
                raise refuse(VerdictKind.REFUSED, "no_recipients", 0)
            self.sent.append(mail)
            return Accepted(provider_id=f"<{uuid4()}@classbell.example>")

    def check(self) -> None:
        with self._turn("check"):
            return

    def to(self, address: str) -> list[Mail]:
        """Return the mails that a person was sent, in order."""
        wanted = address.casefold()
        return [
            mail
            for mail in self.sent
            if wanted in {a.address.casefold() for a in (*mail.to, *mail.cc, *mail.bcc)}
        ]
