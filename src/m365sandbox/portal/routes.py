"""The addresses of the portal, where people look at what happened in the sandbox."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from m365sandbox.portal.accounts import Accounts
from m365sandbox.portal.email import EmailPages
from m365sandbox.portal.mail_trouble import MailTrouble
from m365sandbox.portal.meetings import MeetingPages
from m365sandbox.portal.pages import ASSETS
from m365sandbox.portal.planning import Planning
from m365sandbox.portal.reading import Reading
from m365sandbox.portal.sharing import Sharing
from m365sandbox.portal.steering import Steering
from m365sandbox.portal.subscribers import Subscribers

if TYPE_CHECKING:
    from starlette.requests import Request

    from m365sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    """Return the portal's routes, bound to `world`."""
    return [
        Route(f"{ASSETS}/portal.css", _style),
        *Steering(world).routes(),
        *Accounts(world).routes(),
        *MailTrouble(world).routes(),
        *Reading(world).routes(),
        *Planning(world).routes(),
        *Sharing(world).routes(),
        *MeetingPages(world).routes(),
        *Subscribers(world).routes(),
        *EmailPages(world).routes(),
    ]


async def _style(request: Request) -> Response:
    """Serve the portal's style sheet."""
    del request
    body = files("m365sandbox.portal").joinpath("static", "portal.css").read_bytes()
    headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type="text/css; charset=utf-8", headers=headers)
