"""Mail that is put on another lane is sent by that lane alone."""

from __future__ import annotations

import pytest

from classbell.delivery.choosing import Head
from classbell.delivery.claims import Chosen, claim, prepare
from classbell.delivery.pace import Budget
from classbell.storage.models import Message
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_mail_moved_between_preparing_and_claiming_is_left_to_its_new_lane(world: World) -> None:
    world.queue("ana")
    world.queue("bo")
    taken = world.take()
    assert taken is not None
    holding = world.holding(taken)
    chosen = Chosen(Head(50, None, NOW), Budget(5, recipients=5))
    ready = prepare(world.lane, world.handlers, world.pace, chosen, NOW, most=5)
    other = world.another_lane()
    Message.objects.filter(name="ana").update(lane=other)

    claims = claim(holding, ready, NOW)

    assert [each.mail.to[0].name for each in claims] == ["bo"]
    assert world.states() == {"ana": "queued", "bo": "sending"}
