"""Work that is asked for just when it is being finished: done again, and nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from classbell.delivery.lanes import renew
from classbell.delivery.work import ask
from classbell.storage.models import WorkItem
from tests.storage.delivery.world import NOW, World
from tests.waiting import beside, until_waiting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_who_asks_and_who_finishes_meet() -> None:
    world = World()

    def wanted() -> None:
        ask(world.ports, world.lane, kind="reconcile", subject="s1", due_at=NOW)

    wanted()
    taken = world.take()
    assert taken is not None
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            renew(taken)
            asking = beside(pool, wanted)
            until_waiting(1)
            WorkItem.objects.filter(kind="reconcile").delete()
        asking.result()
    assert WorkItem.objects.get().subject == "s1"
    assert world.reread().due_at == NOW
