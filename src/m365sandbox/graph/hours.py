"""The working hours of a mailbox, as Graph writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.rooms import WORK_BEGINS, WORK_ENDS
from m365sandbox.calendars.zones import windows_name

if TYPE_CHECKING:
    from m365sandbox.graph.call import JsonObject

_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")


def working_hours(zone_name: str) -> JsonObject:
    """Return Monday to Friday, eight to five, in a zone."""
    return {
        "daysOfWeek": list(_WEEK),
        "startTime": WORK_BEGINS.strftime("%H:%M:%S.0000000"),
        "endTime": WORK_ENDS.strftime("%H:%M:%S.0000000"),
        "timeZone": {"name": windows_name(zone_name)},
    }
