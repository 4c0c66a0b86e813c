"""An e-mail service that remembers its operations and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Accepted, EmailResource, Mail, Sighting, SightingState
from tests.fakes.script import Scripted, refuse


@dataclass(frozen=True)
class SentOperation:
    """One mail that was taken, through which resource, and under which key."""

    resource: EmailResource
    mail: Mail
    key: str


class FakeEmailService(Scripted):
    """Implements ``ports.mail.EmailService``.

    A key that is known is recognised and nothing is sent again, unless ``recognises`` is off. An
    operation ends as ``SENT``, unless ``give_up`` or ``keep_running`` says other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[SentOperation] = []
        self.recognises = True
        self._states: dict[str, Sighting] = {}

    def send(self, resource: EmailResource, mail: Mail, key: str) -> Accepted:
        with self._turn("send", resource=resource, mail=mail, key=key):
            _check(resource)
            people = (*mail.to, *mail.cc, *mail.bcc)
            if not mail.to or not all("@" in one.address for one in people):
                raise refuse(VerdictKind.REFUSED, "InvalidEmailAddress", 400)
            if key not in self._states or not self.recognises:
                self.sent.append(SentOperation(resource, mail, key))
            accepted = Accepted(request_id=str(uuid4()), provider_id=key)
            self._states.setdefault(key, Sighting(SightingState.SENT, accepted))
            return accepted

    def look_up(self, resource: EmailResource, key: str) -> Sighting:
        with self._turn("look_up", resource=resource, key=key):
            _check(resource)
            return self._states.get(key, Sighting(SightingState.NEVER_SENT))

    def give_up(self, key: str, code: str, reason: str = "As the service would say.") -> None:
        """Let an operation end without its mail being delivered."""
        accepted = Accepted(provider_id=key)
        self._states[key] = Sighting(SightingState.FAILED, accepted, code, reason)

    def keep_running(self, key: str) -> None:
        """Let an operation not end yet."""
        self._states[key] = Sighting(SightingState.UNDER_WAY, Accepted(provider_id=key))

    def to(self, address: str) -> list[Mail]:
        """Return the mails that a person was sent, in order."""
        wanted = address.casefold()
        return [
            one.mail
            for one in self.sent
            if wanted in {a.address.casefold() for a in (*one.mail.to, *one.mail.cc, *one.mail.bcc)}
        ]


def _check(resource: EmailResource) -> None:
    """Refuse whoever brings neither key nor token."""
    if not (resource.access_key or resource.access_token):
        raise refuse(VerdictKind.OPERATOR_FAULT, "Denied", 401)
