"""The store goes away while mail is on the wire, and comes back."""

from __future__ import annotations

import pytest
from django.db import connection

from classbell.storage.models import Envelope, EnvelopeState, MessageState
from tests.storage.delivery.test_engine import all_in, seconds_until, working
from tests.storage.delivery.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_what_the_provider_answered_is_written_down_once_the_store_is_back(
    transactional_db: None,
) -> None:
    world = World()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        tests_own = cursor.fetchone()[0]
    cut: list[str] = []

    def cut_connections(address: str) -> None:
        if cut:
            return
        cut.append(address)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                " current_database() AND pid NOT IN (pg_backend_pid(), %s)",
                [tests_own],
            )

    world.provider.before = cut_connections
    world.queue(*(f"p{n}" for n in range(7)))
    with working(world):
        seconds_until(all_in(MessageState.ACCEPTED), most=10)
    assert len(world.provider.sent) == 7
    assert set(Envelope.objects.values_list("state", flat=True)) == {EnvelopeState.ACCEPTED}
