"""The calendars of a mailbox: https://learn.microsoft.com/graph/api/calendar-get."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import item_not_found
from m365sandbox.graph.identifiers import change_key, item_id
from m365sandbox.graph.odata import apply, chosen
from m365sandbox.graph.sharing import WRITERS

if TYPE_CHECKING:
    from m365sandbox.directory.model import Person

_TYPE = "microsoft.graph.calendar"


def list_calendars(call: Call) -> Answer:
    """Answer the calendars of a mailbox; there is the default one."""
    page = apply(call.query, [described(call)], 10)
    items = [chosen(call.query, one, _TYPE) for one in page.items]
    return call.collection(f"users('{call.person.oid}')/calendars", page, items)


def get_calendar(call: Call) -> Answer:
    """Answer one calendar, the default one when none is named."""
    check_calendar(call)
    body = chosen(call.query, described(call), _TYPE)
    path = "calendars/$entity" if "calendar-id" in call.parameters else "calendar/$entity"
    return Answer(
        200, {"@odata.context": call.context(f"users('{call.person.oid}')/{path}"), **body}
    )


def check_calendar(call: Call) -> None:
    """Refuse a path that names a calendar the mailbox does not have.

    Raises:
        GraphError: 400 when the id is malformed, 404 when there is no such calendar.
    """
    if "calendar-id" in call.parameters and call.item_key("calendar-id") != _key(call.person):
        raise item_not_found()


def described(call: Call) -> JsonObject:
    """Return the default calendar of the mailbox a call is about."""
    person = call.person
    key = _key(person)
    is_own = person.oid == call.caller.person.oid
    right = None if is_own else person.right_of(call.caller.person)
    return {
        "id": item_id(person.oid, key, immutable=call.wants_immutable_ids),
        "name": "Calendar",
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": True,
        "changeKey": change_key(key, 1),
        "canShare": is_own,
        "canViewPrivateItems": is_own or right == "FullAccess",
        "canEdit": is_own or right in WRITERS,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"] if person.has_teams else [],
        "defaultOnlineMeetingProvider": "teamsForBusiness" if person.has_teams else "unknown",
        "isTallyingResponses": True,
        "isRemovable": False,
        "owner": {"name": person.display_name, "address": person.address},
    }


def _key(person: Person) -> str:
    return uuid5(UUID(person.oid), "calendar").hex
