"""Invitations by mail: where the account has no calendar permission, or the event is full."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.scheduling.entry_problems import BY_MAIL, TOO_MANY
from classbell.domain.scheduling.mailed import CANCELLED, CHANGED, INVITED, TO_INSTRUCTORS
from classbell.domain.scheduling.preview import Act, preview
from classbell.storage.models import Entry, EntryState, Person
from tests.domain.scheduling.stage import ROOM, Stage, entry_of
from tests.support import a_person, an_enrolment

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mail_only(stage: Stage) -> Stage:
    """Give a stage whose account was granted mail and nothing else."""
    stage.account.granted_scopes = ["Mail.Send", "User.Read"]
    stage.account.save()
    return stage


def grant_calendar(stage: Stage) -> None:
    stage.account.granted_scopes = ["Calendars.ReadWrite", "Mail.Send", "User.Read"]
    stage.account.save()


def test_everybody_is_mailed_once_and_the_calendar_left_alone(mail_only: Stage) -> None:
    session = mail_only.session("Ana Sørensen")
    mail_only.run(session)
    mail_only.run(session)
    assert mail_only.mailed() == [{"Ana Sørensen"}]
    assert mail_only.mailed(TO_INSTRUCTORS[INVITED]) == [{"Zoé Dubois"}]
    assert mail_only.wire() == []
    entry = entry_of(session)
    assert entry.state == EntryState.BY_MAIL
    assert entry.problem_code == BY_MAIL
    assert "no room is booked" in entry.problem


def test_newcomers_alone_are_mailed(mail_only: Stage) -> None:
    session = mail_only.session("Ana Sørensen")
    mail_only.run(session)
    an_enrolment(session, a_person("Bo Holm"))
    mail_only.run(session, after=MINUTE)
    assert mail_only.mailed()[1:] == [{"Bo Holm"}]


def test_another_time_is_told_to_everybody_and_another_text_to_nobody(mail_only: Stage) -> None:
    session = mail_only.session("Ana Sørensen")
    mail_only.run(session)
    session.description = "Bring a pen."
    session.save()
    mail_only.run(session)
    assert len(mail_only.mailed()) == 1
    session.starts_at += timedelta(minutes=30)
    session.save()
    mail_only.run(session, after=MINUTE)
    assert mail_only.mailed(CHANGED) == [{"Ana Sørensen"}]
    assert mail_only.mailed(TO_INSTRUCTORS[CHANGED]) == [{"Zoé Dubois"}]
    assert len(mail_only.mailed()) == 1


def test_without_room_and_meeting_there_is_nothing_to_complain_about(mail_only: Stage) -> None:
    session = mail_only.session("Ana Sørensen", room_address="", place="Canteen")
    mail_only.run(session)
    assert entry_of(session).problem == ""


def test_with_the_calendar_granted_later_each_has_the_session_once(mail_only: Stage) -> None:
    session = mail_only.session("Ana Sørensen")
    mail_only.run(session)
    grant_calendar(mail_only)
    an_enrolment(session, a_person("Bo Holm"))
    mail_only.run(session)
    assert set(mail_only.attendees()) == {ROOM, "bo.holm@contoso.example"}
    assert mail_only.mailed() == [{"Ana Sørensen"}]
    assert mail_only.mailed(TO_INSTRUCTORS[INVITED]) == [{"Zoé Dubois"}]
    entry = entry_of(session)
    assert (entry.state, entry.problem) == (EntryState.CREATED, "")
    assert preview(mail_only.ports, session).act is Act.NOTHING
    session.starts_at += timedelta(minutes=30)
    session.save()
    mail_only.run(session, after=MINUTE)
    assert mail_only.mailed(CHANGED) == [{"Ana Sørensen"}]
    assert mail_only.mailed(TO_INSTRUCTORS[CHANGED]) == [{"Zoé Dubois"}]
    session.cancelled_at = mail_only.clock.now()
    session.save()
    mail_only.run(session, after=MINUTE)
    assert mail_only.mailed(CANCELLED) == [{"Ana Sørensen", "Zoé Dubois"}]
    assert mail_only.calendar.events == []


def test_an_event_that_was_lost_invites_nobody_who_was_invited_by_mail(mail_only: Stage) -> None:
    session = mail_only.session("Ana Sørensen")
    mail_only.run(session)
    grant_calendar(mail_only)
    mail_only.run(session)
    Entry.objects.filter(session=session).update(state=EntryState.PLANNED)
    mail_only.run(session, after=MINUTE)
    assert set(mail_only.attendees()) == {ROOM}
    assert len(mail_only.mailed()) == 1


def test_with_the_calendar_taken_away_the_event_stays_and_newcomers_get_mail(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    stage.account.granted_scopes = ["Mail.Send", "User.Read"]
    stage.account.save()
    an_enrolment(session, a_person("Bo Holm"))
    stage.run(session)
    assert stage.mailed() == [{"Bo Holm"}]
    assert entry_of(session).state == EntryState.CREATED
    assert len(stage.calendar.events) == 1


def test_beyond_five_hundred_the_last_to_enrol_are_mailed_and_nobody_loses_a_place(
    stage: Stage,
) -> None:
    session = stage.session(seats=None)
    organisation = stage.catalog.organisation
    Person.objects.bulk_create(
        Person(
            organisation=organisation,
            name=f"Learner {number:03}",
            address=f"l{number:03}@contoso.example",
            address_key=f"l{number:03}@contoso.example",
            created_at=stage.clock.now(),
        )
        for number in range(500)
    )
    everybody = list(Person.objects.filter(name__startswith="Learner ").order_by("name"))
    for person in everybody[:498]:
        an_enrolment(session, person)
    stage.run(session)
    assert len(stage.event.answers) == 500
    assert stage.mailed() == []
    before = set(stage.attendees())
    for person in everybody[498:]:
        an_enrolment(session, person)
    stage.run(session)
    assert set(stage.attendees()) == before
    assert stage.mailed() == [{"Learner 498", "Learner 499"}]
    assert entry_of(session).problem_code == TOO_MANY
