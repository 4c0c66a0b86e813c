"""Drafts, copies, pasted links and the message of a cancellation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classbell.domain.courses.before_publishing import forecast_publishing
from classbell.domain.courses.drafts import copy_session, publish_session
from classbell.domain.courses.session_details import SessionDetails, details_of
from classbell.domain.courses.sessions import cancel_session, create_session, update_session
from classbell.domain.courses.times import moment_of, wall_time
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import CourseSession
from tests.domain.courses.stage import Stage
from tests.support import a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


DRAFT = SessionDetails(
    title="Morning",
    starts=wall("2026-12-01T09:00"),
    ends=wall("2026-12-01T11:00"),
    time_zone="Europe/Copenhagen",
    published=False,
)


def a_draft(stage: Stage, details: SessionDetails = DRAFT) -> CourseSession:
    number = CourseSession.objects.count()
    course = a_session(stage.cast.catalog, f"OTHER-{number}").course
    return create_session(
        stage.ports, course=course, code=f"FIRE-{number}", details=details, actor=stage.owner
    ).session


def test_the_forecast_says_as_whom_and_to_how_many_and_does_nothing(stage: Stage) -> None:
    draft = a_draft(
        stage, replace(DRAFT, room_address="aurora@contoso.example", teams_meeting=True)
    )
    an_enrolment(draft, a_person("Ana"))
    draft.instructors.add(a_person("Ivo"))
    said = forecast_publishing(stage.ports, draft)
    assert (said.account, said.room) == (stage.account.address, "aurora@contoso.example")
    assert (said.teams, said.by_entry, said.by_mail) == (True, 2, 0)
    draft.refresh_from_db()
    assert not draft.published


def test_without_an_account_the_forecast_promises_nothing(stage: Stage) -> None:
    session = a_session(stage.cast.other_catalog, "SALES-1", teams_meeting=True, published=False)
    said = forecast_publishing(stage.ports, session)
    assert (said.account, said.teams, said.by_entry, said.by_mail) == ("", False, 0, 0)


def test_publishing_is_for_the_owner_and_for_what_is_to_come(stage: Stage) -> None:
    draft = a_draft(stage)
    for actor, refusal in (
        (Actor.of(stage.cast.colleague), NotAllowed),
        (Actor.of(stage.cast.stranger), NotFoundHere),
    ):
        with pytest.raises(refusal):
            publish_session(stage.ports, session=draft, actor=actor)
        with pytest.raises(refusal):
            copy_session(stage.ports, session=draft, code="C", starts=DRAFT.starts, actor=actor)
    assert publish_session(stage.ports, session=draft, actor=stage.owner).session.published
    stage.clock.advance(timedelta(days=60))
    with pytest.raises(InvalidInput, match="is over"):
        publish_session(stage.ports, session=a_draft_of_old(draft), actor=stage.owner)


def a_draft_of_old(session: CourseSession) -> CourseSession:
    CourseSession.objects.filter(pk=session.pk).update(published=False)
    return CourseSession.objects.select_related("course__catalog").get(pk=session.pk)


def test_a_copy_keeps_the_wall_time_over_the_change_of_the_clocks(stage: Stage) -> None:
    draft = a_draft(stage, replace(DRAFT, enrolment_deadline=wall("2026-11-28T12:00")))
    copy = copy_session(
        stage.ports,
        session=draft,
        code="COPY",
        starts=wall("2027-06-01T09:00"),
        actor=stage.owner,
    ).session
    assert (copy.starts_at, copy.ends_at) == (
        datetime(2027, 6, 1, 7, tzinfo=UTC),
        datetime(2027, 6, 1, 9, tzinfo=UTC),
    )
    assert copy.enrolment_deadline == datetime(2027, 5, 29, 10, tzinfo=UTC)
    assert not copy.published


def test_the_second_of_two_equal_hours_survives_reading_and_writing() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    wall = wall_time(second, "Europe/Copenhagen")
    understood = moment_of(wall, "Europe/Copenhagen")
    assert understood.utc == second
    assert "the second is meant" in understood.note


@pytest.mark.parametrize(
    "link",
    [
        "http://meet.example/1",
        "javascript:alert(1)",
        "https://teams.example@elsewhere.example/",
        "https:///nowhere",
        "https://meet.example/a b",
    ],
)
def test_links_that_people_should_not_press_are_refused(stage: Stage, link: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_draft(stage, replace(DRAFT, meeting_url=link))
    assert refused.value.field == "meeting_url"


def test_a_pasted_link_and_a_teams_meeting_exclude_each_other(stage: Stage) -> None:
    linked = replace(DRAFT, meeting_url="https://meet.example/42?pwd=1#x")
    assert a_draft(stage, linked).meeting_url == "https://meet.example/42?pwd=1#x"
    with pytest.raises(InvalidInput, match="not both"):
        a_draft(stage, replace(linked, teams_meeting=True))
    with pytest.raises(InvalidInput, match="not both"):
        a_draft(stage, replace(DRAFT, place="Hall", room_address="aurora@contoso.example"))


def test_who_says_nothing_about_the_link_leaves_it(stage: Stage) -> None:
    session = a_draft(stage, replace(DRAFT, meeting_url="https://meet.example/42"))
    silent = replace(details_of(session), meeting_url=None, title="Evening")
    changed = update_session(stage.ports, session=session, details=silent, actor=stage.owner)
    assert (changed.session.title, changed.session.meeting_url) == (
        "Evening",
        "https://meet.example/42",
    )


def test_the_message_of_a_cancellation_is_kept_and_has_a_limit(stage: Stage) -> None:
    session = a_draft(stage)
    with pytest.raises(InvalidInput, match="1001 characters"):
        cancel_session(stage.ports, session=session, actor=stage.owner, message="x" * 1001)
    done = cancel_session(stage.ports, session=session, actor=stage.owner, message=" Ivo is ill. ")
    assert done.cancel_message == "Ivo is ill."
