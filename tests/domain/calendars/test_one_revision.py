"""Feed, mailed file and the file that somebody fetches: one count for all, whoever changed what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from classbell.domain.calendar_feeds.contents import file_of
from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.mailed import CANCELLED, CHANGED, INVITED, UNENROLLED
from classbell.storage.models import (
    Entry,
    Notification,
    Room,
)
from tests.domain.calendars.learner import MINUTE, Learner, a_learner, change, rename_course
from tests.domain.calendars.reader import event_in
from tests.domain.scheduling.stage import Stage
from tests.support import a_person

pytestmark = [pytest.mark.django_db, pytest.mark.store]


def a_link(_: Learner) -> None:
    """Let the meeting have its link."""
    Entry.objects.update(join_url="https://teams.example/join")


def test_file_then_feed_then_file_never_counts_back(stage: Stage) -> None:
    ana = a_learner(stage)
    ana.is_mailed()
    ana.subscribes()
    ana.fetches()
    assert ana.reader.numbers == [0, 0, 0]
    change(ana, title="Practice")
    ana.is_mailed(CHANGED)
    ana.subscribes()
    change(ana, starts=details_of(ana.session).starts - timedelta(hours=1))
    ana.subscribes()
    ana.is_mailed(CHANGED)
    ana.fetches()
    assert ana.reader.numbers[3:] == [1, 1, 2, 2, 2]
    cancel_session(stage.ports, session=ana.session, actor=OPERATOR)
    ana.subscribes()
    stage.run(ana.session, after=MINUTE)
    ana.is_mailed(CANCELLED)
    assert ana.reader.numbers[8:] == [3, 3]
    rename_course(ana, "First aid")
    ana.subscribes()
    ana.is_mailed(CANCELLED)
    ana.subscribes()
    assert ana.reader.numbers[10:] == [4, 4, 4]
    assert ana.reader.has
    assert ana.reader.has["STATUS"] == "CANCELLED"


def test_what_is_taken_back_and_published_again_is_newer_each_time(stage: Stage) -> None:
    ana = a_learner(stage)
    ana.is_mailed()
    ana.subscribes()
    change(ana, published=False)
    ana.is_mailed(CANCELLED)
    assert ana.reader.has
    assert ana.reader.has["STATUS"] == "CANCELLED"
    change(ana, published=True)
    ana.subscribes()
    ana.is_mailed(INVITED)
    ana.fetches()
    assert ana.reader.has["STATUS"] == "CONFIRMED"
    assert ana.reader.numbers == [0, 0, 1, 2, 2, 2]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda ana: rename_course(ana, "First aid"), id="another course title"),
        pytest.param(lambda _: Room.objects.update(name="Quay"), id="the room has another name"),
        pytest.param(a_link, id="the link to join came"),
    ],
)
def test_what_changes_beside_the_session_is_counted_once(
    stage: Stage, act: Callable[[Learner], object]
) -> None:
    ana = a_learner(stage, teams_meeting=True)
    Entry.objects.update(join_url="")
    ana.is_mailed()
    ana.subscribes()
    first = ana.reader.numbers[-1]
    stage.clock.advance(MINUTE)
    act(ana)
    ana.subscribes()
    stage.clock.advance(MINUTE)
    ana.fetches()
    ana.subscribes()
    assert [one - first for one in ana.reader.numbers[2:]] == [1, 1, 1]


def test_what_no_calendar_shows_is_not_counted(stage: Stage) -> None:
    ana = a_learner(stage)
    ana.subscribes()
    body = file_of(stage.ports, ana.feed).body
    change(ana, seats=30, description="Bring a pen.", enrolment_deadline=None)
    enrol(stage.ports, session=ana.session, people=[a_person("Bo Holm")], actor=OPERATOR)
    stage.run(ana.session, after=MINUTE)
    assert file_of(stage.ports, ana.feed).body == body


def test_a_mail_that_was_held_shows_and_counts_what_is_true_when_it_leaves(stage: Stage) -> None:
    ana = a_learner(stage)
    change(ana, place="Yard", room_address="")
    ana.subscribes()
    ana.is_mailed(INVITED)
    ana.is_mailed(CHANGED)
    ana.fetches()
    assert ana.reader.numbers == [1, 1, 1, 1]


def test_who_leaves_and_comes_back_is_not_left_out_by_their_calendar(stage: Stage) -> None:
    ana = a_learner(stage)
    ana.is_mailed()
    unenrol(stage.ports, session=ana.session, people=[ana.person], actor=OPERATOR)
    stage.run(ana.session, after=MINUTE)
    ana.is_mailed(UNENROLLED)
    assert ana.reader.has
    assert (ana.reader.has["sequence"], ana.reader.has["STATUS"]) == (1, "CANCELLED")
    stage.clock.advance(MINUTE)
    enrol(stage.ports, session=ana.session, people=[ana.person], actor=OPERATOR)
    ana.subscribes()
    stage.run(ana.session, after=MINUTE)
    ana.is_mailed(INVITED)
    ana.fetches()
    ana.subscribes()
    assert ana.reader.numbers == [0, 1, 2, 2, 2, 2]
    assert ana.reader.has["STATUS"] == "CONFIRMED"


def test_an_end_that_was_held_does_not_end_what_began_again_meanwhile(stage: Stage) -> None:
    ana = a_learner(stage)
    ana.is_mailed()
    unenrol(stage.ports, session=ana.session, people=[ana.person], actor=OPERATOR)
    stage.run(ana.session, after=MINUTE)
    enrol(stage.ports, session=ana.session, people=[ana.person], actor=OPERATOR)
    stage.run(ana.session, after=MINUTE)
    ana.subscribes()
    told = Notification.objects.get(kind=UNENROLLED)
    (file,) = REGISTRY[UNENROLLED].attachments(stage.ports, told, None)
    assert int(event_in(file.content)["SEQUENCE"]) < ana.reader.numbers[-1]
    ana.is_mailed(INVITED)
    ana.fetches()
    assert ana.reader.numbers == [0, 2, 2, 2]
