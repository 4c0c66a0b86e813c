"""The addresses of the control interface."""

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control import (
    application_access,
    clock,
    consent,
    email_resources,
    email_traffic,
    limits,
    mailboxes,
    notices,
    people,
    registrations,
    rooms,
    trouble,
)
from m365sandbox.start import reset
from m365sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    """Return the control interface's routes, bound to `world`, below /_sandbox.

    Besides those of the modules here: GET /received?to=&since= lists what arrived in mailboxes and
    outside, GET /ca.pem is the authority to trust, POST /reset brings back the seed.
    """
    return [
        *clock.routes(world),
        *trouble.routes(world),
        *limits.routes(world),
        *mailboxes.routes(world),
        *notices.routes(world),
        *people.routes(world),
        *rooms.routes(world),
        *registrations.routes(world),
        *consent.routes(world),
        *application_access.routes(world),
        *email_resources.routes(world),
        *email_traffic.routes(world),
        *_others(world),
    ]


def _others(world: World) -> list[BaseRoute]:
    async def received(request: Request) -> Response:
        since = request.query_params.get("since")
        try:
            # A plus sign that was not encoded arrives as a space.
            after = None if since is None else datetime.fromisoformat(since.replace(" ", "+"))
        except ValueError as error:
            raise HTTPException(400, "since: not a time in ISO 8601.") from error
        if after is not None and after.tzinfo is None:
            raise HTTPException(400, "since: the time needs a zone.")
        messages = world.mailboxes.received(request.query_params.get("to"), after)
        return JSONResponse({"messages": messages})

    async def authority(_request: Request) -> Response:
        return Response(world.authority.certificate_pem, media_type="application/x-pem-file")

    async def begin_anew(_request: Request) -> Response:
        reset(world)
        return Response(status_code=204)

    return [
        Route("/received", received),
        Route("/ca.pem", authority),
        Route("/reset", begin_anew, methods=["POST"]),
    ]
