"""ACS Email in the portal: resources, what was sent, what was reported, who is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import BaseRoute, Route

from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.world import World

_PATH: Final = "/portal/acs"
_SHOWN: Final = 100


class EmailPages:
    """The page about Azure Communication Services."""

    def __init__(self, world: World) -> None:
        """Show a world's resources and their mail."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of this page."""
        return [
            Route(_PATH, self.show),
            Route(f"{_PATH}/suppressions/{{address}}/release", self.release, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show resources, the latest operations and reports, webhooks and blocked addresses."""
        del request
        acs = self._world.acs
        tenants = self._world.directory.tenants
        facts = {
            "endpoint": self._world.public.people,
            "resources": [
                (one, tenants[one.tenant_id].name if one.tenant_id in tenants else one.tenant_id)
                for one in acs.resources.values()
            ],
            "operations": acs.latest_operations(_SHOWN),
            "reports": acs.latest_reports(_SHOWN),
            "subscriptions": list(acs.subscriptions.values()),
            "blocked": list(acs.blocked.values()),
            "outcomes": acs.outcomes,
        }
        return page(self._world, "email", facts)

    async def release(self, request: Request) -> Response:
        """Take an address off the suppression list."""
        await posted(request)
        self._world.acs.blocked.pop(str(request.path_params["address"]).lower(), None)
        self._world.acs.changed()
        return see(_PATH)
