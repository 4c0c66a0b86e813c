"""Mail that goes nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Accepted, Mail, Mailbox
from tests.fakes.script import Scripted, refuse


@dataclass(frozen=True)
class SentMail:
    """One mail that was taken, and as whom it went."""

    mailbox: Mailbox
    mail: Mail


class FakeMailSender(Scripted):
    """Implements ``ports.mail.MailSender``."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[SentMail] = []

    def send(self, mailbox: Mailbox, mail: Mail) -> Accepted:
        with self._turn("send", mailbox=mailbox, mail=mail):
            if not (mail.to or mail.cc or mail.bcc):
                raise refuse(VerdictKind.REFUSED, "ErrorInvalidRecipients", 400)
            if not all(name.lower().startswith("x-") for name, _ in mail.headers):
                raise refuse(VerdictKind.OPERATOR_FAULT, "InvalidInternetMessageHeader", 400)
            self.sent.append(SentMail(mailbox, mail))
            return Accepted(request_id=str(uuid4()))

    def to(self, address: str) -> list[Mail]:
        """Return the mails that a person was sent, in order."""
        return [
            sent.mail
            for sent in self.sent
            if address.casefold()
            in {a.address.casefold() for a in (*sent.mail.to, *sent.mail.cc, *sent.mail.bcc)}
        ]


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

    def to(self, address: str) -> list[Mail]:
        """Return the mails that a person was sent, in order."""
        wanted = address.casefold()
        return [
            mail
            for mail in self.sent
            if wanted in {a.address.casefold() for a in (*mail.to, *mail.cc, *mail.bcc)}
        ]
