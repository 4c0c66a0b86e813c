"""Invitations that are mails: what follows on them, and that nobody is told anything twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar, Component

from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.mailed import CANCELLED, CHANGED, INVITED, UNENROLLED
from classbell.ports.calendar import Answer
from classbell.storage.models import (
    CalendarOptions,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Notification,
    WorkItem,
)
from tests.domain.scheduling.stage import ROOM, Stage, entry_of
from tests.support import a_person, an_enrolment, fake_ports

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
LEARNERS = {"Ana Sørensen", "Bo Holm"}


def choose(stage: Stage, **chosen: object) -> None:
    CalendarOptions.objects.update_or_create(catalog=stage.catalog, defaults=chosen)


@pytest.fixture
def by_mail(stage: Stage) -> Stage:
    """Give a stage whose catalog invites learners by mail only."""
    choose(stage, by_mail_only=True)
    return stage


def leave(session: CourseSession, name: str) -> None:
    rows = Enrolment.objects.filter(session=session, person=a_person(name))
    rows.update(state=EnrolmentState.CANCELLED)


def calendar_file(kind: str) -> tuple[str, Component]:
    """Return method and event of the file that goes with the latest mail of a kind."""
    notification = Notification.objects.filter(kind=kind).latest("created_at")
    (file,) = REGISTRY[kind].attachments(fake_ports(), notification, None)
    calendar = Calendar.from_ical(file.content)
    (event,) = calendar.walk("VEVENT")
    method = str(calendar["method"])
    assert f"method={method}" in file.content_type
    return method, event


def test_learners_are_mailed_and_instructor_and_room_are_on_the_entry(by_mail: Stage) -> None:
    session = by_mail.session(*LEARNERS)
    by_mail.run(session)
    assert set(by_mail.attendees()) == {ROOM, "zoe.dubois@contoso.example"}
    assert by_mail.mailed() == [LEARNERS]
    assert entry_of(session).problem == ""


def test_the_setting_alone_tells_nobody_anything(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    before = stage.event.etag
    choose(stage, by_mail_only=True)
    an_enrolment(session, a_person("Bo Holm"))
    stage.run(session)
    assert stage.event.etag == before
    assert stage.mailed() == [{"Bo Holm"}]
    choose(stage, by_mail_only=False)
    stage.run(session)
    assert stage.event.etag == before
    assert stage.mailed() == [{"Bo Holm"}]


def test_each_change_reaches_those_it_concerns_once_and_in_order(by_mail: Stage) -> None:
    session = by_mail.session(*LEARNERS)
    by_mail.run(session)
    method, event = calendar_file(INVITED)
    uid = str(event["uid"])
    assert (method, event["sequence"]) == ("REQUEST", 0)

    session.starts_at += timedelta(minutes=30)
    session.save()
    for _ in range(2):
        by_mail.run(session, after=MINUTE)
    assert by_mail.mailed(CHANGED) == [LEARNERS]
    method, event = calendar_file(CHANGED)
    assert (method, event["sequence"], str(event["uid"])) == ("REQUEST", 1, uid)

    leave(session, "Bo Holm")
    for _ in range(2):
        by_mail.run(session, after=MINUTE)
    assert by_mail.mailed(UNENROLLED) == [{"Bo Holm"}]
    method, event = calendar_file(UNENROLLED)
    assert (method, event["sequence"], str(event["uid"])) == ("CANCEL", 2, uid)
    assert event["status"] == "CANCELLED"

    session.cancelled_at = by_mail.clock.now()
    session.save()
    for _ in range(2):
        by_mail.run(session, after=MINUTE)
    assert by_mail.mailed(CANCELLED) == [{"Ana Sørensen"}]
    method, event = calendar_file(CANCELLED)
    # 2 was Bo's alone, and 3 would have shown them the session again, had they come back.
    assert (method, event["sequence"], str(event["uid"])) == ("CANCEL", 4, uid)
    assert by_mail.mailed(INVITED) == [LEARNERS]


def test_a_withdrawn_session_without_calendar_is_taken_back_by_mail(stage: Stage) -> None:
    stage.account.granted_scopes = ["Mail.Send", "User.Read"]
    stage.account.save()
    session = stage.session("Ana Sørensen")
    stage.run(session)
    session.published = False
    session.save()
    stage.run(session, after=MINUTE)
    assert stage.mailed(CANCELLED) == [{"Ana Sørensen", "Zoé Dubois"}]
    session.published = True
    session.save()
    stage.run(session, after=MINUTE)
    assert len(stage.mailed(INVITED)) == 2
    assert calendar_file(INVITED)[1]["sequence"] == 1


def test_the_mail_names_the_teams_link_and_waits_for_it_a_little(by_mail: Stage) -> None:
    session = by_mail.session("Ana Sørensen", room_address="", teams_meeting=True)
    by_mail.run(session)
    link = by_mail.event.join_url
    assert calendar_file(INVITED)[1]["url"] == link
    late = by_mail.session("Bo Holm", room_address="", teams_meeting=True, code="LATE")
    by_mail.calendar.teams = False
    by_mail.run(late)
    assert by_mail.mailed() == [{"Ana Sørensen"}]
    by_mail.run(late, after=2 * MINUTE)
    assert by_mail.mailed()[1:] == [{"Bo Holm"}]


def test_an_enrolment_is_one_mail_where_the_invitation_is_a_mail(by_mail: Stage) -> None:
    session = by_mail.session()
    ana = a_person("Ana Sørensen")
    enrol(by_mail.ports, session=session, people=[ana], actor=OPERATOR)
    by_mail.run(session)
    assert by_mail.mailed("enrolment_confirmed") == []
    assert by_mail.mailed(INVITED) == [{"Ana Sørensen"}]
    unenrol(by_mail.ports, session=session, people=[ana], actor=OPERATOR)
    by_mail.run(session)
    assert by_mail.mailed(UNENROLLED) == [{"Ana Sørensen"}]


def test_an_enrolment_is_confirmed_where_the_entry_invites(stage: Stage) -> None:
    session = stage.session()
    enrol(stage.ports, session=session, people=[a_person("Ana Sørensen")], actor=OPERATOR)
    stage.run(session)
    assert stage.mailed("enrolment_confirmed") == [{"Ana Sørensen"}]
    assert stage.mailed(INVITED) == []
    assert "ana.sorensen@contoso.example" in stage.attendees()


def test_the_place_is_told_once_the_room_has_accepted_and_stays_told(stage: Stage) -> None:
    choose(stage, place_when_firm=True)
    session = stage.session("Ana Sørensen")
    stage.run(session)
    assert stage.event.place == ""
    assert "Harbour" not in stage.event.html
    stage.calendar.answer(stage.event.event_id, ROOM, Answer.ACCEPTED, stage.clock.now())
    assert stage.in_from_now(session, seconds=5) == timedelta(seconds=1)
    stage.wire()
    stage.run(session, after=timedelta(seconds=1))
    assert stage.wire() == ["get", "update"]
    assert stage.event.place == "Harbour"
    session.starts_at += timedelta(minutes=30)
    session.save()
    stage.run(session, after=MINUTE)
    assert stage.event.place == "Harbour"
    etag = stage.event.etag
    stage.run(session, after=MINUTE)
    assert stage.event.etag == etag


def test_a_pasted_link_is_in_the_body(stage: Stage) -> None:
    session = stage.session(room_address="", meeting_url="https://meet.example/fire?a=1&b=2")
    stage.run(session)
    assert 'href="https://meet.example/fire?a=1&amp;b=2"' in stage.event.html


def test_whether_people_are_asked_for_answers_is_the_catalogs_choice(stage: Stage) -> None:
    choose(stage, ask_for_answers=False)
    stage.run(stage.session("Ana Sørensen"))
    assert not stage.event.asks_for_answers


def test_a_few_enrolments_are_looked_at_within_seconds_and_a_rush_is_gathered(
    stage: Stage,
) -> None:
    session = stage.session(seats=None)
    stage.run(session)
    written = stage.clock.now()

    def enrol_at(seconds: int, *names: str) -> timedelta:
        stage.clock.set(written + timedelta(seconds=seconds))
        WorkItem.objects.all().delete()
        people = [a_person(name) for name in names]
        enrol(stage.ports, session=session, people=people, actor=OPERATOR)
        return WorkItem.objects.get(kind="reconcile").due_at - written

    assert enrol_at(1, "Ana Sørensen") == timedelta(seconds=6)
    rush = [f"Learner {number}" for number in range(30)]
    assert enrol_at(10, *rush) == timedelta(seconds=60)
    assert enrol_at(58, "Bo Holm") == timedelta(seconds=63)
    assert enrol_at(200, "Cy Dahl") == timedelta(seconds=205)
