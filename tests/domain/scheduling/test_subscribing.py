"""Microsoft reports what people do in Outlook, where it can reach this installation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from classbell.domain.scheduling.request import WATCH
from classbell.domain.scheduling.subscribing import LIFE, PATIENCE, take_reports
from classbell.domain.scheduling.watch import watch_calendar
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.watching import ChangeReport, Lifecycle
from classbell.storage.models import AccountState, CalendarWatch, CourseSession, WorkItem
from tests.domain.scheduling.stage import Stage
from tests.fakes import FakeCalendarWatching

pytestmark = pytest.mark.django_db

INTERVAL = timedelta(minutes=5)


@dataclass
class Reported:
    """A catalog whose calendar is watched, with an address that Microsoft reaches."""

    stage: Stage
    watching: FakeCalendarWatching
    session: CourseSession

    def watch(self, *, after: timedelta = timedelta(0)) -> CalendarWatch:
        """Read once, and return what is known of the calendar then."""
        self.stage.clock.advance(after)
        account = str(self.stage.account.pk)
        watch_calendar(self.stage.ports, INTERVAL, self.stage.lane, account)
        return CalendarWatch.objects.get()

    def report(self, lifecycle: Lifecycle | None = None, word: str | None = None) -> int:
        """Let Microsoft report; with its own word unless another is given."""
        ((name, made),) = self.watching.subscriptions.items()
        told = ChangeReport(name, made.word if word is None else word, lifecycle)
        return take_reports(self.stage.ports, [told, told])

    def due_in(self) -> timedelta:
        """Return in how long the calendar is read again."""
        return WorkItem.objects.get(kind=WATCH).due_at - self.stage.clock.now()


@pytest.fixture
def reported(stage: Stage) -> Reported:
    watching = stage.ports.watching
    assert isinstance(watching, FakeCalendarWatching)
    stage.ports = replace(stage.ports, public_url="https://learn.example")
    session = stage.session()
    stage.run(session)
    return Reported(stage, watching, session)


def test_reports_are_asked_for_once_and_renewed_every_day(reported: Reported) -> None:
    watch = reported.watch()
    ((name, made),) = reported.watching.subscriptions.items()
    assert made.url == "https://learn.example/reports/calendar"
    assert (watch.subscription_id, watch.problem) == (name, "")
    assert made.word not in watch.client_state_hash
    reported.watch(after=timedelta(hours=23))
    assert not reported.watching.named("renew")
    reported.watch(after=timedelta(hours=2))
    assert len(reported.watching.named("renew")) == 1
    assert reported.watching.subscriptions[name].until == reported.stage.clock.now() + LIFE
    assert len(reported.watching.named("subscribe")) == 1


def test_a_report_lets_the_calendar_be_read_within_seconds(reported: Reported) -> None:
    reported.watch()
    WorkItem.objects.filter(kind=WATCH).update(
        due_at=reported.stage.clock.now() + timedelta(minutes=5)
    )
    assert reported.report() == 1
    assert reported.due_in() <= timedelta(seconds=10)


@pytest.mark.parametrize("word", ["", "another", "é"])
def test_a_forged_report_asks_for_nothing(reported: Reported, word: str) -> None:
    reported.watch()
    WorkItem.objects.filter(kind=WATCH).delete()
    assert reported.report(word=word) == 0
    assert take_reports(reported.stage.ports, [ChangeReport("", "")]) == 0
    assert not WorkItem.objects.filter(kind=WATCH).exists()


def test_a_disconnected_accounts_reports_are_passed_over(reported: Reported) -> None:
    reported.watch()
    reported.stage.account.state = AccountState.DISCONNECTED
    reported.stage.account.save()
    assert reported.report() == 0


def test_what_was_removed_is_made_anew_and_what_ends_soon_is_renewed(reported: Reported) -> None:
    reported.watch()
    assert reported.report(Lifecycle.REAUTHORIZE) == 1
    reported.watch()
    assert len(reported.watching.named("renew")) == 1
    assert reported.report(Lifecycle.REMOVED) == 1
    reported.watching.subscriptions.clear()
    watch = reported.watch()
    assert list(reported.watching.subscriptions) == [watch.subscription_id]


def test_one_that_lapsed_is_made_anew(reported: Reported) -> None:
    reported.watch()
    reported.watching.subscriptions.clear()
    watch = reported.watch(after=timedelta(days=5))
    assert list(reported.watching.subscriptions) == [watch.subscription_id]
    assert reported.report() == 1


def test_where_microsoft_cannot_reach_us_reading_goes_on_and_says_so(reported: Reported) -> None:
    reported.watching.unreachable = True
    watch = reported.watch()
    assert watch.read_at == reported.stage.clock.now()
    assert watch.problem == "As the service would answer."
    reported.watch(after=INTERVAL)
    assert len(reported.watching.named("subscribe")) == 1, "it is not tried at every reading"
    assert CalendarWatch.objects.get().problem == "As the service would answer."
    reported.watching.unreachable = False
    watch = reported.watch(after=PATIENCE)
    assert watch.problem == ""
    assert watch.subscription_id


def test_a_renewal_that_fails_leaves_the_reports_as_they_are(reported: Reported) -> None:
    before = reported.watch().subscription_id
    reported.watching.fail_next(VerdictKind.THROTTLED, on="renew")
    watch = reported.watch(after=timedelta(days=1))
    assert watch.subscription_id == before
    assert watch.problem
    assert reported.report() == 1, "it reports till its end"
    watch = reported.watch(after=INTERVAL)
    assert (watch.subscription_id, watch.problem) == (before, "")
    assert len(reported.watching.named("subscribe")) == 1


def test_one_that_lapsed_and_cannot_be_made_anew_is_forgotten(reported: Reported) -> None:
    reported.watch()
    reported.watching.subscriptions.clear()
    reported.watching.unreachable = True
    watch = reported.watch(after=timedelta(days=5))
    assert watch.subscription_id == ""
    reported.watch(after=INTERVAL)
    assert len(reported.watching.named("subscribe")) == 2, "it is not tried at every reading"


def test_a_sign_in_that_ended_concerns_the_whole_account(reported: Reported) -> None:
    reported.watching.fail_next(VerdictKind.SIGN_IN_AGAIN, on="subscribe")
    with pytest.raises(ProviderFailure):
        reported.watch()


def test_it_ends_with_the_address_and_with_the_last_session(reported: Reported) -> None:
    reported.watch()
    reported.stage.ports = replace(reported.stage.ports, public_url="")
    watch = reported.watch()
    assert not reported.watching.subscriptions
    assert (watch.subscription_id, watch.subscription_expires_at) == ("", None)

    reported.stage.ports = replace(reported.stage.ports, public_url="https://learn.example")
    reported.watch()
    CourseSession.objects.update(ends_at=reported.session.starts_at + timedelta(hours=1))
    reported.watch(after=timedelta(days=300))
    assert not reported.watching.subscriptions
