"""Invitations, the answers of people and rooms, free and busy time."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.graph.harness import Sandbox, event, invited

ANA, ZOE = "ana@contoso.example", "zoe.dubois@contoso.example"
HALL = "auditorium@contoso.example"


def status(sandbox: Sandbox, created: dict[str, Any], address: str = HALL) -> str:
    """Return the answer of an attendee as the organiser sees it."""
    found = sandbox.get(f"/me/events/{created['id']}")
    (one,) = [one for one in found["attendees"] if one["emailAddress"]["address"] == address]
    return str(one["status"]["response"])


def at(day: str, start: str, end: str) -> dict[str, Any]:
    """Return the times of an event in UTC."""
    return {
        "start": {"dateTime": f"{day}T{start}:00", "timeZone": "UTC"},
        "end": {"dateTime": f"{day}T{end}:00", "timeZone": "UTC"},
    }


def view(sandbox: Sandbox, *addresses: str) -> dict[str, Any]:
    """Return the schedules of a Tuesday morning by address."""
    body = {
        "schedules": list(addresses),
        "startTime": {"dateTime": "2026-12-01T08:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-12-01T12:00:00", "timeZone": "UTC"},
        "availabilityViewInterval": 30,
    }
    answer = sandbox.ask("POST", "/me/calendar/getSchedule", body)
    assert answer.status_code == 200, answer.text
    return {one["scheduleId"]: one for one in answer.json()["value"]}


def test_rooms_are_listed_by_address_and_list(sandbox: Sandbox) -> None:
    rooms = sandbox.get("/places/microsoft.graph.room")["value"]
    assert [one["displayName"] for one in rooms] == ["Auditorium", "Harbour", "Library"]
    assert len(sandbox.get("/places/graph.room?$top=2&$count=true")["value"]) == 2
    filtered = sandbox.get("/places/microsoft.graph.room?$filter=capacity ge 20&$select=capacity")
    assert [one["capacity"] for one in filtered["value"]] == [80, 20]
    (one_list,) = sandbox.get("/places/microsoft.graph.roomlist")["value"]
    inside = f"/places/{one_list['emailAddress']}/microsoft.graph.roomlist/rooms"
    assert len(sandbox.get(inside)["value"]) == 3
    assert sandbox.get(f"/places/{rooms[0]['id']}")["emailAddress"] == HALL
    assert sandbox.ask("GET", "/places/nowhere@contoso.example").status_code == 404
    assert sandbox.ask("GET", "/places/graph.room", scopes="User.Read").status_code == 403
    stranger = sandbox.get("/places/graph.room", caller="rosa.fabri@fabrikam.example")
    assert stranger["value"] == []


def test_a_room_is_no_list_and_a_list_no_room(sandbox: Sandbox) -> None:
    for place, cast, status in (
        (HALL, "microsoft.graph.room", 200),
        (HALL, "microsoft.graph.roomlist", 404),
        ("hq-rooms@contoso.example", "microsoft.graph.roomlist", 200),
        ("hq-rooms@contoso.example", "microsoft.graph.room", 404),
    ):
        assert sandbox.ask("GET", f"/places/{place}/{cast}").status_code == status


def test_a_free_room_accepts_some_seconds_later(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(HALL, kind="resource"))
    assert status(sandbox, created) == "none"
    sandbox.later(seconds=10)
    found = sandbox.get(f"/me/events/{created['id']}")
    assert status(sandbox, created) == "accepted"
    assert found["changeKey"] != created["changeKey"]
    assert view(sandbox, HALL)[HALL]["availabilityView"] == "00222200"


def test_a_taken_room_declines_and_writes_why(sandbox: Sandbox) -> None:
    sandbox.create(attendees=invited(HALL, kind="resource"))
    second = sandbox.create(attendees=invited(HALL, kind="resource"), subject="Second")
    sandbox.later(seconds=10)
    assert status(sandbox, second) == "declined"
    last = sandbox.inbox("learning@contoso.example")[-1]
    assert last["subject"] == "Declined: Second"
    assert "conflicts" in last["text"]
    assert last["from"]["address"] == HALL


def test_a_moved_event_is_decided_again_and_a_cancelled_one_frees_the_room(
    sandbox: Sandbox,
) -> None:
    first = sandbox.create(attendees=invited(HALL, kind="resource"))
    second = sandbox.create(attendees=invited(HALL, kind="resource"))
    sandbox.later(seconds=10)
    moved = sandbox.ask("PATCH", f"/me/events/{second['id']}", at("2026-12-02", "09:00", "11:00"))
    assert moved.status_code == 200
    assert status(sandbox, second) == "none"
    sandbox.later(seconds=10)
    assert status(sandbox, second) == "accepted"
    sandbox.ask("POST", f"/me/events/{first['id']}/cancel", {})
    assert view(sandbox, HALL)[HALL]["availabilityView"] == "00000000"


def test_a_change_before_the_room_answers_does_not_lose_the_request(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(HALL, kind="resource"))
    sandbox.ask("PATCH", f"/me/events/{created['id']}", {"subject": "Better name"})
    sandbox.later(seconds=10)
    assert status(sandbox, created) == "accepted"


@pytest.mark.parametrize(
    ("times", "rules"),
    [
        (at("2027-11-01", "09:00", "11:00"), {}),
        (at("2026-12-01", "09:00", "11:00"), {"maximum_duration_in_minutes": 60}),
        (at("2026-12-05", "09:00", "11:00"), {"schedule_only_during_work_hours": True}),
        (at("2026-11-01", "09:00", "11:00"), {}),
    ],
    ids=["too far ahead", "too long", "on a Saturday", "in the past"],
)
def test_rooms_decline_by_their_rules(
    sandbox: Sandbox, times: dict[str, Any], rules: dict[str, object]
) -> None:
    hall = sandbox.world.directory.room(HALL)
    assert hall is not None
    for name, value in rules.items():
        setattr(hall.rules, name, value)
    created = sandbox.create(attendees=invited(HALL, kind="resource"), **times)
    sandbox.later(seconds=10)
    assert status(sandbox, created) == "declined"


def test_a_strangers_request_stays_unanswered(sandbox: Sandbox) -> None:
    body = event(attendees=invited(HALL, kind="resource"))
    rosa = "rosa.fabri@fabrikam.example"
    created = sandbox.ask("POST", "/me/events", body, caller=rosa).json()
    sandbox.later(seconds=10)
    found = sandbox.get(f"/me/events/{created['id']}", caller=rosa)
    assert found["attendees"][0]["status"]["response"] == "none"


def test_schedules_fail_one_by_one(sandbox: Sandbox) -> None:
    found = view(sandbox, HALL, "ghost@contoso.example", "rosa.fabri@fabrikam.example")
    assert found[HALL]["availabilityView"] == "0" * 8
    assert "error" not in found[HALL]
    for address in ("ghost@contoso.example", "rosa.fabri@fabrikam.example"):
        assert found[address]["error"]["responseCode"] == "ErrorMailRecipientNotFound"
        assert found[address]["availabilityView"] == ""


def test_a_schedule_over_six_weeks_or_for_too_many_is_refused(sandbox: Sandbox) -> None:
    start = {"dateTime": "2026-12-01T08:00:00", "timeZone": "UTC"}
    end = {"dateTime": "2027-02-01T08:00:00", "timeZone": "UTC"}
    long = {"Schedules": [HALL], "StartTime": start, "EndTime": end}
    answer = sandbox.ask("POST", "/me/calendar/getSchedule", long)
    error = answer.json()["value"][0]["error"]
    assert error["responseCode"] == "ErrorTimeIntervalTooBig"
    many = {**long, "Schedules": [f"p{n}@contoso.example" for n in range(21)]}
    assert sandbox.ask("POST", "/me/calendar/getSchedule", many).status_code == 400


def test_an_answer_of_a_person_reaches_the_organiser(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ZOE, ANA))
    (copy,) = sandbox.get("/me/events", caller=ZOE)["value"]
    assert (copy["isOrganizer"], copy["showAs"]) == (False, "tentative")
    path = f"/me/events/{copy['id']}/accept"
    answer = sandbox.ask("POST", path, {"comment": "Gladly", "sendResponse": True}, caller=ZOE)
    assert answer.status_code == 202
    assert status(sandbox, created, ZOE) == "accepted"
    (reply,) = sandbox.inbox("learning@contoso.example")
    assert (reply["subject"], reply["text"]) == ("Accepted: Fire safety", "Gladly")


def test_hidden_attendees_see_only_themselves(sandbox: Sandbox) -> None:
    sandbox.create(attendees=invited(ZOE, ANA), hideAttendees=True)
    (copy,) = sandbox.get("/me/events", caller=ZOE)["value"]
    assert [one["emailAddress"]["address"] for one in copy["attendees"]] == [ZOE]
    (mail,) = sandbox.inbox(ZOE)
    assert [one["address"] for one in mail["to"]] == [ZOE]


def test_a_change_of_attendees_tells_only_those_concerned(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ZOE, ANA))
    path = f"/me/events/{created['id']}"
    changed = invited(ANA, "new@elsewhere.example")
    sandbox.ask("PATCH", path, {"attendees": changed})
    assert [one["subject"] for one in sandbox.inbox(ZOE)] == [
        "Fire safety",
        "Canceled: Fire safety",
    ]
    assert len(sandbox.inbox(ANA)) == 1
    assert [one["attachments"] for one in sandbox.inbox("new@elsewhere.example")] == [
        ["invite.ics"]
    ]
    sandbox.ask("PATCH", path, {"subject": "Fire safety II"})
    assert [one["subject"] for one in sandbox.inbox(ANA)] == ["Fire safety", "Fire safety II"]
    sandbox.ask("PATCH", path, {"isReminderOn": False})
    assert len(sandbox.inbox(ANA)) == 2


def test_a_draft_invites_nobody_until_it_is_sent(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ANA), isDraft=True)
    assert sandbox.inbox(ANA) == []
    sandbox.ask("PATCH", f"/me/events/{created['id']}", {"isDraft": False})
    assert len(sandbox.inbox(ANA)) == 1


def test_a_clock_that_jumps_lets_rooms_answer_at_once(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(HALL, kind="resource"))
    sandbox.world.clock.advance(timedelta(days=2))
    assert status(sandbox, created) == "accepted"
