"""Which change reaches whom, counted in the mailboxes of the sandbox; and what a rush costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.outlook_decisions import take_outlook_edit
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.reader import Reader
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.choose import CalendarChoice, set_calendar_options
from classbell.storage.models import (
    CalendarOptions,
    CourseSession,
    Entry,
    Notification,
    Person,
    WorkItem,
)
from tests.domain.scheduling.wired import SCOPES, Wire, a_room_session
from tests.support import a_person

pytestmark = pytest.mark.django_db

MAI, JONAS, ZOE = "Mai Nielsen", "Jonas Weber", "Zoé Dubois"
NOBODY: dict[str, int] = {}


def here(name: str) -> Person:
    """Return a person whom the sandbox knows by their address alone."""
    return a_person(name, known_to_microsoft=False)


def change(**values: object) -> Callable[[Wire, CourseSession], None]:
    def act(_wire: Wire, session: CourseSession) -> None:
        CourseSession.objects.filter(pk=session.pk).update(**values)

    return act


def move(_wire: Wire, session: CourseSession) -> None:
    later = timedelta(minutes=30)
    rows = CourseSession.objects.filter(pk=session.pk)
    rows.update(starts_at=session.starts_at + later, ends_at=session.ends_at + later)


def enrol_jonas(wire: Wire, session: CourseSession) -> None:
    enrol(wire.ports, session=session, people=[here(JONAS)], actor=OPERATOR)


def unenrol_mai(wire: Wire, session: CourseSession) -> None:
    unenrol(wire.ports, session=session, people=[here(MAI)], actor=OPERATOR)


def choose(wire: Wire, session: CourseSession) -> None:
    choice = CalendarChoice(
        by_mail_only=True, ask_for_answers=False, place_when_firm=True, lobby="everybody"
    )
    set_calendar_options(wire.ports, catalog=session.course.catalog, choice=choice, actor=OPERATOR)


def move_in_outlook_and_keep(wire: Wire, session: CourseSession) -> None:
    event_id = Entry.objects.get(session=session).event_id
    later = session.starts_at + timedelta(minutes=30)
    moment = {"dateTime": f"{later:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
    token = wire.sandbox.access_token(wire.account.address, *SCOPES)
    with wire.sandbox.browser() as outlook:
        outlook.patch(
            f"{wire.sandbox.graph_url}/v1.0/me/events/{event_id}",
            headers={"Authorization": f"Bearer {token}"},
            json={"start": moment},
        ).raise_for_status()
    wire.run(session)
    take_outlook_edit(wire.ports, session=session, actor=OPERATOR)


CHANGES: list[tuple[str, Callable[[Wire, CourseSession], None], dict[str, int]]] = [
    ("nothing", change(), NOBODY),
    ("seats", change(seats=5), NOBODY),
    ("settings of the catalog", choose, NOBODY),
    ("co-organisers", change(co_organisers=True), NOBODY),
    ("lobby", change(lobby="everybody"), NOBODY),
    ("one enrolled", enrol_jonas, {JONAS: 1}),
    ("one unenrolled", unenrol_mai, {MAI: 1}),
    ("title", change(title="Another title"), {MAI: 1, ZOE: 1}),
    ("text", change(description="Bring a pen."), {MAI: 1, ZOE: 1}),
    ("pasted link", change(meeting_url="https://meet.example/fire"), {MAI: 1, ZOE: 1}),
    ("time", move, {MAI: 1, ZOE: 1}),
    ("time, moved in Outlook and kept", move_in_outlook_and_keep, {MAI: 1, ZOE: 1}),
    ("room", change(room_address="library@contoso.example"), {MAI: 1, ZOE: 1}),
    ("withdrawn", change(published=False), {MAI: 1, ZOE: 1}),
]


@pytest.mark.parametrize(("act", "told"), [row[1:] for row in CHANGES], ids=[c[0] for c in CHANGES])
def test_one_change_reaches_those_it_concerns_once(
    wire: Wire, act: Callable[[Wire, CourseSession], None], told: dict[str, int]
) -> None:
    people = {here(name).address: name for name in (MAI, JONAS, ZOE)}
    session = a_room_session(wire, 8, teams_meeting=True)
    enrol(wire.ports, session=session, people=[here(MAI)], actor=OPERATOR)
    settle(wire, session)
    before = Counter(mail["deliveredTo"] for mail in wire.sandbox.control.received())
    link = Entry.objects.get().join_url
    act(wire, session)
    settle(wire, session)
    after = Counter(mail["deliveredTo"] for mail in wire.sandbox.control.received())
    arrived = {people[who]: count for who, count in (after - before).items() if who in people}
    assert arrived == told
    entry = Entry.objects.get()
    assert entry.problem == ""
    if "OnlineMeetings.ReadWrite" in wire.account.granted_scopes:
        assert entry.meeting_problem == ""
    elif entry.meeting_problem:
        assert "an application-only account cannot set them" in entry.meeting_problem
    assert entry.join_url in (link, ""), "no change of these makes another meeting"


def settle(wire: Wire, session: CourseSession) -> None:
    """Look as often as the lane would until the room has answered."""
    for _ in range(3):
        wire.run(session)
        wire.wait(timedelta(seconds=30))


def test_five_hundred_enrolments_in_a_minute_are_a_handful_of_calls(wire: Wire) -> None:
    session = a_room_session(wire, 8, room_address="", seats=None)
    wire.run(session)
    organisation = session.course.catalog.organisation
    learners = Person.objects.bulk_create(
        Person(
            organisation=organisation,
            name=f"Learner {number}",
            address=f"l{number}@contoso.example",
            address_key=f"l{number}@contoso.example",
            created_at=wire.clock.now(),
        )
        for number in range(490)
    )
    wire.wait(timedelta(minutes=5))
    before = len(wire.graph_calls())
    for second in range(120):
        if second < 49:
            ten = learners[second * 10 : second * 10 + 10]
            enrol(wire.ports, session=session, people=ten, actor=OPERATOR)
        if due(wire, session):
            wire.run(session)
        wire.clock.advance(timedelta(seconds=1))
    calls = wire.graph_calls()[before:]
    assert len(Entry.objects.get().answers) == 491
    assert calls == ["GET", "PATCH"] * 2


def due(wire: Wire, session: CourseSession) -> bool:
    """Take the session's work item where its time has come, as the lane would."""
    items = WorkItem.objects.filter(subject=str(session.pk), due_at__lte=wire.clock.now())
    return bool(items.delete()[0])


def test_the_words_of_a_cancellation_reach_each_once(wire: Wire) -> None:
    session = a_room_session(wire, 8)
    enrol(wire.ports, session=session, people=[here(MAI)], actor=OPERATOR)
    settle(wire, session)
    CalendarOptions.objects.update_or_create(
        catalog=session.course.catalog, defaults={"by_mail_only": True}
    )
    enrol(wire.ports, session=session, people=[here(JONAS)], actor=OPERATOR)
    settle(wire, session)
    before = len(wire.sandbox.control.received())
    cancel_session(wire.ports, session=session, actor=OPERATOR, message="Ivo is ill.")
    settle(wire, session)
    told = wire.sandbox.control.received()[before:]
    by_outlook = {mail["deliveredTo"] for mail in told if "Ivo is ill." in str(mail)}
    assert {here(MAI).address, here(ZOE).address} <= by_outlook
    assert len(told) == len({mail["deliveredTo"] for mail in told}), "each hears it once"
    assert here(JONAS).address not in {mail["deliveredTo"] for mail in told}
    (mail,) = Notification.objects.filter(kind="session_cancelled")
    assert mail.audience == [here(JONAS).pk.hex]
    values = REGISTRY[mail.kind].values(wire.ports, mail, Reader("en", "UTC"))
    assert values["CANCEL MESSAGE"] == "Ivo is ill."
