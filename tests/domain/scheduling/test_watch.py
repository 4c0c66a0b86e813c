"""What people do in Outlook is noticed, and only that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from classbell.domain.scheduling.request import RECONCILE, WATCH
from classbell.domain.scheduling.watch import begin_watching, watch_calendar
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.storage.models import AccountState, CalendarWatch, CourseSession, WorkItem
from tests.domain.scheduling.stage import Stage, entry_of
from tests.fakes import FakeCalendarWatching
from tests.support import NOW

pytestmark = pytest.mark.django_db

INTERVAL = timedelta(minutes=5)


@dataclass
class Watched:
    """A catalog whose calendar is watched."""

    stage: Stage
    watching: FakeCalendarWatching

    def watch(self, *, after: timedelta = timedelta(0)) -> set[str]:
        """Read once; return the sessions that are to be looked at because of it."""
        WorkItem.objects.filter(kind=RECONCILE).delete()
        self.stage.clock.advance(after)
        account = str(self.stage.account.pk)
        self.again = watch_calendar(self.stage.ports, INTERVAL, self.stage.lane, account)
        return set(WorkItem.objects.filter(kind=RECONCILE).values_list("subject", flat=True))

    def sessions(self, number: int) -> list[CourseSession]:
        """Return sessions of different days, each with its event."""
        made = []
        for index in range(number):
            start = NOW + timedelta(days=3 + index)
            session = self.stage.session(code=f"S-{index}", starts_at=start)
            self.stage.run(session)
            made.append(session)
        return made


@pytest.fixture
def watched(stage: Stage) -> Watched:
    watching = stage.ports.watching
    assert isinstance(watching, FakeCalendarWatching)
    return Watched(stage, watching)


def test_the_first_event_begins_the_watch_and_it_goes_on_every_few_minutes(
    watched: Watched,
) -> None:
    watched.sessions(1)
    item = WorkItem.objects.get(kind=WATCH)
    assert item.subject == str(watched.stage.account.pk)
    assert watched.watch() == set()
    assert watched.again == watched.stage.clock.now() + INTERVAL


def test_what_we_wrote_ourselves_is_not_looked_at_again(watched: Watched) -> None:
    (session,) = watched.sessions(1)
    watched.watch()
    session.title = "Another title"
    session.save()
    watched.stage.run(session)
    assert watched.watch() == set()


@pytest.mark.parametrize("links", ["remembered", "forgotten"])
def test_only_what_was_touched_in_outlook_is_looked_at(watched: Watched, links: str) -> None:
    edited, deleted, moved, _ = watched.sessions(4)
    watched.watch()
    calendar = watched.stage.calendar
    calendar.edit(entry_of(edited).event_id, subject="Lunch")
    calendar.delete(entry_of(deleted).event_id)
    far = NOW + timedelta(days=1500)
    calendar.edit(entry_of(moved).event_id, starts_at=far, ends_at=far + timedelta(hours=1))
    if links == "forgotten":
        watched.watching.forget()
    assert watched.watch() == {str(one.pk) for one in (edited, deleted, moved)}


def test_what_was_done_before_the_first_reading_is_found(watched: Watched) -> None:
    session, _ = watched.sessions(2)
    watched.stage.calendar.edit(entry_of(session).event_id, place="Elsewhere")
    assert watched.watch() == {str(session.pk)}


def test_events_of_nobody_and_sessions_that_are_over_are_left_alone(watched: Watched) -> None:
    session, later = watched.sessions(2)
    watched.watch()
    watched.stage.calendar.edit(entry_of(session).event_id, place="Elsewhere")
    watched.stage.clock.set(session.ends_at)
    assert watched.watch() == set()
    watched.stage.clock.set(later.ends_at)
    assert watched.watch() == set()
    assert watched.again is None, "no event of ours is left to watch"


def test_a_session_beyond_the_days_watched_moves_them(watched: Watched) -> None:
    watched.sessions(1)
    watched.watch()
    start = NOW + timedelta(days=400)
    late = watched.stage.session(code="LATE", starts_at=start)
    watched.stage.run(late)
    watched.watch()
    watched.stage.calendar.edit(entry_of(late).event_id, subject="Lunch")
    assert watched.watch() == {str(late.pk)}
    assert len(watched.watching.named("begin")) == 2


def test_a_failed_reading_loses_nothing(watched: Watched) -> None:
    (session,) = watched.sessions(1)
    watched.watch()
    link = CalendarWatch.objects.get().delta_link
    watched.stage.calendar.edit(entry_of(session).event_id, subject="Lunch")
    watched.watching.fail_next(VerdictKind.RETRY, on="go_on")
    with pytest.raises(ProviderFailure):
        watched.watch()
    assert CalendarWatch.objects.get().delta_link == link
    assert watched.watch() == {str(session.pk)}


def test_a_worker_that_starts_watches_every_calendar_with_events_to_come(
    watched: Watched,
) -> None:
    watched.sessions(1)
    WorkItem.objects.all().delete()
    begin_watching(watched.stage.ports)
    assert WorkItem.objects.filter(kind=WATCH).count() == 1


def test_nothing_is_read_for_an_account_that_was_disconnected(watched: Watched) -> None:
    watched.sessions(1)
    account = watched.stage.account
    account.state = AccountState.DISCONNECTED
    account.save()
    assert watched.watch() == set()
    assert watched.again is None
    assert watched.watching.calls == []
