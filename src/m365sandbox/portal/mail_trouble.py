"""What mail can meet, as the portal's buttons: a mailbox that is full, mail that comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox.mailboxes.trouble import NOBODY_THERE
from m365sandbox.portal.pages import posted, see

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.world import World

_LONGEST = 500


class MailTrouble:
    """The forms that make trouble for mail."""

    def __init__(self, world: World) -> None:
        """Make trouble in a world."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of these forms."""
        return [
            Route("/portal/mailboxes/{address}/quota", self.set_quota, methods=["POST"]),
            Route("/portal/trouble/bounces", self.add_bounce, methods=["POST"]),
            Route("/portal/trouble/bounces/clear", self.clear_bounces, methods=["POST"]),
        ]

    async def set_quota(self, request: Request) -> Response:
        """Limit what a mailbox may hold, or lift the limit."""
        form = await posted(request)
        address = str(request.path_params["address"]).lower()
        person = self._world.directory.person(address)
        if person is None or not person.has_mailbox:
            raise HTTPException(404, "There is no such mailbox.")
        text = str(form.get("bytes", "")).strip()
        if text and (not text.isdecimal() or len(text) > 15):  # noqa: PLR2004 -- more than any mailbox holds
            raise HTTPException(400, "The quota is a number of bytes, or nothing.")
        self._world.mailboxes.trouble.set_quota(person.address, int(text) if text else None)
        self._world.changed("mailboxes")
        return see(f"/portal/mailboxes/{quote(address, safe='@')}")

    async def add_bounce(self, request: Request) -> Response:
        """Let mail to an address or a domain come back."""
        form = await posted(request)
        address = str(form.get("address", "")).strip()
        if not address.rpartition("@")[2] or "@" not in address or len(address) > _LONGEST:
            raise HTTPException(400, "Name an address, or a domain with @ before it.")
        reason = str(form.get("reason", "")).strip()[:_LONGEST]
        self._world.mailboxes.trouble.set_bounce(address, reason or NOBODY_THERE)
        self._world.changed("mailboxes")
        return see("/portal/trouble")

    async def clear_bounces(self, request: Request) -> Response:
        """Let mail arrive everywhere again."""
        await posted(request)
        for address in list(self._world.mailboxes.trouble.bouncing):
            self._world.mailboxes.trouble.set_bounce(address, None)
        self._world.changed("mailboxes")
        return see("/portal/trouble")
