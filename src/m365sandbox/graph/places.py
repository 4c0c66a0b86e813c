"""Rooms and lists of rooms: https://learn.microsoft.com/graph/api/place-list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.odata import apply, chosen

if TYPE_CHECKING:
    from m365sandbox.directory.model import Room, RoomList

_PAGE: Final = 100
_ROOM: Final = "microsoft.graph.room"
_ROOM_LIST: Final = "microsoft.graph.roomList"


def list_rooms(call: Call) -> Answer:
    """Answer the organisation's rooms."""
    rooms = call.world.directory.rooms_of(call.caller.tenant.tenant_id)
    return _answer(call, "places/microsoft.graph.room", _ROOM, [_room(one) for one in rooms])


def list_room_lists(call: Call) -> Answer:
    """Answer the organisation's lists of rooms."""
    lists = call.world.directory.room_lists_of(call.caller.tenant.tenant_id)
    entities = [_room_list(one) for one in lists]
    return _answer(call, "places/microsoft.graph.roomList", _ROOM_LIST, entities)


def list_rooms_of_list(call: Call) -> Answer:
    """Answer the rooms of one list, which is named by its address."""
    found = _list_named(call)
    if found is None:
        raise _unknown(call)
    rooms = call.world.directory.rooms_of(call.caller.tenant.tenant_id)
    entities = [_room(one) for one in rooms if one.room_list.lower() == found.address.lower()]
    return _answer(call, "places/microsoft.graph.room", _ROOM, entities)


def get_place(call: Call) -> Answer:
    """Answer one room or list of rooms, named by its id or address."""
    return _place(call, may_be_room=True, may_be_list=True)


def get_room(call: Call) -> Answer:
    """Answer one room; a list of rooms is none."""
    return _place(call, may_be_room=True, may_be_list=False)


def get_room_list(call: Call) -> Answer:
    """Answer one list of rooms; a room is none."""
    return _place(call, may_be_room=False, may_be_list=True)


def _place(call: Call, *, may_be_room: bool, may_be_list: bool) -> Answer:
    room = call.world.directory.room(call.parameters["place-id"]) if may_be_room else None
    found = _list_named(call) if may_be_list else None
    if room is not None and room.tenant_id == call.caller.tenant.tenant_id:
        kind, entity = _ROOM, _room(room)
    elif found is not None:
        kind, entity = _ROOM_LIST, _room_list(found)
    else:
        raise _unknown(call)
    body = chosen(call.query, entity, kind)
    head = {"@odata.context": call.context("places/$entity"), "@odata.type": f"#{kind}"}
    return Answer(200, {**head, **body})


def _answer(call: Call, path: str, kind: str, entities: list[JsonObject]) -> Answer:
    page = apply(call.query, entities, call.page_size(_PAGE))
    return call.collection(path, page, [chosen(call.query, one, kind) for one in page.items])


def _list_named(call: Call) -> RoomList | None:
    wanted = call.parameters["place-id"].lower()
    for one in call.world.directory.room_lists_of(call.caller.tenant.tenant_id):
        if wanted in {one.address.lower(), one.place_id}:
            return one
    return None


def _unknown(call: Call) -> GraphError:
    place = call.parameters["place-id"][:120]
    return GraphError(404, "ErrorItemNotFound", f"The place '{place}' was not found.")


def _room(room: Room) -> JsonObject:
    coordinates: JsonObject | None = None
    if room.latitude is not None and room.longitude is not None:
        coordinates = {"latitude": room.latitude, "longitude": room.longitude}
    return {
        "id": room.place_id,
        "displayName": room.display_name,
        "address": {
            "street": room.street,
            "city": room.city,
            "state": None,
            "postalCode": None,
            "countryOrRegion": room.country,
        },
        "geoCoordinates": coordinates,
        "phone": room.phone or "",
        "nickname": room.display_name,
        "label": room.label,
        "capacity": room.capacity,
        "building": room.building,
        "floorLabel": room.floor_label,
        "floorNumber": room.floor_number,
        "isWheelChairAccessible": room.is_wheelchair_accessible,
        "bookingType": "standard",
        "tags": list(room.tags),
        "audioDeviceName": room.audio_device,
        "videoDeviceName": room.video_device,
        "displayDeviceName": room.display_device,
        "emailAddress": room.address,
        "teamsEnabledState": "unknown",
    }


def _room_list(room_list: RoomList) -> JsonObject:
    return {
        "id": room_list.place_id,
        "displayName": room_list.display_name,
        "address": None,
        "geoCoordinates": None,
        "phone": "",
        "emailAddress": room_list.address,
    }
