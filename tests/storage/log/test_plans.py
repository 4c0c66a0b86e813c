"""SQLite keeps no statistics of its own accord, so each question must have one obvious index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet

from classbell.storage.models import Attempt, Envelope, LaneKind, Message
from classbell.storage.queries.message_log import log_of
from classbell.storage.scope import Scope
from tests.support import NOW, a_catalog, a_person

pytestmark = pytest.mark.django_db


def index_used(rows: QuerySet[Message] | QuerySet[Envelope] | QuerySet[Attempt]) -> str:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite: PostgreSQL counts, and then decides by what it has counted")
    return rows.explain()


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        ({}, "message_of_catalog"),
        ({"state": "failed"}, "message_by_catalog"),
        ({"state": "failed", "id__lt": 5}, "message_by_catalog"),
        ({"state": "queued", "attempt__gt": 0}, "message_retried"),
    ],
)
def test_the_log_is_read_along_its_indexes(chosen: dict[str, object], index: str) -> None:
    catalog = a_catalog()
    rows = log_of(Scope(catalog.organisation_id, frozenset({catalog.pk}))).rows
    plan = index_used(rows.filter(**chosen).order_by("-id")[:51])
    assert index in plan
    assert "TEMP B-TREE" not in plan, "nothing is sorted"


def test_somebodys_messages_are_read_by_person() -> None:
    catalog = a_catalog()
    rows = log_of(Scope(catalog.organisation_id, frozenset({catalog.pk}))).rows
    for whom in (a_person(), None):
        assert "message_by_person" in index_used(rows.filter(person=whom))


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        ({"state": "queued"}, "message_to_send"),
        ({"state": "queued", "most_together__gt": 1}, "message_to_share"),
        ({"state": "held"}, "message_held"),
    ],
)
def test_what_waits_on_a_lane_is_counted_without_what_was_sent(
    chosen: dict[str, object], index: str
) -> None:
    assert index in index_used(Message.objects.filter(lane=1, **chosen))


def test_external_recipients_are_summed_without_the_others() -> None:
    rows = Envelope.objects.filter(
        lane__organisation=a_catalog().organisation_id,
        lane__kind=LaneKind.MAILBOX,
        external_recipients__gt=0,
        started_at__gte=NOW,
    )
    assert "envelope_external" in index_used(rows)


def test_attempts_are_found_by_their_message() -> None:
    assert "USING" in index_used(Attempt.objects.filter(message=1))
