"""Changing many rows at once, each to values of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from classbell.delivery.bulk import update_each
from classbell.storage.models import Lane
from tests.storage.delivery.world import World

pytestmark = pytest.mark.store


def test_each_row_gets_its_own_values_and_only_where_it_is_as_expected(world: World) -> None:
    lanes = [world.another_lane() for _ in range(3)]
    Lane.objects.filter(pk=lanes[2].pk).update(epoch=7)
    later = world.clock.now()
    update_each(
        Lane,
        [{"holder": f"h{n}", "blocked_until": later} for n, _ in enumerate(lanes)],
        [{"id": lane.pk, "epoch": lane.epoch} for lane in lanes],
    )
    rows = Lane.objects.filter(pk__in=[lane.pk for lane in lanes]).order_by("pk")
    assert [(row.holder, row.blocked_until) for row in rows] == [
        ("h0", later),
        ("h1", later),
        ("", None),
    ]


def test_a_process_that_is_frozen_has_nothing_half_said(world: World) -> None:
    # Statements that a driver sends without waiting in between keep PostgreSQL waiting for the
    # rest of them, locks held, beyond any time-out of an idle transaction.
    lanes = [world.another_lane() for _ in range(3)]
    sent: list[bool] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 -- as Django calls it
        sent.append(many)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        update_each(
            Lane,
            [{"holder": "h"} for _ in lanes],
            [{"id": lane.pk} for lane in lanes],
        )
    assert sent == [False]
