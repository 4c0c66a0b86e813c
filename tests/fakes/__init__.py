"""Stand-ins for everything outside; tests/contract holds them to what the real adapters do."""

from tests.fakes.account import FakeAccountFacts
from tests.fakes.calendar import FakeCalendar
from tests.fakes.clock import FakeClock
from tests.fakes.email import FakeEmailService
from tests.fakes.identity import FakeIdentity
from tests.fakes.mail import FakeMailSender, FakeSystemMailer
from tests.fakes.meetings import FakeMeetings
from tests.fakes.rooms import FakeRooms
from tests.fakes.script import Call
from tests.fakes.watching import FakeCalendarWatching

__all__ = [
    "Call",
    "FakeAccountFacts",
    "FakeCalendar",
    "FakeCalendarWatching",
    "FakeClock",
    "FakeEmailService",
    "FakeIdentity",
    "FakeMailSender",
    "FakeMeetings",
    "FakeRooms",
    "FakeSystemMailer",
]
