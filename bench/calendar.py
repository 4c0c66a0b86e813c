"""Count the requests that calendars cost: a class that enrols within a minute, and Outlook's edits.

The real adapter speaks to the sandbox, whose limits are Microsoft's. Business time is moved, not
waited for; what is counted are requests, so that the speed of the machine does not matter.
Usage: make bench
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.delivery import start_django
from bench.report import Report, progress_bar, size
from m365sandbox.testing import Sandbox, start_sandbox

if TYPE_CHECKING:
    from bench.calendar_lane import CalendarLane

ENROLMENTS = size(500, 20)
SESSIONS = size(10_000, 30)
CHANGED = size(1_000, 5)
ACCOUNT = "learning@contoso.example"
SCOPES = ("Calendars.ReadWrite", "Mail.Send", "Place.Read.All", "User.Read")
MOST_FOR_ENROLMENTS = 5
FOR_A_CHANGE, FOR_THE_READING = 2, 10


@dataclass
class Counted:
    """Requests to Graph since the last time that was asked."""

    total: int = 0
    refused: int = 0
    by_method: dict[str, int] = field(default_factory=dict)

    def note(self, method: str, status: int) -> None:
        """Count one request."""
        self.total += 1
        self.refused += status == 429
        self.by_method[method] = self.by_method.get(method, 0) + 1

    def begin(self) -> None:
        """Count from nothing."""
        self.total = self.refused = 0
        self.by_method.clear()

    @property
    def text(self) -> str:
        """The requests in words."""
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.by_method.items()))
        return f"{self.total} ({kinds})" if kinds else str(self.total)


def main() -> None:
    """Measure on the store of this process."""
    report = Report("calendar")
    with (
        tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder,
        start_sandbox(smtp=False) as sandbox,
    ):
        start_django(Path(folder), graph_url=sandbox.people_url)
        counted = Counted()
        with _lane(sandbox, counted) as lane:
            _enrolments(report, lane, counted)
            _edits(report, lane, counted)
    report.save()


@contextmanager
def _lane(sandbox: Sandbox, counted: Counted) -> Iterator[CalendarLane]:
    from bench.calendar_lane import opened  # noqa: PLC0415 -- needs Django's settings

    with opened(sandbox, counted, ACCOUNT, SCOPES) as lane:
        yield lane


def _enrolments(report: Report, lane: CalendarLane, counted: Counted) -> None:
    """Enrol a class one by one within a minute, as its members press the button."""
    session = lane.a_session(0)
    lane.settle()
    people = lane.people(ENROLMENTS)
    counted.begin()
    for person in people:
        lane.enrol(session, person)
        lane.wait(timedelta(minutes=1) / ENROLMENTS)
    lane.wait(timedelta(minutes=2))
    report.row(
        f"requests for {ENROLMENTS} enrolments within a minute",
        counted.text,
        f"at most {MOST_FOR_ENROLMENTS}",
        held=counted.total <= MOST_FOR_ENROLMENTS,
    )
    report.row("invited by the event, room included", str(lane.attendees(session)))


def _edits(report: Report, lane: CalendarLane, counted: Counted) -> None:
    """Let some of many events be edited in Outlook, and be repaired."""
    draw = progress_bar(sys.stderr)
    sessions = []
    for number in range(SESSIONS):
        sessions.append(lane.a_session(number + 1, bare=True))
        if number % 100 == 0:
            draw("calendar, events", number, SESSIONS)
    lane.read()
    counted.begin()
    lane.read()
    report.row(f"requests where none of {SESSIONS} events changed", counted.text, "1")
    step = SESSIONS // CHANGED
    changed = sessions[::step][:CHANGED]
    for session in changed:
        lane.edit_in_outlook(session)
    counted.begin()
    lane.read()
    asked = lane.work()
    report.row(
        f"requests to find and repair {CHANGED} of {SESSIONS} events",
        counted.text,
        f"at most {FOR_A_CHANGE} an event and {FOR_THE_READING}",
        held=counted.total <= FOR_A_CHANGE * CHANGED + FOR_THE_READING,
    )
    report.row("sessions looked at for them", str(asked), str(CHANGED), held=asked == CHANGED)
    report.row("of these requests refused as too many", str(counted.refused), "0")
    report.row("left unrepaired", str(sum(map(lane.is_edited, changed))), "0")


if __name__ == "__main__":
    main()
