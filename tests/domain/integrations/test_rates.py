"""The rate of an integration, counted by several processes that share nothing but the store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from classbell.domain.integrations.rates import Allowance, Rates, slice_of
from classbell.storage.models import Integration
from tests.domain.people import a_cast
from tests.support import NOW, fake_ports

pytestmark = [pytest.mark.store, pytest.mark.django_db]
LIMIT = 600
AT = datetime(2026, 11, 23, 8, 0, 20, tzinfo=UTC)


@pytest.fixture
def integration() -> UUID:
    """Give an integration that has asked nothing yet."""
    catalog = a_cast(fake_ports()).catalog
    return Integration.objects.create(
        organisation=catalog.organisation,
        name="Learning platform",
        created_at=NOW,
        expires_at=NOW + timedelta(days=30),
    ).pk


def asked(process: Rates, integration: UUID, *, limit: int = LIMIT, at: datetime = AT) -> Allowance:
    """Let a process count a request as the API does: with the integration as just read."""
    return process.count(Integration.objects.get(pk=integration), limit=limit, now=at)


def test_processes_share_one_allowance_to_its_last_requests(integration: UUID) -> None:
    processes = [Rates() for _ in range(4)]
    answers = [asked(processes[turn % 4], integration).allowed for turn in range(2 * LIMIT)]
    assert LIMIT - 10 <= sum(answers) <= LIMIT
    first_refused = answers.index(False)
    assert first_refused >= LIMIT - 40
    assert not any(asked(one, integration).allowed for one in [*processes, Rates()])


def test_a_process_alone_gives_all_of_it(integration: UUID) -> None:
    process = Rates()
    told = [asked(process, integration) for _ in range(LIMIT + 1)]
    assert [one.remaining for one in told] == [*range(LIMIT - 1, -1, -1), 0]
    assert [one.allowed for one in told] == [True] * LIMIT + [False]
    assert {one.seconds for one in told} == {40}


def test_what_is_told_to_be_left_counts_what_others_took(integration: UUID) -> None:
    here, there = Rates(), Rates()
    asked(here, integration)
    for _ in range(300):
        asked(there, integration)
    told = asked(here, integration).remaining
    # It is what this process can still give, were all that the other holds spent there.
    assert 240 <= told <= LIMIT - 302


def test_few_requests_write(integration: UUID) -> None:
    process = Rates()
    with CaptureQueriesContext(connection) as half:
        for _ in range(LIMIT // 2):
            asked(process, integration)
    with CaptureQueriesContext(connection) as rest:
        for _ in range(LIMIT // 2 + 100):
            asked(process, integration)
    assert written(half) == 5
    assert written(rest) <= 25
    with CaptureQueriesContext(connection) as refused:
        asked(process, integration)
    assert written(refused) == 0


def written(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("UPDATE") for query in queries)


def test_a_minute_later_everything_may_be_asked_again(integration: UUID) -> None:
    process = Rates()
    assert [asked(process, integration, limit=2).allowed for _ in range(3)] == [True, True, False]
    late, next_minute = AT + timedelta(seconds=39.9), AT + timedelta(seconds=40)
    assert not asked(process, integration, limit=2, at=late).allowed
    assert asked(process, integration, limit=2, at=late).seconds == 1
    assert asked(process, integration, limit=2, at=next_minute).allowed
    # A clock that was an hour fast keeps nobody out once it is right again.
    assert asked(process, integration, limit=2, at=AT + timedelta(hours=1)).allowed
    assert asked(process, integration, limit=2).allowed


@pytest.mark.parametrize(("limit", "left", "size"), [(600, 600, 60), (600, 100, 25), (3, 3, 1)])
def test_slices_become_smaller_towards_the_end(limit: int, left: int, size: int) -> None:
    assert slice_of(limit, left) == size


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_counted_once_each(integration: UUID) -> None:
    processes, barrier = [Rates(), Rates()], Barrier(8)
    minutes: set[datetime] = set()

    def ask(number: int) -> int:
        barrier.wait()
        try:
            return sum(ask_now(processes[number % 2]) for _ in range(20))
        finally:
            connection.close()

    def ask_now(process: Rates) -> bool:
        found = Integration.objects.annotate(at=Now()).get(pk=integration)
        minutes.add(found.at.replace(second=0, microsecond=0))
        return process.count(found, limit=100, now=found.at).allowed

    with ThreadPoolExecutor(8) as people:
        allowed = sum(people.map(ask, range(8)))
    # Each minute of the store's clock that was reached gives the whole of it anew.
    assert 90 <= allowed <= 100 * len(minutes)
