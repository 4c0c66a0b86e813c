"""Many who change and look at once, and the version before: still one count, and none undercut."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classbell.domain.calendar_feeds.addresses import Subject, feed_of, make_address
from classbell.domain.calendar_feeds.contents import file_of
from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import update_session
from classbell.domain.notifications.session_revision import shown
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.mailed import CHANGED
from classbell.storage.models import (
    CalendarOptions,
    Course,
    CourseSession,
    Entry,
    Room,
)
from tests.domain.calendars.learner import MINUTE, Learner, a_learner, change, rename_course
from tests.domain.calendars.reader import events_in
from tests.domain.scheduling.stage import Stage
from tests.support import a_person, a_session
from tests.waiting import beside

pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.mark.parametrize(
    ("revision", "mailed", "cancelled", "first"),
    [(4, 0, "", 4), (4, 7, "", 7), (2, 2, "cancelled", 3), (0, 5, "cancelled", 5)],
)
def test_what_the_version_before_gave_out_is_not_undercut(
    stage: Stage, revision: int, mailed: int, cancelled: str, first: int
) -> None:
    ana = a_learner(stage)
    now = stage.clock.now()
    Entry.objects.update(mail_sequence=mailed)
    CourseSession.objects.update(
        revision=revision, calendar_facts="", cancelled_at=now if cancelled else None
    )
    ana.subscribes()
    assert ana.reader.numbers == [first]
    if not cancelled:
        ana.fetches()
        change(ana, title="Practice")
        ana.subscribes()
        ana.is_mailed(CHANGED)
        assert ana.reader.numbers[1:] == [first, first + 1, first + 1]


def test_a_change_before_anybody_looked_counts_from_what_was_given_out(stage: Stage) -> None:
    ana = a_learner(stage)
    Entry.objects.update(mail_sequence=5)
    CourseSession.objects.update(revision=2, calendar_facts="")
    change(ana, title="Practice")
    ana.subscribes()
    assert ana.reader.numbers == [6]


def test_beside_the_version_before_which_counts_mails_in_the_entry(stage: Stage) -> None:
    ana = a_learner(stage)
    ana.subscribes()
    Entry.objects.update(mail_sequence=3)
    ana.subscribes()
    change(ana, title="Practice")
    ana.subscribes()
    assert ana.reader.numbers == [0, 3, 4]
    assert Entry.objects.get().mail_sequence == 4, "so that it counts on from there"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_in_whichever_order_no_calendar_is_left_behind(
    stage: Stage, seed: int
) -> None:
    chance = random.Random(seed)
    ana = a_learner(stage, teams_meeting=True)
    ana.is_mailed()
    changes: list[Callable[[], object]] = [
        lambda: change(ana, title=f"Session {chance.randrange(4)}"),
        lambda: change(ana, starts=details_of(ana.session).starts + timedelta(minutes=5)),
        lambda: change(ana, seats=chance.randrange(20, 40)),
        lambda: change(ana, meeting_url="", teams_meeting=chance.random() < 0.5),
        lambda: rename_course(ana, f"Course {chance.randrange(3)}"),
        lambda: Room.objects.update(name=f"Room {chance.randrange(3)}"),
        lambda: CalendarOptions.objects.update(place_when_firm=chance.random() < 0.5),
        lambda: stage.run(ana.session, after=MINUTE),
        lambda: other_comes_or_goes(ana, chance),
    ]
    looks: list[Callable[[], object]] = [ana.subscribes, ana.fetches, ana.is_mailed]
    for _ in range(40):
        stage.clock.advance(MINUTE)
        chance.choice(changes if chance.random() < 0.5 else looks)()
    ana.subscribes()
    assert len(set(ana.reader.numbers)) > 3, "something was counted"


def other_comes_or_goes(ana: Learner, chance: random.Random) -> None:
    """Let somebody else take a place or leave it."""
    act = enrol if chance.random() < 0.5 else unenrol
    act(ana.stage.ports, session=ana.session, people=[a_person("Bo Holm")], actor=OPERATOR)


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_count_a_change_once() -> None:
    stage = Stage()
    session = stage.session("Ana Sørensen")
    shown(stage.ports, CourseSession.objects.select_related("course__catalog").get(pk=session.pk))
    Course.objects.update(title="First aid")
    start = Barrier(6)

    def look() -> tuple[int, str]:
        row = CourseSession.objects.select_related("course__catalog").get(pk=session.pk)
        start.wait(timeout=30)
        seen = shown(stage.ports, row)
        return seen.sequence, seen.session.calendar_facts

    with ThreadPoolExecutor(6) as pool:
        looking = [beside(pool, look) for _ in range(6)]
        found = {one.result() for one in looking}
    assert len(found) == 1
    assert CourseSession.objects.get().revision == 1


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_each_have_a_number_of_their_own() -> None:
    stage = Stage()
    CalendarOptions.objects.create(catalog=stage.catalog, by_mail_only=True)
    ana = a_learner(stage)
    ana.subscribes()
    start = Barrier(4)

    def move() -> None:
        start.wait(timeout=30)
        for number in range(5):
            session = ana.session
            details = replace(details_of(session), title=f"Session {number}", place="")
            update_session(stage.ports, session=session, details=details, actor=OPERATOR)

    def rename() -> None:
        start.wait(timeout=30)
        for number in range(5):
            rename_course(ana, f"Course {number}")

    given: list[tuple[int, str]] = []

    def read() -> None:
        start.wait(timeout=30)
        for _ in range(15):
            seen = shown(stage.ports, ana.session)
            given.append((seen.sequence, seen.session.calendar_facts))

    with ThreadPoolExecutor(4) as pool:
        done = [beside(pool, act) for act in (move, rename, read, read)]
        assert [one.result() for one in done] == [None] * 4
    assert len(set(given)) == len({number for number, _ in given}), "one number, one content"
    ana.subscribes()


@pytest.mark.django_db(transaction=True)
def test_another_title_of_a_course_of_many_sessions_is_counted_with_few_commits() -> None:
    stage = Stage()
    for number in range(300):
        a_session(stage.catalog, code=f"FIRE-{number}")
    subject = Subject(catalog=stage.catalog)
    make_address(stage.ports, subject=subject, actor=OPERATOR)
    feed = feed_of(subject)
    assert feed is not None
    file_of(stage.ports, feed)
    Course.objects.update(title="First aid")
    with CaptureQueriesContext(connection) as asked:
        numbers = {int(one["SEQUENCE"]) for one in events_in(file_of(stage.ports, feed).body)}
    assert numbers == {1}
    assert sum(one["sql"] == "COMMIT" for one in asked.captured_queries) <= 3
