"""Who leaves while the entry is written hears of it once, from Outlook or by a mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.request import request_entry
from classbell.storage.models import CourseSession, Entry, Notification, Person
from m365sandbox.testing import Sandbox
from tests.domain.scheduling.wire import Wire, wired
from tests.support import a_person, a_session

pytestmark = pytest.mark.django_db

LONG_ENOUGH = timedelta(minutes=2)
BY_OUTLOOK, BY_MAIL = (2, 0), (0, 1)
"""An invitation and its end in the mailbox; or neither, and one mail of ours."""


@pytest.fixture
def at_outlook(sandbox: Sandbox, db: None) -> Iterator[Wire]:
    with wired(sandbox) as wire:
        yield wire


@pytest.fixture
def mai(at_outlook: Wire) -> Person:
    return a_person("Mai Nielsen", known_to_microsoft=False)


@pytest.fixture
def session(at_outlook: Wire) -> CourseSession:
    start = (
        at_outlook.clock.now().astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    )
    return a_session(starts_at=start + timedelta(days=8), time_zone="UTC", seats=None)


def leaves(wire: Wire, session: CourseSession, person: Person, moment: str) -> None:
    """Let somebody leave just before the next write, or between its answer and our reading it."""

    def leave() -> None:
        unenrol(wire.ports, session=session, people=[person], actor=OPERATOR)

    setattr(wire.mortal, moment, leave)


def told(wire: Wire, person: Person) -> tuple[int, int]:
    """Return how many messages Outlook sent somebody, and how many mails say that it is over."""
    ended = Notification.objects.filter(kind="enrolment_cancelled")
    return wire.received(person.address), sum(person.pk.hex in one.audience for one in ended)


def begun(wire: Wire, session: CourseSession, person: Person, *, stands: bool) -> None:
    """Enrol somebody in a session whose entry stands already, or is made for them."""
    if stands:
        request_entry(wire.ports, session)
        wire.wait(LONG_ENOUGH)
        wire.work()
    enrol(wire.ports, session=session, people=[person], actor=OPERATOR)
    if not stands:
        request_entry(wire.ports, session)
    wire.wait(LONG_ENOUGH)


@pytest.mark.parametrize("stands", [False, True], ids=["created", "patched"])
@pytest.mark.parametrize("moment", ["under_way", "answered"])
def test_a_write_that_goes_through_leaves_it_to_outlook(
    at_outlook: Wire, session: CourseSession, mai: Person, moment: str, *, stands: bool
) -> None:
    begun(at_outlook, session, mai, stands=stands)
    leaves(at_outlook, session, mai, moment)
    at_outlook.work()
    at_outlook.rest()
    assert told(at_outlook, mai) == BY_OUTLOOK
    assert Entry.objects.get().inviting == {}


@pytest.mark.parametrize("stands", [False, True], ids=["created", "patched"])
@pytest.mark.parametrize("effect", ["drop", "act_then_drop"])
def test_a_write_of_unknown_fate_is_looked_at_first(
    at_outlook: Wire, session: CourseSession, mai: Person, effect: str, *, stands: bool
) -> None:
    begun(at_outlook, session, mai, stands=stands)
    leaves(at_outlook, session, mai, "under_way")
    method = "PATCH" if stands else "POST"
    at_outlook.sandbox.control.add_fault(path="/v1.0/me/events*", method=method, effect=effect)
    at_outlook.work()
    at_outlook.rest()
    assert told(at_outlook, mai) == (BY_OUTLOOK if effect == "act_then_drop" else BY_MAIL)


@pytest.mark.parametrize("stands", [False, True], ids=["created", "patched"])
@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("then", ["nothing", "cancelled", "new event"])
def test_a_worker_killed_at_the_write_tells_it_once(
    at_outlook: Wire,
    session: CourseSession,
    mai: Person,
    then: str,
    *,
    carried_out: bool,
    stands: bool,
) -> None:
    """Whoever finds what was noted is another worker, and may have something else to do."""
    if then == "new event":
        CourseSession.objects.filter(pk=session.pk).update(teams_meeting=True)
    begun(at_outlook, session, mai, stands=stands)
    # Where an event stands, it is read before it is patched.
    calls = 2 if stands else 1
    at_outlook.mortal.before, at_outlook.mortal.after = (0, calls) if carried_out else (calls, 0)
    killed_at_the_write(at_outlook)
    assert mai.address.casefold() in Entry.objects.get().inviting
    unenrol(at_outlook.ports, session=session, people=[mai], actor=OPERATOR)
    assert told(at_outlook, mai)[1] == 0, "nobody can tell yet"
    if then == "cancelled":
        cancel_session(at_outlook.ports, session=session, actor=OPERATOR)
    elif then == "new event":
        CourseSession.objects.filter(pk=session.pk).update(teams_meeting=False)
        request_entry(at_outlook.ports, session)
    at_outlook.rest()
    assert told(at_outlook, mai) == (BY_OUTLOOK if carried_out else BY_MAIL)


def killed_at_the_write(wire: Wire) -> None:
    """Let the worker die at the call that was chosen, and nobody take over yet."""
    wire.work_until_killed()
    wire.mortal.spare()


def test_who_left_before_the_write_was_noted_is_not_invited(
    at_outlook: Wire, session: CourseSession, mai: Person
) -> None:
    begun(at_outlook, session, mai, stands=True)
    at_outlook.mortal.looked = lambda: unenrol(
        at_outlook.ports, session=session, people=[mai], actor=OPERATOR
    )
    at_outlook.work()
    at_outlook.rest()
    assert told(at_outlook, mai) == BY_MAIL


def test_who_comes_back_before_anybody_looked_is_invited_once(
    at_outlook: Wire, session: CourseSession, mai: Person
) -> None:
    begun(at_outlook, session, mai, stands=True)
    at_outlook.mortal.after = 2
    killed_at_the_write(at_outlook)
    unenrol(at_outlook.ports, session=session, people=[mai], actor=OPERATOR)
    enrol(at_outlook.ports, session=session, people=[mai], actor=OPERATOR)
    at_outlook.rest()
    assert told(at_outlook, mai) == (1, 0)
