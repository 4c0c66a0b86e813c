"""Work items: asked often, done once; failing, never forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from classbell.delivery.work import ask
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.storage.models import Lane, WorkItem
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]


class Doing:
    """A work function that writes down what it did and does what it is told next."""

    def __init__(self, world: World, *results: datetime | Exception | None) -> None:
        self.world = world
        self.done: list[tuple[datetime, str]] = []
        self.results = list(results)

    def __call__(self, _lane: Lane, subject: str) -> datetime | None:
        self.done.append((self.world.clock.now(), subject))
        result = self.results.pop(0) if self.results else None
        if isinstance(result, Exception):
            raise result
        return result


def request(world: World, subject: str = "s1", *, after: float = 0, priority: int = 50) -> None:
    due_at = world.clock.now() + timedelta(seconds=after)
    ask(
        world.ports,
        world.lane,
        kind="reconcile",
        subject=subject,
        due_at=due_at,
        priority=priority,
    )


def test_many_requests_within_the_collecting_delay_are_one_piece_of_work(world: World) -> None:
    doing = world.work["reconcile"] = Doing(world)
    for _ in range(20):
        request(world, after=5)
        world.clock.advance(timedelta(milliseconds=100))
    world.run_until(NOW + timedelta(seconds=30))
    assert [subject for _, subject in doing.done] == ["s1"]
    assert not WorkItem.objects.exists()
    assert world.reread().due_at is None


def test_the_earlier_time_wins(world: World) -> None:
    doing = world.work["reconcile"] = Doing(world)
    request(world, after=600)
    request(world, after=0)
    request(world, after=900)
    assert world.drain()
    assert len(doing.done) == 1


def test_what_is_asked_for_while_it_runs_is_done_again(world: World) -> None:
    def work(_lane: Lane, subject: str) -> None:
        runs.append(subject)
        if len(runs) == 1:
            request(world)

    runs: list[str] = []
    world.work["reconcile"] = work
    request(world)
    world.drain()
    world.drain()
    assert runs == ["s1", "s1"]
    assert not WorkItem.objects.exists()


def test_work_can_ask_to_run_again_later(world: World) -> None:
    doing = world.work["reconcile"] = Doing(world, NOW + timedelta(minutes=10), None)
    request(world)
    world.run_until(NOW + timedelta(minutes=20), step=timedelta(seconds=20))
    assert [moment for moment, _ in doing.done] == [NOW, NOW + timedelta(minutes=10)]


def test_work_that_meets_a_passing_fault_is_tried_again(world: World) -> None:
    fault = ProviderFailure(Verdict(VerdictKind.RETRY, "ServiceUnavailable"))
    doing = world.work["reconcile"] = Doing(world, fault, fault, None)
    request(world)
    world.run_until(NOW + timedelta(minutes=1))
    assert [(moment - NOW).seconds for moment, _ in doing.done] == [0, 5, 20]
    assert not WorkItem.objects.exists()


def test_work_that_breaks_does_not_stop_the_rest(world: World) -> None:
    world.work["reconcile"] = Doing(world, KeyError("subject"))
    request(world, "breaks")
    request(world, "works")
    world.queue("ana")
    world.drain()
    left = WorkItem.objects.get()
    assert (left.subject, left.problem_code) == ("breaks", "internal_error")
    assert world.states() == {"ana": "accepted"}


def test_work_refused_for_good_stays_readable_and_is_tried_daily(world: World) -> None:
    refused = ProviderFailure(Verdict(VerdictKind.REFUSED, "ErrorX", "It cannot be."))
    doing = world.work["reconcile"] = Doing(world, refused, None)
    request(world)
    world.drain()
    left = WorkItem.objects.get()
    assert (left.problem_code, left.problem) == ("ErrorX", "It cannot be.")
    world.run_until(NOW + timedelta(days=1, hours=1), step=timedelta(minutes=10))
    assert len(doing.done) == 2
    assert not WorkItem.objects.exists()


def test_a_lost_account_found_by_work_is_told_and_the_work_kept(world: World) -> None:
    lost = ProviderFailure(Verdict(VerdictKind.SIGN_IN_AGAIN, "AADSTS700082"))
    doing = world.work["reconcile"] = Doing(world, lost)
    request(world)
    world.drain()
    assert [verdict.code for verdict in world.provider.lost] == ["AADSTS700082"]
    world.clock.advance(timedelta(minutes=1))
    request(world)  # as reconnecting does
    world.drain()
    assert len(doing.done) == 2
    assert not WorkItem.objects.exists()


def test_throttled_work_rests_the_whole_lane(world: World) -> None:
    until = NOW + timedelta(seconds=45)
    doing = world.work["reconcile"] = Doing(
        world, ProviderFailure(Verdict(VerdictKind.THROTTLED, until=until))
    )
    request(world, priority=10)
    world.queue("ana")
    world.run_until(until)
    assert world.provider.sent == []
    world.run_until(until + timedelta(seconds=2))
    assert [moment for moment, _ in doing.done] == [NOW, until]
    assert world.states() == {"ana": "accepted"}


def test_work_and_mail_are_done_by_priority_and_take_turns_within_one(world: World) -> None:
    order: list[str] = []
    world.provider.before = lambda address: order.append(address.split("@")[0])
    world.work["reconcile"] = lambda _lane, subject: order.append(subject)
    request(world, "bulk-work", priority=80)
    request(world, "work1")
    request(world, "work2")
    world.queue("ana", "bo")
    world.queue("urgent", priority=10)
    world.drain()
    assert order[0] == "urgent"
    assert order[-1] == "bulk-work"
    assert sorted(order[1:5]) == ["ana", "bo", "work1", "work2"]
    assert order[1:3] not in (["ana", "bo"], ["work1", "work2"])


def test_an_unknown_kind_of_work_is_not_dropped(world: World) -> None:
    request(world)
    world.drain()
    assert WorkItem.objects.get().problem_code == "unknown_kind"


def test_asking_runs_in_the_callers_transaction(world: World) -> None:
    with transaction.atomic():
        request(world)
        transaction.set_rollback(True)
    assert not WorkItem.objects.exists()
    assert world.reread().due_at is None
