"""Brings notices to webhooks, again and again for four hours until they take them."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx2  # noqa: TID251 -- speaks to webhooks on this machine, as Graph would

from m365sandbox.webhooks import webhook_client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.notices.model import Parcel
    from m365sandbox.notices.state import Notices
    from m365sandbox.world import World

BRING: Final = "notices.bring"
# A webhook has to answer within three seconds, and is asked again for four hours:
# https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
PATIENCE_SECONDS: Final = 3
LIFE: Final = timedelta(hours=4)
# The waiting times between two tries, by the sandbox's clock.
PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 600, 1800, 3600))
NO_ANSWER: Final = 0
_AT_ONCE: Final = 4
# How many notices one request may carry, and how many answers are remembered.
_MOST: Final = 100
_REMEMBERED: Final = 100


class Postman:
    """Speaks to webhooks beside the event loop's other work, a few at a time."""

    def __init__(self, world: World, notices: Notices) -> None:
        """Bring the notices of a world."""
        self._world = world
        self._notices = notices
        self._outbox: deque[str] = deque()
        self._wake = asyncio.Event()
        world.handle(BRING, self._due)

    async def run(self) -> None:
        """Bring notices until cancelled; what a former run left undelivered goes first."""
        self._outbox.extend(one.parcel_id for one in self._notices.parcels() if one.is_due)
        room = asyncio.Semaphore(_AT_ONCE)
        async with webhook_client(PATIENCE_SECONDS) as client, asyncio.TaskGroup() as group:
            while True:
                while self._outbox:
                    await room.acquire()
                    group.create_task(self._bring(client, room, self._outbox.popleft()))
                self._wake.clear()
                await self._wake.wait()

    def _due(self, _at: datetime, payload: Mapping[str, object]) -> None:
        """Let a parcel go; new notices travel together with others that wait at the same place."""
        parcel = self._notices.parcel(str(payload["parcel"]))
        if parcel is None:
            return
        before = self._notices.parcel(self._outbox[-1]) if self._outbox else None
        if before is not None and _fit_together(before, parcel):
            before.notices += parcel.notices
            self._notices.forget(parcel)
            return
        parcel.is_due = True
        self._outbox.append(parcel.parcel_id)
        self._notices.changed()
        self._wake.set()

    async def _bring(
        self, client: httpx2.AsyncClient, room: asyncio.Semaphore, parcel_id: str
    ) -> None:
        """Try once to bring a parcel to where it belongs."""
        try:
            parcel = self._notices.parcel(parcel_id)
            if parcel is None:
                return
            subscription = self._notices.find(parcel.subscription_id)
            if subscription is None and not parcel.is_lifecycle:
                self._notices.forget(parcel)
                return
            answer = await _try(client, parcel)
            # A reset may have swept everything away in the meantime.
            if self._notices.parcel(parcel_id) is parcel:
                self._settle(parcel, answer)
        finally:
            room.release()

    def _settle(self, parcel: Parcel, answer: int) -> None:
        """Write down what came of a try, and when the next one is due."""
        parcel.tries += 1
        parcel.is_due = False
        now = self._world.now()
        pause = PAUSES[min(parcel.tries, len(PAUSES)) - 1]
        is_taken = HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES
        is_over = now + pause > parcel.begun + LIFE
        subscription = self._notices.find(parcel.subscription_id)
        if subscription is not None:
            subscription.answers = [*subscription.answers, answer][-_REMEMBERED:]
            subscription.delivered += len(parcel.notices) if is_taken else 0
        if is_taken or is_over:
            self._notices.forget(parcel)
        else:
            self._world.schedule(now + pause, BRING, {"parcel": parcel.parcel_id})
        if subscription is not None and is_over and not is_taken:
            subscription.dropped += len(parcel.notices)
            if not parcel.is_lifecycle:
                self._notices.tell_of_life(subscription, "missed")
        self._notices.changed()


def _fit_together(one: Parcel, other: Parcel) -> bool:
    """Say whether two parcels can travel in one request."""
    are_new = one.tries == other.tries == 0 and not one.is_lifecycle and not other.is_lifecycle
    is_same_way = (one.subscription_id, one.url) == (other.subscription_id, other.url)
    return are_new and is_same_way and len(one.notices) + len(other.notices) <= _MOST


async def _try(client: httpx2.AsyncClient, parcel: Parcel) -> int:
    """Return the status a webhook answered, 0 for none."""
    try:
        answer = await client.post(parcel.url, json={"value": parcel.notices})
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return NO_ANSWER
    return answer.status_code
