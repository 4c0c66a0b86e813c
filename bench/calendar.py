"""Count what calendars cost: a class that enrols, sessions that change, and Outlook's edits.

The real adapter speaks to a sandbox in a process of its own, whose limits are Microsoft's. Business
time is moved, not waited for. Requests do not depend on the speed of the machine; how long a
session takes does, so that is compared between a small and a large programme. Usage: make bench
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.calendar_counts import Counted, Spent, Watch, most_memory
from bench.delivery import start_django
from bench.peers import Peer, peer
from bench.report import Report, progress_bar, size

if TYPE_CHECKING:
    from bench.calendar_lane import CalendarLane
    from classbell.storage.models import CourseSession

ENROLMENTS = size(500, 40)
CHANGED = size(1_000, 5)
SESSIONS = size(10_000, 30)
TURNS = size(3, 1)
MOST_FOR_ENROLMENTS = 5
FOR_A_CHANGE, FOR_THE_READING = 2, 10
GROWTH = 1.25
WINDOW_OF_REQUESTS = 2_000


def main() -> None:
    """Measure on the store of this process."""
    report = Report("calendar")
    with (
        tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder,
        peer("sandbox-limits") as sandbox,
    ):
        start_django(Path(folder), graph_url=sandbox.url)
        counted = Counted()
        with _lane(sandbox, counted) as lane:
            _enrolments(report, lane, counted)
            sessions = _planned(lane, CHANGED, [])
            few = [_changes(lane, counted, sessions, turn) for turn in range(TURNS)]
            small = most_memory()
            sessions = _planned(lane, SESSIONS, sessions)
            step = SESSIONS // CHANGED
            chosen = sessions[::step][:CHANGED]
            many = [_changes(lane, counted, chosen, TURNS + turn) for turn in range(TURNS)]
            _tell_changes(report, few, many)
            memory = f"{small:,.0f} MB, {most_memory():,.0f} MB"
            report.row(f"memory at its most, beside {CHANGED:,} and {SESSIONS:,}", memory)
            _edits(report, lane, counted, chosen)
    report.save()


@contextmanager
def _lane(sandbox: Peer, counted: Counted) -> Iterator[CalendarLane]:
    from bench.calendar_lane import opened  # noqa: PLC0415 -- needs Django's settings

    with opened(sandbox, counted) as lane:
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


def _planned(lane: CalendarLane, count: int, there: list[CourseSession]) -> list[CourseSession]:
    """Return so many sessions with their events, those that are there among them."""
    draw = progress_bar(sys.stderr)
    sessions = list(there)
    while len(sessions) < count:
        sessions.append(lane.a_session(len(sessions) + 1, bare=True))
        if len(sessions) % WINDOW_OF_REQUESTS == 0:
            lane.pass_by(timedelta(minutes=11))
        if len(sessions) % 100 == 0:
            draw("calendar, events", len(sessions), count)
    lane.work()
    return sessions


def _changes(
    lane: CalendarLane, counted: Counted, sessions: list[CourseSession], turn: int
) -> Spent:
    """Give these sessions another title at once, and bring it into the calendar."""
    lane.pass_by(timedelta(minutes=11))
    for session in sessions:
        lane.rename(session, f"Title {turn}")
    lane.pass_by(timedelta(seconds=6))
    counted.begin()
    watch = Watch()
    asked = lane.work()
    spent = watch.spent(counted, asked)
    wrong = [one for one in sessions[:: max(1, CHANGED // 50)] if not _has_title(lane, one, turn)]
    if wrong:
        message = f"{len(wrong)} events have not the title of their session."
        raise RuntimeError(message)
    return spent


def _has_title(lane: CalendarLane, session: CourseSession, turn: int) -> bool:
    return lane.title(session).endswith(f"Title {turn}")


def _tell_changes(report: Report, few: list[Spent], many: list[Spent]) -> None:
    """Say what changed sessions cost, and how that grows with those that did not change."""
    most = max(few + many, key=lambda one: one.calls)
    report.row(
        f"requests for {CHANGED:,} changed of {SESSIONS:,} sessions",
        many[0].text,
        f"at most {FOR_A_CHANGE} each",
        held=most.calls <= FOR_A_CHANGE * CHANGED,
    )
    asked = {one.asked for one in few + many}
    looked = ", ".join(f"{one:,}" for one in sorted(asked))
    report.row("sessions looked at for them", looked, f"{CHANGED:,}", held=asked == {CHANGED})
    refused = sum(one.refused for one in few + many)
    report.row("of these requests refused as too many", str(refused), "0", held=not refused)
    for word, name in (("processor", "processor time"), ("seconds", "time, calls included")):
        small, large = (min(getattr(one, word) for one in side) for side in (few, many))
        growth = large / small
        report.row(
            f"{name} of a changed session among {SESSIONS:,}, against {CHANGED:,}; best of {TURNS}",
            f"{large / CHANGED * 1000:.1f} ms, x {growth:.2f}",
            f"≤ x {GROWTH}",
            held=growth <= GROWTH,
        )


def _edits(
    report: Report, lane: CalendarLane, counted: Counted, changed: list[CourseSession]
) -> None:
    """Let some of many events be edited in Outlook, and be repaired."""
    lane.read()
    lane.work()
    counted.begin()
    lane.read()
    report.row(
        f"requests where none of {SESSIONS:,} events changed",
        counted.text,
        "1",
        held=counted.total == 1,
    )
    lane.pass_by(timedelta(minutes=11))
    for session in changed:
        lane.edit_in_outlook(session)
    lane.pass_by(timedelta(minutes=11))
    counted.begin()
    lane.read()
    asked = lane.work()
    report.row(
        f"requests to find and repair {CHANGED:,} of {SESSIONS:,} events",
        counted.text,
        f"at most {FOR_A_CHANGE} an event and {FOR_THE_READING}",
        held=counted.total <= FOR_A_CHANGE * CHANGED + FOR_THE_READING,
    )
    report.row("events looked at for them", f"{asked:,}", f"{CHANGED:,}", held=asked == CHANGED)
    refused = counted.refused
    report.row("of these requests refused as too many", f"{refused}", "0", held=not refused)
    left = sum(lane.title(session) == "Lunch" for session in changed)
    report.row("left unrepaired", str(left), "0", held=not left)


if __name__ == "__main__":
    main()
