"""A calendar program that takes files of a session from wherever they come, as RFC 5546 says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from icalendar import Calendar

SHOWN = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION", "URL", "STATUS")


def event_in(content: bytes) -> Any:
    """Return the only event of a file."""
    (event,) = events_in(content)
    return event


def events_in(content: bytes) -> list[Any]:
    """Return the events of a file."""
    return list(Calendar.from_ical(content).walk("VEVENT"))


@dataclass
class Reader:
    """What it has of one session, and everything that it was ever given.

    Attributes:
        has: the event it shows; None before the first file.
        given: where each file came from, its SEQUENCE and LAST-MODIFIED, in order.
    """

    has: dict[str, Any] | None = None
    given: list[tuple[str, int, datetime]] = field(default_factory=list)
    _contents: dict[int, dict[str, Any]] = field(default_factory=dict)

    def take(self, source: str, content: bytes) -> bool:
        """Import a file; return whether it replaced what was there (section 2.1.5).

        Raises:
            AssertionError: a calendar that keeps to the letter would now show something old.
        """
        event = event_in(content)
        number, stamped = int(event["SEQUENCE"]), event["DTSTAMP"].dt
        modified = event["LAST-MODIFIED"].dt
        shows = {name: event.decoded(name, None) for name in SHOWN}
        assert modified <= stamped, "written before it became so"
        if self.given:
            assert number >= self.given[-1][1], f"{source} counts back"
            assert modified >= self.given[-1][2], f"{source} dates back"
        alike = self._contents.setdefault(number, shows)
        assert alike == shows, f"{source} shows something else under the same SEQUENCE"
        self.given.append((source, number, modified))
        mine = (number, stamped)
        newer = self.has is None or mine >= (self.has["sequence"], self.has["stamped"])
        if newer:
            self.has = {"sequence": number, "stamped": stamped, **shows}
        assert self.has is not None
        assert {name: self.has[name] for name in SHOWN} == shows, f"{source} was ignored"
        return newer

    @property
    def numbers(self) -> list[int]:
        """The SEQUENCE of each file."""
        return [number for _, number, _ in self.given]
