"""Free and busy time of a mailbox, as getSchedule answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from m365sandbox.calendars.model import Event

_DIGITS: Final = {"free": 0, "tentative": 1, "busy": 2, "oof": 3, "workingElsewhere": 4}
# Where two events meet in a slot, the one that binds more counts.
_STRENGTH: Final = {0: 0, 4: 1, 1: 2, 2: 3, 3: 4}


@dataclass(frozen=True)
class Window:
    """The time asked about, in slots of some minutes."""

    start: datetime
    end: datetime
    minutes: int


def availability_view(events: Sequence[Event], window: Window) -> str:
    """Return one digit for each slot: 0 free, 1 tentative, 2 busy, 3 away, 4 working elsewhere.

    https://learn.microsoft.com/graph/outlook-get-free-busy-schedule
    """
    step = timedelta(minutes=window.minutes)
    slots = -(-(window.end - window.start) // step)
    digits = [0] * slots
    for event in events:
        digit = _DIGITS.get(event.show_as, 0)
        first = max(0, (event.start - window.start) // step)
        last = min(slots, -(-(event.end - window.start) // step))
        for slot in range(first, last):
            if _STRENGTH[digit] > _STRENGTH[digits[slot]]:
                digits[slot] = digit
    return "".join(map(str, digits))
