"""Brings reports to subscribers' webhooks, again and again until they take them."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import httpx2  # noqa: TID251 -- speaks to webhooks on this machine, as Event Grid would

from m365sandbox.acs.events import report_request
from m365sandbox.webhooks import webhook_client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.acs.model import Delivery, Report
    from m365sandbox.acs.state import Acs
    from m365sandbox.world import World

DELIVER: Final = "acs.deliver"
# Waiting times between two tries, by the sandbox's clock, and what is never tried again:
# https://learn.microsoft.com/azure/event-grid/delivery-and-retry
PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
)
LIFE: Final = timedelta(hours=24)
FINAL_REFUSALS: Final = frozenset({400, 401, 403, 413})
SUCCESSES: Final = frozenset({200, 201, 202, 203, 204})
AT_ONCE: Final = 8
NO_ANSWER: Final = 0


class Postman:
    """Speaks to webhooks beside the event loop's other work, a few at a time."""

    def __init__(self, world: World, acs: Acs) -> None:
        """Bring the reports of a world."""
        self._world = world
        self._acs = acs
        self._outbox: deque[tuple[str, str]] = deque()
        self._wake = asyncio.Event()
        world.handle(DELIVER, self._due_again)

    def bring(self, report: Report) -> None:
        """Bring a report to all who wait for it soon."""
        for delivery in report.deliveries:
            if delivery.state == "waiting":
                self._outbox.append((report.report_id, delivery.subscription_id))
        self._wake.set()

    async def run(self) -> None:
        """Bring reports until cancelled; what a former run left undelivered goes first."""
        for report in self._acs.undelivered_reports():
            self.bring(report)
        room = asyncio.Semaphore(AT_ONCE)
        async with webhook_client() as client, asyncio.TaskGroup() as group:
            while True:
                while self._outbox:
                    await room.acquire()
                    group.create_task(self._bring(client, room, *self._outbox.popleft()))
                self._wake.clear()
                await self._wake.wait()

    async def _bring(
        self,
        client: httpx2.AsyncClient,
        room: asyncio.Semaphore,
        report_id: str,
        subscription_id: str,
    ) -> None:
        """Try once to bring a report to a subscriber that has not taken it yet."""
        try:
            report = self._acs.report(report_id)
            delivery = None if report is None else report.delivery_to(subscription_id)
            if report is None or delivery is None or delivery.state != "waiting":
                return
            answer = await self._try(client, report, delivery)
            # A reset may have swept everything away in the meantime.
            if self._acs.report(report_id) is report:
                self._note(report, delivery, answer)
        finally:
            room.release()

    async def _try(
        self, client: httpx2.AsyncClient, report: Report, delivery: Delivery
    ) -> int | None:
        """Return the status a subscriber answered, or None when there is no subscriber any more."""
        subscription = self._acs.subscriptions.get(delivery.subscription_id)
        resource = self._acs.resources.get(report.resource)
        if subscription is None or resource is None:
            return None
        headers, body = report_request(report, resource, subscription, len(delivery.answers))
        try:
            answer = await client.post(subscription.url, content=body, headers=headers)
        except httpx2.HTTPError:
            return NO_ANSWER
        return answer.status_code

    def _note(self, report: Report, delivery: Delivery, answer: int | None) -> None:
        """Write down what came of a try, and when the next one is due."""
        if answer is not None:
            delivery.answers.append(answer)
        now = self._world.now()
        pause = PAUSES[min(len(delivery.answers), len(PAUSES)) - 1]
        if answer in SUCCESSES:
            delivery.state = "delivered"
        elif answer is None or answer in FINAL_REFUSALS or now + pause > report.at + LIFE:
            delivery.state = "dropped"
        else:
            facts: dict[str, object] = {
                "report": report.report_id,
                "subscription": delivery.subscription_id,
            }
            self._world.schedule(now + pause, DELIVER, facts)
        self._acs.keep_report(report)

    def _due_again(self, _at: datetime, payload: Mapping[str, object]) -> None:
        self._outbox.append((str(payload["report"]), str(payload["subscription"])))
        self._wake.set()
