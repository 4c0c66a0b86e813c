"""/_sandbox/rooms: rooms, how each decides, and the decisions of their delegates."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.calendars.zones import UnknownTimeZoneError, zone
from m365sandbox.control.bodies import read
from m365sandbox.directory.model import Room, object_id
from m365sandbox.world import World

Days = Annotated[int, Field(ge=0, le=1080)]
Minutes = Annotated[int, Field(ge=0, le=2_147_483_647)]
Seconds = Annotated[float, Field(ge=0, le=30 * 24 * 3600, allow_inf_nan=False)]
Percentage = Annotated[int, Field(ge=0, le=100)]
Instances = Annotated[int, Field(ge=0, le=10_000)]


@dataclass
class RulesWanted:
    """What POST may set of `m365sandbox.directory.model.BookingRules`; None leaves it as it is."""

    automate_processing: Literal["AutoAccept", "AutoUpdate", "None"] | None = None
    allow_conflicts: bool | None = None
    booking_window_in_days: Days | None = None
    maximum_duration_in_minutes: Minutes | None = None
    allow_recurring_meetings: bool | None = None
    enforce_scheduling_horizon: bool | None = None
    maximum_conflict_instances: Instances | None = None
    conflict_percentage_allowed: Percentage | None = None
    schedule_only_during_work_hours: bool | None = None
    process_external_meeting_messages: bool | None = None
    all_book_in_policy: bool | None = None
    all_request_in_policy: bool | None = None
    all_request_out_of_policy: bool | None = None
    book_in_policy: list[str] | None = None
    request_in_policy: list[str] | None = None
    request_out_of_policy: list[str] | None = None
    resource_delegates: list[str] | None = None
    forward_requests_to_delegates: bool | None = None
    add_organizer_to_subject: bool | None = None
    delete_subject: bool | None = None
    decision_delay_seconds: Seconds | None = None


@dataclass
class NewRoom:
    """A room as POST /_sandbox/rooms asks for one; the domain names the tenant."""

    address: str
    display_name: str
    capacity: Annotated[int, Field(ge=0, le=1_000_000)] = 10
    building: str = ""
    room_list: str = ""
    time_zone: str = "Europe/Copenhagen"


@dataclass
class Verdict:
    """What a delegate decides about the meeting with this iCalendar id."""

    uid: str
    answer: Literal["accepted", "declined"]


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for rooms; {name} is an address or a place id.

    GET /_sandbox/rooms lists rooms with their rules. POST adds one: {"address": …, "display_name":
    …, "capacity": 20}. DELETE /_sandbox/rooms/{name} takes one away. POST
    /_sandbox/rooms/{name}/rules sets some of its rules, named as in Set-CalendarProcessing:
    {"maximum_duration_in_minutes": 60}. POST /_sandbox/rooms/{name}/decide {"uid", "answer"} lets a
    delegate accept or decline a request that waits in the room's calendar.
    """
    return [*_rooms(world), *_deciding(world)]


def _rooms(world: World) -> list[BaseRoute]:
    async def show(_request: Request) -> Response:
        return JSONResponse({"rooms": [_shown(one) for one in world.directory.rooms.values()]})

    async def add(request: Request) -> Response:
        room = _made(world, await read(request, NewRoom))
        world.directory.add_room(room)
        world.changed("directory")
        return JSONResponse(_shown(room), status_code=201)

    async def remove(request: Request) -> Response:
        room = _named(world, request)
        world.directory.rooms.pop(room.address.lower())
        world.changed("directory")
        return Response(status_code=204)

    return [
        Route("/rooms", show),
        Route("/rooms", add, methods=["POST"]),
        Route("/rooms/{name}", remove, methods=["DELETE"]),
    ]


def _deciding(world: World) -> list[BaseRoute]:
    async def rules(request: Request) -> Response:
        room = _named(world, request)
        wanted = await read(request, RulesWanted)
        for name, value in vars(wanted).items():
            if value is not None:
                setattr(room.rules, name, value)
        world.changed("directory")
        return JSONResponse(_shown(room))

    async def decide(request: Request) -> Response:
        room = _named(world, request)
        verdict = await read(request, Verdict)
        booking = world.calendars.by_uid(room.address, verdict.uid)
        if booking is None or booking.response == "accepted":
            raise HTTPException(404, "No such request waits for a decision.")
        world.calendars.answers.settle(room, booking, verdict.answer)
        return Response(status_code=204)

    path = "/rooms/{name}"
    return [
        Route(f"{path}/rules", rules, methods=["POST"]),
        Route(f"{path}/decide", decide, methods=["POST"]),
    ]


def _shown(room: Room) -> dict[str, object]:
    named = ("address", "place_id", "display_name", "capacity", "building", "room_list")
    shown: dict[str, object] = {name: getattr(room, name) for name in named}
    return shown | {"rules": asdict(room.rules)}


def _named(world: World, request: Request) -> Room:
    room = world.directory.room(request.path_params["name"])
    if room is None:
        raise HTTPException(404, "There is no such room.")
    return room


def _made(world: World, wanted: NewRoom) -> Room:
    tenant = world.directory.tenant(wanted.address.rpartition("@")[2])
    if tenant is None:
        raise HTTPException(400, "address: its domain belongs to no tenant of the sandbox.")
    try:
        zone(wanted.time_zone)
    except UnknownTimeZoneError as error:
        raise HTTPException(400, "time_zone: nobody knows it.") from error
    return Room(
        tenant_id=tenant.tenant_id,
        place_id=object_id(tenant.tenant_id, wanted.address),
        address=wanted.address,
        display_name=wanted.display_name,
        capacity=wanted.capacity,
        building=wanted.building,
        floor_number=0,
        floor_label="0",
        time_zone=wanted.time_zone,
        room_list=wanted.room_list,
    )
