"""/_sandbox/faults and /_sandbox/log: make trouble, and see what was exchanged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control.bodies import read
from m365sandbox.faults import Effect, Fault, UnusableFault
from m365sandbox.log import Exchange
from m365sandbox.world import World

LONGEST_NUMBER = 12


@dataclass
class FaultWanted:
    """A fault as POST asks for it; see `m365sandbox.faults.Fault` for what the members mean."""

    path: str = "*"
    method: str | None = None
    mailbox: str | None = None
    effect: Effect = "answer"
    status: int | None = None
    aadsts: int | None = None
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    count: int | None = 1
    delay_seconds: float = 0.0


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for faults and for the log.

    GET /_sandbox/faults lists the rules in force. POST adds one and answers 201 with its
    "fault_id": {"path": "/v1.0/me/sendMail", "method": "POST", "mailbox": "a@contoso.example",
    "effect": "answer" | "act_then_answer" | "act_then_drop" | "drop", "status": 503, "body": {...},
    "headers": {"Retry-After": "5"}, "count": 1 (null: for ever), "delay_seconds": 0}. A path
    beginning with "~" is a regular expression, else a glob. In place of status and body,
    "aadsts": 50076 lets the token or authorize endpoint refuse with that code. DELETE takes all
    rules away, DELETE /_sandbox/faults/{fault_id} one.

    GET /_sandbox/log?method=&path=&status=&mailbox=&after=&limit= lists exchanges, oldest first,
    without secrets; DELETE empties it.
    """
    return [*_fault_routes(world), *_log_routes(world)]


def _fault_routes(world: World) -> list[BaseRoute]:
    async def show(_request: Request) -> Response:
        return JSONResponse({"faults": [asdict(fault) for fault in world.faults.all()]})

    async def add(request: Request) -> Response:
        wanted = await read(request, FaultWanted)
        try:
            fault = world.faults.add(Fault(**vars(wanted)))
        except UnusableFault as error:
            raise HTTPException(400, f"{error}.") from error
        return JSONResponse(asdict(fault), status_code=201)

    async def clear(_request: Request) -> Response:
        world.faults.clear()
        return Response(status_code=204)

    async def remove(request: Request) -> Response:
        if not world.faults.remove(request.path_params["fault_id"]):
            raise HTTPException(404, "There is no fault with this id.")
        return Response(status_code=204)

    return [
        Route("/faults", show),
        Route("/faults", add, methods=["POST"]),
        Route("/faults", clear, methods=["DELETE"]),
        Route("/faults/{fault_id}", remove, methods=["DELETE"]),
    ]


def _log_routes(world: World) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        given = request.query_params
        found = world.log.find(
            method=given.get("method"),
            path=given.get("path"),
            status=_number(given, "status"),
            mailbox=given.get("mailbox"),
            after=_number(given, "after") or 0,
            limit=_number(given, "limit") or 200,
        )
        return JSONResponse({"exchanges": [_described(exchange) for exchange in found]})

    async def clear(_request: Request) -> Response:
        world.log.clear()
        return Response(status_code=204)

    return [Route("/log", show), Route("/log", clear, methods=["DELETE"])]


def _number(given: Mapping[str, str], name: str) -> int | None:
    """Return a query parameter as a number, or None when it is absent."""
    text = given.get(name)
    if not text:
        return None
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise HTTPException(400, f"{name} must be a number.")
    return int(text)


def _described(exchange: Exchange) -> dict[str, object]:
    return {**asdict(exchange), "at": exchange.at.isoformat().replace("+00:00", "Z")}
