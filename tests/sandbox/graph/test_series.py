"""Recurring events: which days they happen on, who hears of them, and what is refused."""

from typing import Any

import icalendar
import pytest

from tests.sandbox.graph.harness import Sandbox, event, invited

ZOE = "zoe.dubois@contoso.example"
HALL = "auditorium@contoso.example"
YEAR = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2027-12-01T00:00:00Z"
TWICE: dict[str, Any] = {"type": "numbered", "numberOfOccurrences": 2}


def series(
    pattern: dict[str, Any], bounds: dict[str, Any], day: str = "2026-12-01", **others: Any
) -> dict[str, Any]:
    """Return a new event that happens again and again, two hours from nine."""
    return event(
        start={"dateTime": f"{day}T09:00:00", "timeZone": "Romance Standard Time"},
        end={"dateTime": f"{day}T11:00:00", "timeZone": "Romance Standard Time"},
        recurrence={
            "pattern": {"interval": 1, **pattern},
            "range": {"startDate": day, **bounds},
        },
        **others,
    )


def starts(found: list[dict[str, Any]]) -> list[str]:
    return [one["start"]["dateTime"][:16] for one in found]


@pytest.mark.parametrize(
    ("pattern", "bounds", "expected"),
    [
        ({"type": "daily", "interval": 3}, {"type": "endDate", "endDate": "2026-12-08"},
         ["12-01", "12-04", "12-07"]),
        ({"type": "weekly", "interval": 2, "daysOfWeek": ["Tuesday", "thursday"]},
         {"type": "numbered", "numberOfOccurrences": 4}, ["12-01", "12-03", "12-15", "12-17"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 1}, TWICE, ["12-01", "01-01"]),
        ({"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "first"}, TWICE,
         ["12-01", "01-05"]),
        ({"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"}, TWICE,
         ["12-25", "01-29"]),
        ({"type": "absoluteYearly", "dayOfMonth": 24, "month": 12},
         {"type": "endDate", "endDate": "2027-11-30"}, ["12-24"]),
        ({"type": "relativeYearly", "daysOfWeek": ["monday"], "month": 3, "index": "second"},
         TWICE, ["03-08"]),
    ],
)  # fmt: skip
def test_a_series_happens_on_its_days(
    sandbox: Sandbox, pattern: dict[str, Any], bounds: dict[str, Any], expected: list[str]
) -> None:
    answer = sandbox.ask("POST", "/me/events", series(pattern, bounds))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["type"] == "seriesMaster"
    view = sandbox.get(f"/me/calendarView?{YEAR}")["value"]
    assert [one[5:10] for one in starts(view)] == expected
    assert {(one["type"], one["seriesMasterId"]) for one in view} == {("occurrence", made["id"])}
    assert starts(sandbox.get(f"/me/events/{made['id']}/instances?{YEAR}")["value"]) == starts(view)
    (listed,) = sandbox.get("/me/events")["value"]
    assert listed["recurrence"]["pattern"]["type"] == pattern["type"]


def test_it_keeps_its_time_of_day_when_summer_time_begins(sandbox: Sandbox) -> None:
    weekly = {"type": "weekly", "daysOfWeek": ["tuesday"]}
    sandbox.ask("POST", "/me/events", series(weekly, {"type": "noEnd"}, "2027-03-23"))
    view = sandbox.get(
        "/me/calendarView?startDateTime=2027-03-20T00:00:00Z&endDateTime=2027-04-01T00:00:00Z"
    )["value"]
    assert starts(view) == ["2027-03-23T08:00", "2027-03-30T07:00"]
    far = "/me/calendarView?startDateTime=2060-01-01T00:00:00Z&endDateTime=2060-01-08T00:00:00Z"
    assert starts(sandbox.get(far)["value"]) == ["2060-01-06T08:00"]


def test_an_occurrence_is_read_and_not_changed_alone(sandbox: Sandbox) -> None:
    sandbox.ask("POST", "/me/events", series({"type": "daily"}, TWICE))
    _, second = sandbox.get(f"/me/calendarView?{YEAR}")["value"]
    assert sandbox.get(f"/me/events/{second['id']}")["start"] == second["start"]
    for method, path, body in (
        ("PATCH", "", {"subject": "Other"}),
        ("DELETE", "", None),
        ("POST", "/cancel", {}),
    ):
        assert sandbox.ask(method, f"/me/events/{second['id']}{path}", body).status_code == 405


def test_people_and_rooms_are_asked_for_the_whole_series(sandbox: Sandbox) -> None:
    everybody = [*invited(ZOE), *invited(HALL, kind="resource")]
    answer = sandbox.ask(
        "POST", "/me/events", series({"type": "daily"}, TWICE, attendees=everybody)
    )
    sandbox.later(seconds=10)
    found = sandbox.get(f"/me/events/{answer.json()['id']}")
    assert found["attendees"][1]["status"]["response"] == "accepted"
    (theirs,) = sandbox.ask("GET", "/me/events", caller=ZOE).json()["value"]
    assert theirs["type"] == "seriesMaster"
    busy = {
        "schedules": [HALL],
        "startTime": {"dateTime": "2026-12-02T07:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-12-02T11:00:00", "timeZone": "UTC"},
        "availabilityViewInterval": 60,
    }
    answer = sandbox.ask("POST", "/me/calendar/getSchedule", busy)
    assert answer.json()["value"][0]["availabilityView"] == "0220"


def test_a_room_refuses_a_series_for_one_conflict_or_one_day_too_far(sandbox: Sandbox) -> None:
    hall = invited(HALL, kind="resource")
    day = {"dateTime": "2026-12-02T08:30:00", "timeZone": "UTC"}
    later = {"dateTime": "2026-12-02T09:30:00", "timeZone": "UTC"}
    sandbox.ask("POST", "/me/events", event(attendees=hall, start=day, end=later))
    sandbox.later(seconds=10)
    for bounds in (TWICE, {"type": "noEnd"}):
        answer = sandbox.ask(
            "POST", "/me/events", series({"type": "daily"}, bounds, attendees=hall)
        )
        sandbox.later(seconds=10)
        found = sandbox.get(f"/me/events/{answer.json()['id']}")
        assert found["attendees"][0]["status"]["response"] == "declined"


def test_the_invitation_carries_the_rule(sandbox: Sandbox) -> None:
    pattern = {"type": "weekly", "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"}
    sandbox.ask("POST", "/me/events", series(pattern, TWICE, attendees=invited(ZOE)))
    (item,) = sandbox.world.mailboxes.items(ZOE)
    (file,) = sandbox.world.mailboxes.letter(item).attachments
    (entry,) = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert entry["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=2;INTERVAL=1;BYDAY=TU;WKST=MO"


def test_a_series_that_moves_begins_on_the_new_day(sandbox: Sandbox) -> None:
    made = sandbox.ask("POST", "/me/events", series({"type": "daily"}, TWICE)).json()
    moved = {
        name: {"dateTime": f"2026-12-03T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "12"), ("end", "13"))
    }
    answer = sandbox.ask("PATCH", f"/me/events/{made['id']}", moved)
    assert answer.json()["recurrence"]["range"]["startDate"] == "2026-12-03"
    view = sandbox.get(f"/me/calendarView?{YEAR}")["value"]
    assert starts(view) == ["2026-12-03T12:00", "2026-12-04T12:00"]
    answer = sandbox.ask("PATCH", f"/me/events/{made['id']}", {"recurrence": None})
    assert answer.json()["type"] == "singleInstance"


@pytest.mark.parametrize(
    ("pattern", "bounds", "code"),
    [
        ({"type": "weekly"}, TWICE, "ErrorPropertyValidationFailure"),
        ({"type": "daily", "dayOfMonth": 3}, TWICE, "ErrorPropertyValidationFailure"),
        ({"type": "daily", "interval": 0}, TWICE, "ErrorPropertyValidationFailure"),
        ({"type": "daily"}, {"type": "numbered"}, "ErrorPropertyValidationFailure"),
        ({"type": "daily"}, {**TWICE, "startDate": "2026-12-02"},
         "ErrorPropertyValidationFailure"),
        ({"type": "daily"}, {"type": "endDate", "endDate": "4500-09-01"},
         "ErrorRecurrenceEndDateTooBig"),
        ({"type": "daily"}, {"type": "endDate", "endDate": "2026-11-01"},
         "ErrorRecurrenceHasNoOccurrence"),
        ({"type": "weekly", "daysOfWeek": ["monday"]}, {"type": "endDate", "endDate": "2026-12-02"},
         "ErrorRecurrenceHasNoOccurrence"),
        ({"type": "daily"}, {**TWICE, "recurrenceTimeZone": "Atlantis"},
         "TimeZoneNotSupportedException"),
    ],
)  # fmt: skip
def test_what_is_no_series_is_refused(
    sandbox: Sandbox, pattern: dict[str, Any], bounds: dict[str, Any], code: str
) -> None:
    answer = sandbox.ask("POST", "/me/events", series(pattern, bounds))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_view_has_an_end(sandbox: Sandbox) -> None:
    answer = sandbox.ask(
        "GET",
        "/me/calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2036-01-01T00:00:00Z",
    )
    assert answer.status_code == 400
