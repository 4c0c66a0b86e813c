"""/_sandbox/mailboxes and /_sandbox/bounces: mailboxes, and which mail returns."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.calendars.model import Event
from m365sandbox.control.bodies import read
from m365sandbox.control.people import person_named
from m365sandbox.mailboxes.trouble import NOBODY_THERE
from m365sandbox.world import World

Bytes = Annotated[int, Field(ge=0)]
Words = Annotated[str, Field(min_length=1, max_length=500)]


@dataclass
class Space:
    """How many bytes a mailbox may hold; None for as many as there are."""

    quota_bytes: Bytes | None = None


@dataclass
class Returning:
    """An address whose mail comes back, or a domain with the sign before it, and why."""

    address: Annotated[str, Field(pattern=r"^[^\s@]*@[^\s@]+$", max_length=320)]
    reason: Words = NOBODY_THERE


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for mailboxes and for mail that comes back.

    GET /_sandbox/mailboxes/{name} answers {"address", "quota_bytes", "used_bytes", "folders":
    {"Inbox": 3}}; POST takes {"quota_bytes": 1000} and answers as GET does. A mailbox that holds as
    much as its quota can send nothing, and still receives.

    GET /_sandbox/mailboxes/{name}/events answers {"events": [{"uid", "subject", "start", "end",
    "is_cancelled", "attendees": [address], "extended": {id: value}}]}: what stands in its calendar,
    by its beginning, a series once.

    POST /_sandbox/mailboxes/{name}/expire-delta lets every delta link of its calendar expire: they
    answer 410 from now on.

    GET /_sandbox/bounces answers {"bounces": {address: reason}}. POST adds one: {"address":
    "zoe@elsewhere.example" or "@elsewhere.example", "reason": "550 5.1.1 …"}. DELETE takes all
    away, DELETE /_sandbox/bounces/{address} one.
    """
    return [*_spaces(world), *_bounces(world)]


def _spaces(world: World) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        address = person_named(world, request.path_params["name"]).address
        mailboxes = world.mailboxes
        return JSONResponse(
            {
                "address": address,
                "quota_bytes": mailboxes.trouble.quotas.get(address.lower()),
                "used_bytes": mailboxes.used(address),
                "folders": Counter(one.folder for one in mailboxes.items(address)),
            }
        )

    async def limit(request: Request) -> Response:
        person = person_named(world, request.path_params["name"])
        wanted = await read(request, Space)
        world.mailboxes.trouble.set_quota(person.address, wanted.quota_bytes)
        world.changed("mailboxes")
        return await show(request)

    async def events(request: Request) -> Response:
        person = person_named(world, request.path_params["name"])
        return JSONResponse({"events": [_shown(one) for one in world.calendars.of(person.address)]})

    async def expire(request: Request) -> Response:
        person = person_named(world, request.path_params["name"])
        world.calendars.journal(person.address).expire()
        return Response(status_code=204)

    path = "/mailboxes/{name}"
    return [
        Route(path, show),
        Route(path, limit, methods=["POST"]),
        Route(f"{path}/events", events),
        Route(f"{path}/expire-delta", expire, methods=["POST"]),
    ]


def _shown(event: Event) -> dict[str, object]:
    return {
        "uid": event.uid,
        "subject": event.subject,
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "is_cancelled": event.is_cancelled,
        "attendees": [one.address for one in event.attendees],
        "extended": event.extended,
    }


def _bounces(world: World) -> list[BaseRoute]:
    async def show(_request: Request) -> Response:
        return JSONResponse({"bounces": world.mailboxes.trouble.bouncing})

    async def add(request: Request) -> Response:
        wanted = await read(request, Returning)
        world.mailboxes.trouble.set_bounce(wanted.address, wanted.reason)
        world.changed("mailboxes")
        return JSONResponse({"bounces": world.mailboxes.trouble.bouncing}, status_code=201)

    async def remove(request: Request) -> Response:
        address = request.path_params.get("address")
        for one in [address] if address else list(world.mailboxes.trouble.bouncing):
            world.mailboxes.trouble.set_bounce(one, None)
        world.changed("mailboxes")
        return Response(status_code=204)

    return [
        Route("/bounces", show),
        Route("/bounces", add, methods=["POST"]),
        Route("/bounces", remove, methods=["DELETE"]),
        Route("/bounces/{address}", remove, methods=["DELETE"]),
    ]
