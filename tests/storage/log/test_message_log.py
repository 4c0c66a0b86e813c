"""The log is read page by page, along indexes, and every message that is asked for is met once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classbell.delivery.lanes import lane_for
from classbell.storage.models import Catalog, LaneKind, Message, MessageState
from classbell.storage.queries.message_counts import MOST, Tally, counts_of
from classbell.storage.queries.message_log import (
    GROUPS,
    Group,
    Log,
    Wanted,
    first_id_since,
    log_of,
)
from classbell.storage.queries.message_pages import LogPage, all_pages, log_page
from classbell.storage.scope import Scope
from tests.messages import a_message
from tests.support import NOW, a_catalog, a_person

pytestmark = [pytest.mark.store, pytest.mark.django_db]

STATES = [state.value for state in MessageState]


@pytest.fixture
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def log(catalog: Catalog) -> Log:
    return log_of(Scope(catalog.organisation_id, frozenset({catalog.pk})))


def turned(log: Log, wanted: Wanted, *, size: int = 3, window: int = 100) -> list[LogPage]:
    """Turn page after page until the last."""
    pages = [log_page(log, wanted, size=size, window=window)]
    while (before := pages[-1].before) is not None:
        following = replace(wanted, before=before)
        pages.append(log_page(log, following, size=size, window=window))
        assert len(pages) < 100, "the pages never end"
    return pages


def ids(pages: list[LogPage]) -> list[int]:
    return [message.pk for page in pages for message in page.rows]


def test_every_state_belongs_to_exactly_one_group() -> None:
    grouped = [state for states in GROUPS.values() for state in states]
    assert sorted(grouped) == sorted(MessageState)


@pytest.mark.parametrize("group", [None, *Group])
def test_pages_hold_every_message_once_newest_first(
    catalog: Catalog, log: Log, group: Group | None
) -> None:
    made = [a_message(catalog, state) for state in STATES * 2]
    states = GROUPS[group] if group else ()
    expected = [one.pk for one in reversed(made) if not states or one.state in states]
    assert ids(turned(log, Wanted(states=states))) == expected


def test_a_page_that_holds_exactly_the_rest_is_the_last(catalog: Catalog, log: Log) -> None:
    for _ in range(6):
        a_message(catalog, "accepted")
    assert [len(page.rows) for page in turned(log, Wanted())] == [3, 3]


def test_what_is_tried_again_is_a_part_of_what_waits(catalog: Catalog, log: Log) -> None:
    a_message(catalog, "queued")
    again = [a_message(catalog, "queued", attempt=2) for _ in range(4)]
    a_message(catalog, "accepted", attempt=2)
    wanted = Wanted(retrying=True)
    assert ids(turned(log, wanted)) == [one.pk for one in reversed(again)]
    assert ids(turned(log, replace(wanted, text="learner"))) == [one.pk for one in reversed(again)]
    assert ids(turned(log, replace(wanted, kind="session_invitation"))) == []
    for text in ("", "learner"):
        page = log_page(log, Wanted(text=text), size=3, counting=True)
        assert page.retrying == Tally(4)


def test_what_has_no_index_is_looked_for_piece_by_piece(catalog: Catalog, log: Log) -> None:
    rare = [a_message(catalog, "failed", kind="session_invitation")]
    for number in range(10):
        a_message(catalog, ("accepted", "failed")[number % 2])
    rare.append(a_message(catalog, "accepted", kind="session_invitation"))
    wanted = Wanted(kind="session_invitation")
    pages = turned(log, wanted, window=4)
    assert ids(pages) == [rare[1].pk, rare[0].pk]
    first = pages[0]
    assert first.looked_back_to == NOW, "the reader is told how far the page has looked"
    assert pages[-1].looked_back_to is None
    either = Wanted((MessageState.ACCEPTED, MessageState.FAILED), kind="session_invitation")
    assert ids(turned(log, either, window=2)) == [rare[1].pk, rare[0].pk]


def test_routes_are_those_of_the_lanes(catalog: Catalog, log: Log) -> None:
    acs = lane_for(LaneKind.ACS, "resource", organisation_id=catalog.organisation_id)
    by_acs = a_message(catalog, "accepted", lane=acs)
    a_message(catalog, "not_sent")
    assert ids(turned(log, Wanted(route="acs"))) == [by_acs.pk]
    assert ids(turned(log, Wanted(route="mailbox"))) == []


def test_a_period_begins_with_the_first_message_written_in_it(catalog: Catalog, log: Log) -> None:
    assert first_id_since(NOW) == 0
    made = [
        a_message(catalog, "accepted", created_at=NOW - timedelta(days=9 - n)) for n in range(9)
    ]
    Message.objects.filter(pk=made[4].pk).delete()  # as retention leaves gaps
    wanted = Wanted(since=NOW - timedelta(days=5))
    assert ids([log_page(log, wanted, size=10)]) == [one.pk for one in reversed(made[5:])]
    assert log_page(log, Wanted(since=NOW + timedelta(days=1)), size=10).rows == ()
    everything = log_page(log, Wanted(since=NOW - timedelta(days=99)), size=10)
    assert len(everything.rows) == 8


def test_people_are_found_by_part_of_name_or_address(catalog: Catalog, log: Log) -> None:
    anna, ole = a_person("Anna Berg"), a_person("Ole Bang")
    hers = [a_message(catalog, state, person=anna) for state in ("accepted", "failed")]
    a_message(catalog, "accepted", person=ole)
    nobody = a_message(catalog, "accepted", address="berglund@elsewhere.example", name="")
    Message.objects.filter(pk=nobody.pk).update(person=None)
    assert ids(turned(log, Wanted(text="BERG"))) == [nobody.pk, hers[1].pk, hers[0].pk]
    assert ids(turned(log, Wanted(text="anna.berg@"))) == [hers[1].pk, hers[0].pk]
    assert ids(turned(log, Wanted((MessageState.FAILED,), "anna"))) == [hers[1].pk]
    assert ids(turned(log, Wanted(text="anna", kind="session_invitation"))) == []
    assert ids(turned(log, Wanted(text="100%"))) == []


def test_of_many_people_the_first_are_looked_up_and_that_is_said(
    catalog: Catalog, log: Log
) -> None:
    for number in range(25):
        a_message(catalog, "accepted", person=a_person(f"Anna {number:02}"))
    page = log_page(log, Wanted(text="anna"), size=50)
    assert page.more_people
    assert {message.name for message in page.rows} == {f"Anna {number:02}" for number in range(20)}


def test_people_without_messages_here_take_nobodys_place(catalog: Catalog, log: Log) -> None:
    elsewhere = a_catalog("sales", "Contoso Sales School")
    for number in range(25):
        a_message(elsewhere, "accepted", person=a_person(f"Anna {number:02}"))
    mine = a_message(catalog, "accepted", person=a_person("Anna Zorn"))
    page = log_page(log, Wanted(text="anna"), size=50, counting=True)
    assert ids([page]) == [mine.pk]
    assert not page.more_people
    assert page.counts is not None
    assert page.counts[Group.SENT] == Tally(1)


def test_counts_add_up_and_ignore_the_chip(catalog: Catalog, log: Log) -> None:
    for state in STATES:
        a_message(catalog, state)
    for wanted in (Wanted(), Wanted(GROUPS[Group.FAILED]), Wanted(kind="enrolment_confirmed")):
        counts = log_page(log, wanted, size=3, counting=True).counts
        assert counts is not None
        assert {group: count.number for group, count in counts.items()} == {
            Group.SENT: 2,
            Group.WAITING: 3,
            Group.FAILED: 3,
            Group.NOT_SENT: 3,
        }
        assert sum(counts.values(), Tally(0)) == Tally(11)


def test_counting_stops_where_nobody_cares(catalog: Catalog, log: Log) -> None:
    for state in ("accepted", "accepted", "delivered", "failed"):
        a_message(catalog, state)
    counts = counts_of(log.rows, Wanted(), most=2)
    assert counts is not None
    assert counts[Group.SENT] == Tally(2, more=True)
    assert counts[Group.FAILED] == Tally(1)
    assert counts_of(log.rows, Wanted(kind="enrolment_confirmed"), most=2) is None
    assert MOST == 1_000


def test_a_long_audience_is_not_read_along(catalog: Catalog, log: Log) -> None:
    message = a_message(catalog, "accepted")
    with CaptureQueriesContext(connection) as queries:
        assert ids([log_page(log, Wanted(), size=3)]) == [message.pk]
    assert not any('audience"' in query["sql"] for query in queries.captured_queries)


def test_a_scope_shows_nothing_of_others(catalog: Catalog, log: Log) -> None:
    foreign = a_catalog("sales", "Contoso Sales School")
    a_message(foreign, "failed", person=a_person("Anna Berg"))
    for wanted in (Wanted(), Wanted(GROUPS[Group.FAILED]), Wanted(text="anna")):
        assert ids(turned(log, wanted)) == []


def test_everything_is_read_in_pieces(catalog: Catalog, log: Log) -> None:
    made = [a_message(catalog, state).pk for state in STATES]
    assert ids(list(all_pages(log, Wanted()))) == made[::-1]
