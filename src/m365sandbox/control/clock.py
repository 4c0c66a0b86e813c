"""/_sandbox/clock: read and move the sandbox's time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control.bodies import read
from m365sandbox.world import World


@dataclass
class ClockChange:
    """What POST may ask: any of these, `set` before `advance_seconds` before `freeze`."""

    set: datetime | None = None
    advance_seconds: float | None = None
    freeze: bool | None = None


def routes(world: World) -> list[BaseRoute]:
    """Return the clock's routes.

    GET /_sandbox/clock answers {"now": "2026-11-23T08:00:00.000000Z", "frozen": false}.
    POST takes {"advance_seconds": 3600}, {"set": "2026-12-01T08:00:00Z"}, {"freeze": true} and
    answers as GET does, after everything that fell due meanwhile was done.
    """

    def shown() -> Response:
        now = world.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
        return JSONResponse({"now": now, "frozen": world.clock.is_frozen})

    async def show(_request: Request) -> Response:
        return shown()

    async def move(request: Request) -> Response:
        change = await read(request, ClockChange)
        try:
            if change.set is not None:
                world.clock.set(change.set)
            if change.advance_seconds is not None:
                world.clock.advance(timedelta(seconds=change.advance_seconds))
        except (ValueError, OverflowError) as error:
            raise HTTPException(400, str(error)) from error
        if change.freeze is not None:
            (world.clock.freeze if change.freeze else world.clock.unfreeze)()
        world.changed("clock")
        world.run_due()
        return shown()

    return [Route("/clock", show), Route("/clock", move, methods=["POST"])]
