"""/_sandbox/limits and /_sandbox/statistics: Exchange's limits, and what met them."""

from dataclasses import asdict, dataclass
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control.bodies import read
from m365sandbox.world import World

LONGEST_SECONDS = 3600
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Bytes = Annotated[int, Field(ge=1)]
Seconds = Annotated[int, Field(ge=0, le=LONGEST_SECONDS)]
Pause = Annotated[float, Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]


@dataclass
class LimitsWanted:
    """What POST may set; None leaves a limit as it is. See `m365sandbox.mailboxes.rates.Limits`."""

    enabled: bool | None = None
    messages_per_minute: Count | None = None
    recipients_per_day: Count | None = None
    recipients_per_message: Count | None = None
    concurrent_requests: Count | None = None
    requests_per_ten_minutes: Count | None = None
    retry_after_seconds: Seconds | None = None
    service_seconds: Pause | None = None
    sent_copy_seconds: Pause | None = None
    message_bytes: Bytes | None = None
    join_link_seconds: Pause | None = None
    notice_seconds: Pause | None = None
    subscription_minutes: Count | None = None
    subscriptions_per_mailbox: Count | None = None


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for limits and statistics.

    GET /_sandbox/limits shows the limits in force. POST sets some of them, such as
    {"enabled": false} for a benchmark or {"messages_per_minute": 5}, and answers as GET does.
    GET /_sandbox/statistics counts for each sending mailbox the messages accepted, delayed by the
    rate and returned, and for each status the answers that Graph gave since the start or the reset.
    """

    async def show(_request: Request) -> Response:
        return JSONResponse(asdict(world.mailboxes.limits))

    async def change(request: Request) -> Response:
        wanted = await read(request, LimitsWanted)
        for name, value in vars(wanted).items():
            if value is not None:
                setattr(world.mailboxes.limits, name, value)
        world.changed("mailboxes")
        return await show(request)

    async def statistics(_request: Request) -> Response:
        answers = {str(status): count for status, count in sorted(world.log.statuses.items())}
        return JSONResponse({"mailboxes": world.mailboxes.statistics(), "graph_answers": answers})

    return [
        Route("/limits", show),
        Route("/limits", change, methods=["POST"]),
        Route("/statistics", statistics),
    ]
