"""Courses and sessions: what may be stated, who may state it, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from classbell.domain.courses.courses import CourseDetails, create_course, update_course
from classbell.domain.courses.session_details import SessionDetails
from classbell.domain.courses.sessions import cancel_session, create_session, update_session
from classbell.domain.courses.times import TimeDoesNotExist
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    Course,
    CourseSession,
    DomainEvent,
    SessionInstructor,
    WorkItem,
)
from tests.domain.courses.stage import Stage
from tests.support import a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


DETAILS = SessionDetails(
    title="Morning",
    starts=wall("2026-12-01T09:00"),
    ends=wall("2026-12-01T11:00"),
    time_zone="Europe/Copenhagen",
)


def a_course(stage: Stage, code: str = "FIRE") -> Course:
    return create_course(
        stage.ports,
        catalog=stage.cast.catalog,
        code=code,
        details=CourseDetails("Fire safety"),
        actor=stage.owner,
    )


def create(
    stage: Stage, details: SessionDetails = DETAILS, code: str = "FIRE-1", actor: Actor = OPERATOR
) -> CourseSession:
    course = Course.objects.filter(code="FIRE").first() or a_course(stage)
    saved = create_session(stage.ports, course=course, code=code, details=details, actor=actor)
    return saved.session


def test_a_session_is_stored_in_utc_recorded_and_its_entry_asked_for(stage: Stage) -> None:
    session = create(stage, actor=stage.owner)
    assert session.starts_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert stage.asked() == {str(session.pk): timedelta(seconds=5)}
    assert AuditEntry.objects.filter(action="session.created", actor=stage.cast.owner).exists()
    assert DomainEvent.objects.filter(name="session.created").count() == 1


def test_a_draft_far_off_or_past_session_is_kept_like_any_other(stage: Stage) -> None:
    past = replace(DETAILS, starts=wall("2026-11-01T09:00"), ends=wall("2026-11-01T11:00"))
    session = create(stage, past)
    assert not stage.is_asked(session.pk), "there is nothing to arrange for what is over"


def test_a_time_in_the_gap_names_its_field(stage: Stage) -> None:
    gap = replace(DETAILS, starts=wall("2027-03-28T02:30"), ends=wall("2027-03-28T05:00"))
    with pytest.raises(TimeDoesNotExist) as refused:
        create(stage, gap)
    assert refused.value.field == "starts"
    assert not CourseSession.objects.exists()


def test_a_time_that_happens_twice_is_noted(stage: Stage) -> None:
    twice = replace(DETAILS, starts=wall("2027-10-31T02:30"), ends=wall("2027-10-31T05:00"))
    saved = create_session(
        stage.ports, course=a_course(stage), code="X", details=twice, actor=OPERATOR
    )
    assert len(saved.notes) == 1
    assert "twice" in saved.notes[0]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"ends": wall("2026-12-01T09:00")}, "ends"),
        ({"time_zone": "Europe/Kopenhagen"}, "time_zone"),
        ({"seats": 0}, "seats"),
        ({"enrolment_deadline": wall("2026-12-01T11:01")}, "enrolment_deadline"),
        ({"room_address": "Harbour"}, "room_address"),
        ({"place": "x" * 201}, "place"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    stage: Stage, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(stage, replace(DETAILS, **changed))  # type: ignore[arg-type]  # any field
    assert refused.value.field == field


def test_codes_are_unique_in_the_catalog_even_across_courses(stage: Stage) -> None:
    create(stage)
    other = a_course(stage, "AID")
    with pytest.raises(InvalidInput, match="FIRE-1"):
        create_session(stage.ports, course=other, code="FIRE-1", details=DETAILS, actor=OPERATOR)
    with pytest.raises(InvalidInput, match="AID"):
        a_course(stage, "AID")


def test_only_the_catalogs_admin_may_create_change_and_cancel(stage: Stage) -> None:
    session = create(stage)
    for actor, refusal in (
        (Actor.of(stage.cast.colleague), NotAllowed),
        (Actor.of(stage.cast.stranger), NotFoundHere),
    ):
        with pytest.raises(refusal):
            create(stage, code=f"X-{uuid4()}", actor=actor)
        with pytest.raises(refusal):
            update_session(stage.ports, session=session, details=DETAILS, actor=actor)
        with pytest.raises(refusal):
            cancel_session(stage.ports, session=session, actor=actor)
        with pytest.raises(refusal):
            update_course(
                stage.ports, course=session.course, details=CourseDetails("x"), actor=actor
            )
    assert CourseSession.objects.count() == 1


def test_saving_what_is_there_already_changes_nothing(stage: Stage) -> None:
    session = create(stage)
    events = DomainEvent.objects.count()
    WorkItem.objects.all().delete()
    saved = update_session(stage.ports, session=session, details=DETAILS, actor=stage.owner)
    assert not saved.changed
    assert not stage.asked()
    assert DomainEvent.objects.count() == events


def test_a_change_is_recorded_with_before_and_after(stage: Stage) -> None:
    session = create(stage)
    zoe = a_person("Zoé Dubois")
    moved = replace(DETAILS, ends=wall("2026-12-01T12:00"))
    saved = update_session(
        stage.ports, session=session, details=moved, actor=stage.owner, instructors=[zoe]
    )
    assert saved.changed
    assert saved.session.ends_at == datetime(2026, 12, 1, 11, tzinfo=UTC)
    assert [row.person for row in SessionInstructor.objects.all()] == [zoe]
    (row,) = AuditEntry.objects.filter(action="session.changed")
    assert row.before == {"ends_at": "2026-12-01 10:00:00+00:00"}
    assert row.after == {"ends_at": "2026-12-01 11:00:00+00:00"}


def test_people_of_another_organisation_cannot_teach(stage: Stage) -> None:
    with pytest.raises(NotFoundHere):
        update_session(
            stage.ports,
            session=create(stage),
            details=DETAILS,
            actor=OPERATOR,
            instructors=[stage.cast.stranger],
        )


def test_seats_cannot_fall_below_the_learners(stage: Stage) -> None:
    session = create(stage, replace(DETAILS, seats=2))
    for name in ("Ana One", "Bo Two"):
        an_enrolment(session, a_person(name))
    with pytest.raises(InvalidInput, match="2 learners"):
        update_session(
            stage.ports, session=session, details=replace(DETAILS, seats=1), actor=OPERATOR
        )


def test_cancelling_twice_is_once_and_afterwards_nothing_can_be_changed(stage: Stage) -> None:
    session = create(stage)
    first = cancel_session(stage.ports, session=session, actor=stage.owner)
    again = cancel_session(stage.ports, session=session, actor=stage.owner)
    assert first.cancelled_at == again.cancelled_at == stage.clock.now()
    assert AuditEntry.objects.filter(action="session.cancelled").count() == 1
    assert stage.is_asked(session.pk)
    with pytest.raises(InvalidInput):
        update_session(stage.ports, session=session, details=DETAILS, actor=stage.owner)


def test_what_is_over_cannot_be_cancelled(stage: Stage) -> None:
    session = a_session(stage.cast.catalog, starts_at=stage.clock.now() - timedelta(days=1))
    with pytest.raises(InvalidInput, match="over"):
        cancel_session(stage.ports, session=session, actor=stage.owner)


def test_a_new_course_title_reaches_the_entries_of_sessions_to_come(stage: Stage) -> None:
    session = create(stage)
    over = a_session(stage.cast.catalog, "OLD", starts_at=stage.clock.now() - timedelta(days=3))
    WorkItem.objects.all().delete()
    changed = update_course(
        stage.ports, course=session.course, details=CourseDetails("Fire!"), actor=stage.owner
    )
    assert changed
    assert stage.is_asked(session.pk)
    assert not stage.is_asked(over.pk)
