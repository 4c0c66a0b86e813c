"""What is changed in Outlook again and again is repaired a few times, then left for a decision."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.courses.outlook_decisions import put_back, take_outlook_edit
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.scheduling.outlook_edits import REWRITTEN_IN_OUTLOOK, outlook_edit
from classbell.domain.scheduling.preview import Act, preview
from classbell.domain.scheduling.repairs import MOST_REPAIRS
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import CourseSession
from tests.domain.people import a_cast
from tests.domain.scheduling.stage import Stage, entry_of
from tests.support import a_person, an_enrolment

pytestmark = pytest.mark.django_db

TITLE = "Fire safety: Session 1"
REWRITES = [{"subject": "[External] Lunch"}, {"place": "Elsewhere"}, {"html": "<p>Ad</p>"}]


def rewrite(stage: Stage, session: CourseSession, **what: object) -> None:
    """Let an add-in change the event, and let that be noticed."""
    stage.calendar.edit(stage.event.event_id, **what)
    stage.run(session, after=timedelta(minutes=5))


def rewritten(stage: Stage, **what: str) -> CourseSession:
    """Return a session whose event was changed once more than is repaired."""
    session = stage.session("Ana Sørensen")
    stage.run(session)
    for _ in range(MOST_REPAIRS + 1):
        rewrite(stage, session, **(what or REWRITES[0]))
    return session


@pytest.mark.parametrize("what", REWRITES, ids=["title", "place", "text"])
def test_a_few_changes_are_repaired_and_the_next_is_left_and_shown(
    stage: Stage, what: dict[str, str]
) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    for _ in range(MOST_REPAIRS):
        rewrite(stage, session, **what)
        assert stage.event.subject == TITLE
        assert entry_of(session).edited == {}
    for _ in range(3):
        stage.calendar.edit(stage.event.event_id, **what)
        etag = stage.event.etag
        stage.run(session, after=timedelta(minutes=5))
        assert stage.event.etag == etag, "nothing is written"
    (name,) = what
    assert getattr(stage.event, name) == what[name]
    entry = entry_of(session)
    edit = outlook_edit(entry.edited)
    assert edit is not None
    assert len(edit.fields) == 1
    assert entry.problem_code == REWRITTEN_IN_OUTLOOK
    assert preview(stage.ports, session).act is Act.DECIDE


def test_what_is_left_does_not_keep_other_changes_back(stage: Stage) -> None:
    session = rewritten(stage)
    an_enrolment(session, a_person("Bo Holm"))
    stage.run(session, after=timedelta(minutes=5))
    assert "bo.holm@contoso.example" in stage.attendees()
    assert stage.event.subject == "[External] Lunch"
    session.title = "Evening"
    session.save()
    stage.run(session, after=timedelta(minutes=5))
    assert stage.event.subject == "Fire safety: Evening", "what is changed here is written"
    assert entry_of(session).edited == {}


def test_who_is_taken_off_again_and_again_is_left_off_until_somebody_enrols(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    for _ in range(MOST_REPAIRS):
        rewrite(stage, session, answers=())
        assert "ana.sorensen@contoso.example" in stage.attendees()
    rewrite(stage, session, answers=())
    assert stage.attendees() == {}
    assert entry_of(session).problem_code == REWRITTEN_IN_OUTLOOK
    an_enrolment(session, a_person("Bo Holm"))
    stage.run(session, after=timedelta(minutes=5))
    assert {"ana.sorensen@contoso.example", "bo.holm@contoso.example"} <= set(stage.attendees())
    assert entry_of(session).edited == {}


def test_putting_it_back_writes_it_and_counts_anew(stage: Stage) -> None:
    session = rewritten(stage)
    put_back(stage.ports, session=session, actor=OPERATOR)
    stage.run(session)
    assert stage.event.subject == TITLE
    assert entry_of(session).edited == {}
    rewrite(stage, session, subject="Lunch")
    assert stage.event.subject == TITLE


def test_leaving_it_asks_no_more(stage: Stage) -> None:
    session = rewritten(stage)
    take_outlook_edit(stage.ports, session=session, actor=OPERATOR)
    rewrite(stage, session, subject="Another title")
    assert stage.event.subject == "Another title"
    entry = entry_of(session)
    assert (entry.edited, entry.problem) == ({}, "")
    with pytest.raises(InvalidInput):
        put_back(stage.ports, session=session, actor=OPERATOR)


def test_a_few_changes_on_different_days_are_repaired(stage: Stage) -> None:
    session = stage.session("Ana Sørensen", starts_at=stage.clock.now() + timedelta(days=30))
    stage.run(session)
    for _ in range(MOST_REPAIRS + 2):
        stage.clock.advance(timedelta(days=1))
        rewrite(stage, session, subject="Lunch")
        assert stage.event.subject == TITLE


def test_only_admins_of_the_catalog_decide(stage: Stage) -> None:
    cast = a_cast(stage.ports)
    session = rewritten(stage)
    with pytest.raises(NotAllowed):
        put_back(stage.ports, session=session, actor=Actor.of(cast.colleague))
    with pytest.raises(NotFoundHere):
        put_back(stage.ports, session=session, actor=Actor.of(cast.stranger))
    put_back(stage.ports, session=session, actor=Actor.of(cast.owner))
