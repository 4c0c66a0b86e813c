"""Parameters of actions, which the service takes in Pascal case and in camel case."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from m365sandbox.calendars.zones import MalformedTimeError, UnknownTimeZoneError, to_utc
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.shapes import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.graph.call import JsonObject


def action_parameters(given: Mapping[str, object], names: tuple[str, ...]) -> JsonObject:
    """Return an action's parameters by their camel-case names.

    Raises:
        GraphError: 400 for a parameter the action does not have.
    """
    known = {name.lower(): name for name in names}
    result: JsonObject = {}
    for name, value in given.items():
        if "@" in name:
            continue
        if name.lower() not in known:
            text = f"The parameter '{name[:60]}' in the request payload is not a valid parameter."
            raise bad_request(text)
        result[known[name.lower()]] = value
    return result


def optional_boolean(value: object, *, otherwise: bool) -> bool:
    """Return a boolean that may be absent or stand in quotation marks.

    Raises:
        GraphError: 400 for anything else.
    """
    result = read(value, "boolean")
    return otherwise if result is None else result is True


def optional_text(value: object) -> str:
    """Return a text that may be absent.

    Raises:
        GraphError: 400 for anything else.
    """
    return str(read(value, "string") or "")


def moment(value: object, name: str) -> datetime:
    """Return a dateTimeTimeZone as a moment in UTC.

    Raises:
        GraphError: 400 when it is missing, malformed, or in an unknown zone.
    """
    given = cast("JsonObject | None", read(value, "dateTimeTimeZone"))
    if given is None or not given.get("dateTime"):
        text = f"The property '{name}' is required when creating the entity."
        raise bad_request(text, "ErrorPropertyValidationFailure")
    zone_name = cast("str | None", given.get("timeZone"))
    return parsed_moment(str(given["dateTime"]), zone_name, name)


def parsed_moment(text: str, zone_name: str | None, name: str) -> datetime:
    """Return a wall time in a zone as a moment in UTC.

    Raises:
        GraphError: 400 when the text is malformed or the zone unknown.
    """
    try:
        return to_utc(text, zone_name)
    except UnknownTimeZoneError:
        raise unknown_zone(str(zone_name)) from None
    except MalformedTimeError:
        problem = f"The value '{text[:60]}' of '{name}' is not a date and time."
        raise bad_request(problem, "ErrorInvalidParameter") from None


def unknown_zone(name: str) -> Exception:
    """Return the refusal of a time zone nobody knows (400)."""
    text = (
        "A valid TimeZone value must be specified. The following TimeZone value is not "
        f"supported: '{name[:60]}'."
    )
    return bad_request(text, "TimeZoneNotSupportedException")
