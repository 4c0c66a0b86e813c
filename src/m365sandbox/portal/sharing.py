"""Rights on a calendar in the portal, as an Exchange administrator gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, get_args
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox import accounts
from m365sandbox.directory.model import CalendarRight
from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.directory.model import Person
    from m365sandbox.world import World

RIGHTS: Final[tuple[str, ...]] = get_args(CalendarRight)


class Sharing:
    """The page about who may use a calendar."""

    def __init__(self, world: World) -> None:
        """Show and change the rights on a world's calendars."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of this page."""
        path = "/portal/calendars/{address}/rights"
        return [Route(path, self.rights), Route(path, self.change, methods=["POST"])]

    async def rights(self, request: Request) -> Response:
        """List who may use a calendar, and how."""
        owner = self._owner(request)
        directory = self._world.directory
        held = [(directory.person(who), who, right) for who, right in owner.calendar_rights.items()]
        others = [one for one in directory.people_of(owner.tenant_id) if one is not owner]
        facts = {"owner": owner, "held": held, "others": others, "rights": RIGHTS}
        return page(self._world, "rights", facts)

    async def change(self, request: Request) -> Response:
        """Give somebody a right, or take it away."""
        form = await posted(request)
        owner = self._owner(request)
        right = str(form.get("right", ""))
        if right and right not in RIGHTS:
            raise HTTPException(400, "There is no such right.")
        wanted = cast("CalendarRight", right) if right else None
        try:
            accounts.share_calendar(self._world, owner, str(form.get("who", "")), wanted)
        except LookupError as error:
            raise HTTPException(400, str(error)) from error
        return see(f"/portal/calendars/{quote(owner.address, safe='@')}/rights")

    def _owner(self, request: Request) -> Person:
        person = self._world.directory.person(str(request.path_params["address"]))
        if person is None or not person.has_mailbox:
            raise HTTPException(404, "There is no such calendar.")
        return person
