"""Subscriptions in the portal: who hears of changed events, and what may happen to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox.notices.model import LIFECYCLE_EVENTS
from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.world import World


class Subscribers:
    """The page about subscriptions."""

    def __init__(self, world: World) -> None:
        """Show a world's subscriptions."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of this page."""
        happen = "/portal/subscriptions/{subscription_id}/lifecycle"
        return [
            Route("/portal/subscriptions", self.subscriptions),
            Route(happen, self.happen, methods=["POST"]),
        ]

    async def subscriptions(self, request: Request) -> Response:
        """List the subscriptions with the latest answers of their webhooks."""
        del request
        notices, directory = self._world.notices, self._world.directory
        rows = []
        for one in notices.all():
            application = directory.application(one.client_id)
            waiting = sum(
                len(parcel.notices)
                for parcel in notices.parcels()
                if parcel.subscription_id == one.subscription_id
            )
            name = one.client_id if application is None else application.name
            rows.append((one, name, waiting))
        return page(self._world, "subscriptions", {"rows": rows, "events": LIFECYCLE_EVENTS})

    async def happen(self, request: Request) -> Response:
        """Let one of the lifecycle events happen to a subscription."""
        form = await posted(request)
        event = str(form.get("event", ""))
        one = self._world.notices.find(str(request.path_params["subscription_id"]))
        if one is None or event not in LIFECYCLE_EVENTS:
            raise HTTPException(400, "There is no such subscription, or no such event.")
        self._world.notices.tell_of_life(one, event)
        return see("/portal/subscriptions")
