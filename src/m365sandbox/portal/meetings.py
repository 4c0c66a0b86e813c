"""One Teams meeting in the portal: who takes part, and its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox.portal.pages import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.world import World


class MeetingPages:
    """The pages about Teams meetings."""

    def __init__(self, world: World) -> None:
        """Show a world's meetings."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of these pages."""
        return [Route("/portal/meetings/{meeting_id}", self.meeting)]

    async def meeting(self, request: Request) -> Response:
        """Show one meeting."""
        meeting = self._world.meetings.find(str(request.path_params["meeting_id"]))
        if meeting is None:
            raise HTTPException(404, "There is no such meeting.")
        organizer = self._world.directory.person(meeting.organizer)
        options = [
            (f"{name}: {inner}", one)
            for name, value in sorted(meeting.options.items())
            for inner, one in (value.items() if isinstance(value, dict) else [("", value)])
        ]
        facts = {
            "meeting": meeting,
            "organizer": meeting.organizer if organizer is None else organizer.display_name,
            "options": [(name.removesuffix(": "), value) for name, value in options],
        }
        return page(self._world, "meeting", facts)
