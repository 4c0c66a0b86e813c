#!/usr/bin/env python3
"""Write examples/ anew: a training programme that can be imported, and files with mistakes.

The same files come out of every run. Usage: .venv/bin/python scripts/make_examples.py
"""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from example_mistakes import ENROLMENT_COLUMNS, SESSION_COLUMNS, Row, broken_files
from example_programme import INSTRUCTORS, PLACES, PROGRAMME, ROOMS, ZONES, Course

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PEOPLE = ROOT / "src" / "m365sandbox" / "people.csv"
CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
# Before this moment, the sandbox's first, a session is over.
FIRST_MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
# Enrolments aimed at: enough to see batches, few enough to read.
ENROLMENTS = 340


@dataclass(frozen=True, slots=True)
class Session:
    """One date of a course, with its moments in its own zone."""

    course: Course
    code: str
    title: str
    start: datetime
    end: datetime
    zone: str
    seats: int
    room: str
    place: str
    teams: bool
    instructors: tuple[str, ...]

    def overlaps(self, other: "Session") -> bool:
        """Say whether nobody can be in both."""
        return self.start < other.end and other.start < self.end

    def row(self) -> Row:
        """Return the session as a row of courses.csv."""
        return {
            "course_code": self.course.code,
            "course_title": self.course.title,
            "course_description": self.course.description,
            "session_code": self.code,
            "session_title": self.title,
            "start": f"{self.start:%Y-%m-%dT%H:%M}",
            "end": f"{self.end:%Y-%m-%dT%H:%M}",
            "time_zone": self.zone,
            "seats": str(self.seats),
            "enrolment_deadline": f"{self.deadline():%Y-%m-%dT%H:%M}" if self.deadline() else "",
            "room": self.room,
            "place": self.place,
            "teams": "yes" if self.teams else "no",
            "instructors": ";".join(self.instructors),
            "description": self.description(),
        }

    def deadline(self) -> datetime | None:
        """Return when enrolment closes: a working week before, except for short online ones."""
        if not self.room and not self.place:
            return None
        return (self.start - timedelta(days=7)).replace(hour=17, minute=0)

    def description(self) -> str:
        """Return what participants are told about this date."""
        if self.course.code == "DRILL":
            return "The clocks go forward during this night; the drill is one hour shorter."
        if self.teams and (self.room or self.place):
            return "Come to the room, or join with Teams."
        return "Please be there ten minutes early." if self.room or self.place else ""


def sessions() -> Iterator[Session]:
    """Yield every date of the programme, in the order it is written down."""
    for course in PROGRAMME:
        lines = [line for line in course.sessions.splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            start, end, zone, seats, where, teams, instructors, title = line.split(maxsplit=7)
            begins = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(ZONES[zone]))
            ends = end if "T" in end else f"{start[:10]}T{end}"
            yield Session(
                course=course,
                code=f"{course.code}-{number:02}",
                title=title.strip(),
                start=begins,
                end=datetime.fromisoformat(ends).replace(tzinfo=begins.tzinfo),
                zone=ZONES[zone],
                seats=int(seats),
                room=f"{where}@contoso.example" if f"{where}@contoso.example" in ROOMS else "",
                place=PLACES.get(where, ""),
                teams=teams == "teams",
                instructors=tuple(INSTRUCTORS[letter] for letter in instructors),
            )


def check(programme: list[Session]) -> None:
    """Refuse a programme that could not take place."""
    for number, one in enumerate(programme):
        if one.seats > ROOMS.get(one.room, one.seats):
            raise SystemExit(f"{one.code} has more seats than its room.")
        if one.start >= one.end:
            raise SystemExit(f"{one.code} ends before it starts.")
        for other in programme[:number]:
            shared = {one.room, *one.instructors} & {other.room, *other.instructors} - {""}
            if shared and one.overlaps(other):
                raise SystemExit(f"{one.code} and {other.code} both need {shared}.")


def learners() -> list[Row]:
    """Return the sandbox's learners of Contoso, in the order of their addresses."""
    with PEOPLE.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["local_part"])
    addresses = [f"{row['local_part']}@contoso.example" for row in rows]
    return [
        {
            "address": address,
            "name": f"{row['given_name']} {row['surname']}",
            # The sandbox gives the same person the same object id in every world.
            "object_id": str(uuid5(CONTOSO, address)),
        }
        for address, row in zip(addresses, rows, strict=True)
    ]


def enrolments(programme: list[Session], people: list[Row]) -> list[Row]:
    """Deal people out to sessions: seats respected, nobody in two places at once."""
    chance = random.Random(20261123)
    booked: dict[str, list[Session]] = {person["address"]: [] for person in people}
    rows: list[Row] = []
    wanted = {session.code: _wanted(session, programme) for session in programme}
    for session in programme:
        free = [
            person
            for person in people
            if not any(session.overlaps(other) for other in booked[person["address"]])
        ]
        for person in chance.sample(free, min(wanted[session.code], session.seats, len(free))):
            booked[person["address"]].append(session)
            rows.append(
                {
                    "session_code": session.code,
                    "address": person["address"],
                    "name": person["name"],
                    # The learning platform knows the object id of some people only.
                    "object_id": person["object_id"] if chance.random() < 1 / 4 else "",
                }
            )
    return rows


def _wanted(session: Session, programme: list[Session]) -> int:
    """Small groups are full, large ones get their share of what is aimed at."""
    if session.seats <= min(ROOMS.values()):
        return session.seats
    return max(4, round(session.seats * ENROLMENTS / sum(other.seats for other in programme)))


def write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    """Write a CSV file as spreadsheets write it: UTF-8, comma, one line a row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def main() -> None:
    """Write the files and say what is in them."""
    programme = sorted(sessions(), key=lambda session: (session.start, session.code))
    check(programme)
    EXAMPLES.mkdir(exist_ok=True)
    write(EXAMPLES / "courses.csv", SESSION_COLUMNS, [session.row() for session in programme])
    enrolled = enrolments(programme, learners())
    write(EXAMPLES / "enrolments.csv", ENROLMENT_COLUMNS, enrolled)
    broken = EXAMPLES / "broken"
    broken.mkdir(exist_ok=True)
    for name, content in broken_files(programme[2].row(), enrolled[-1]).items():
        (broken / name).write_bytes(content)
    over = sum(session.end < FIRST_MOMENT for session in programme)
    print(
        f"{len(PROGRAMME)} courses, {len(programme)} sessions ({over} over), "
        f"{len({session.room for session in programme if session.room})} rooms, "
        f"{len({session.zone for session in programme})} time zones, "
        f"{len(enrolled)} enrolments of {len({row['address'] for row in enrolled})} people"
    )


if __name__ == "__main__":
    main()
