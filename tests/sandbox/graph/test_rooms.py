"""How rooms decide: the rules of Set-CalendarProcessing, delegates, and steering them."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from m365sandbox.directory.model import BookingRules
from m365sandbox.testing import Sandbox as Running
from tests.sandbox.graph.harness import Sandbox, event, invited
from tests.sandbox.graph.test_meetings import ANA, HALL, at, status, view

LEARNING = "learning@contoso.example"
ZOE = "zoe.dubois@contoso.example"
WEEKLY = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}


def rules(sandbox: Sandbox) -> BookingRules:
    """Return the rules of the auditorium, to be changed."""
    hall = sandbox.world.directory.room(HALL)
    assert hall is not None
    return hall.rules


def requested(sandbox: Sandbox, **members: object) -> dict[str, Any]:
    """Request the auditorium, and wait until it has decided."""
    created = sandbox.create(attendees=invited(HALL, kind="resource"), **members)
    sandbox.later(seconds=10)
    return created


def weekly(times: int) -> dict[str, Any]:
    """Return a series of so many Tuesdays."""
    numbered = {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": times}
    return {"pattern": WEEKLY, "range": numbered}


def booked(sandbox: Sandbox) -> list[str]:
    """Return the days on which the auditorium is taken."""
    hall = sandbox.world.calendars
    now = sandbox.world.now()
    found = hall.between(HALL, now, now + timedelta(days=700))
    return sorted({one.start.date().isoformat() for one in found})


def last_mail(sandbox: Sandbox, mailbox: str = LEARNING) -> str:
    """Return the text of the latest mail."""
    return str(sandbox.inbox(mailbox)[-1]["text"])


def test_a_room_that_takes_conflicts_takes_two(sandbox: Sandbox) -> None:
    rules(sandbox).allow_conflicts = True
    first, second = requested(sandbox), requested(sandbox)
    assert (status(sandbox, first), status(sandbox, second)) == ("accepted", "accepted")


def test_a_room_answers_after_its_own_delay(sandbox: Sandbox) -> None:
    rules(sandbox).decision_delay_seconds = 3600
    created = requested(sandbox)
    assert status(sandbox, created) == "none"
    sandbox.later(hours=1)
    assert status(sandbox, created) == "accepted"


def test_a_room_that_answers_nothing_stays_open(sandbox: Sandbox) -> None:
    rules(sandbox).automate_processing = "None"
    assert status(sandbox, requested(sandbox)) == "none"
    assert booked(sandbox) == []


def test_a_room_that_only_notes_requests_waits_for_a_person(sandbox: Sandbox) -> None:
    rules(sandbox).automate_processing = "AutoUpdate"
    assert status(sandbox, requested(sandbox)) == "none"
    assert view(sandbox, HALL)[HALL]["availabilityView"] == "00111100"


def test_series_may_be_refused_altogether(sandbox: Sandbox) -> None:
    rules(sandbox).allow_recurring_meetings = False
    assert status(sandbox, requested(sandbox, recurrence=weekly(3))) == "declined"
    assert "recurring" in last_mail(sandbox)
    assert status(sandbox, requested(sandbox)) == "accepted"


def test_a_series_past_the_window_is_declined_or_cut(sandbox: Sandbox) -> None:
    rules(sandbox).booking_window_in_days = 20
    assert status(sandbox, requested(sandbox, recurrence=weekly(10))) == "declined"
    rules(sandbox).enforce_scheduling_horizon = False
    assert status(sandbox, requested(sandbox, recurrence=weekly(10))) == "accepted"
    assert booked(sandbox) == ["2026-12-01", "2026-12-08"]


def test_an_endless_series_is_cut_where_that_is_allowed(sandbox: Sandbox) -> None:
    endless = {"pattern": WEEKLY, "range": {"type": "noEnd", "startDate": "2026-12-01"}}
    assert status(sandbox, requested(sandbox, recurrence=endless)) == "declined"
    rules(sandbox).enforce_scheduling_horizon = False
    rules(sandbox).booking_window_in_days = 16
    assert status(sandbox, requested(sandbox, recurrence=endless)) == "accepted"
    assert booked(sandbox) == ["2026-12-01", "2026-12-08"]


@pytest.mark.parametrize(
    ("most", "percentage", "answer"),
    [(0, 0, "declined"), (1, 20, "declined"), (0, 50, "declined"), (1, 25, "accepted")],
)
def test_a_series_may_have_a_few_conflicts(
    sandbox: Sandbox, most: int, percentage: int, answer: str
) -> None:
    requested(sandbox, **at("2026-12-08", "10:00", "12:00"))
    rules(sandbox).maximum_conflict_instances = most
    rules(sandbox).conflict_percentage_allowed = percentage
    assert status(sandbox, requested(sandbox, recurrence=weekly(4))) == answer
    assert ("2026-12-08" in last_mail(sandbox)) is (answer == "accepted")
    own = [one for one in sandbox.world.calendars.of(HALL) if one.recurrence is not None]
    assert len(own) == (1 if answer == "accepted" else 0)
    if own:
        far = sandbox.world.now() + timedelta(days=90)
        days = sandbox.world.calendars.between(HALL, sandbox.world.now(), far)
        series = [one.start.date().isoformat() for one in days if one.series_key]
        assert series == ["2026-12-01", "2026-12-15", "2026-12-22"]


def test_a_single_event_may_have_no_conflict(sandbox: Sandbox) -> None:
    rules(sandbox).maximum_conflict_instances = 5
    rules(sandbox).conflict_percentage_allowed = 100
    requested(sandbox)
    assert status(sandbox, requested(sandbox)) == "declined"


def test_only_those_on_the_list_book_at_once(sandbox: Sandbox) -> None:
    rules(sandbox).all_book_in_policy = False
    assert status(sandbox, requested(sandbox)) == "declined"
    assert "permissions" in last_mail(sandbox)
    rules(sandbox).book_in_policy = [LEARNING.upper()]
    assert status(sandbox, requested(sandbox)) == "accepted"


@pytest.mark.parametrize(
    "members",
    [
        {"all_request_in_policy": True},
        {"request_in_policy": [LEARNING]},
        {"resource_delegates": [ANA]},
    ],
)
def test_a_request_waits_for_a_delegate(sandbox: Sandbox, members: dict[str, Any]) -> None:
    rules(sandbox).all_book_in_policy = False
    for name, value in members.items():
        setattr(rules(sandbox), name, value)
    created = requested(sandbox)
    assert status(sandbox, created) == "tentativelyAccepted"
    assert "pending approval" in last_mail(sandbox)
    assert view(sandbox, HALL)[HALL]["availabilityView"] == "00111100"
    forwarded = [one["subject"] for one in sandbox.inbox(ANA)]
    assert forwarded == (["FW: Fire safety"] if "resource_delegates" in members else [])


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_a_delegate_decides(sandbox: Sandbox, answer: Any) -> None:
    rules(sandbox).all_book_in_policy = False
    rules(sandbox).resource_delegates = [ANA]
    created = requested(sandbox)
    hall = sandbox.world.directory.room(HALL)
    (booking,) = sandbox.world.calendars.of(HALL)
    assert hall is not None
    sandbox.world.calendars.answers.settle(hall, booking, answer)
    assert status(sandbox, created) == answer
    assert sandbox.inbox(LEARNING)[-1]["subject"] == f"{answer.capitalize()}: Fire safety"
    taken = "00222200" if answer == "accepted" else "00000000"
    assert view(sandbox, HALL)[HALL]["availabilityView"] == taken


def test_what_breaks_the_rules_may_be_asked_for(sandbox: Sandbox) -> None:
    rules(sandbox).maximum_duration_in_minutes = 60
    assert status(sandbox, requested(sandbox)) == "declined"
    rules(sandbox).request_out_of_policy = [LEARNING]
    assert status(sandbox, requested(sandbox)) == "tentativelyAccepted"
    assert status(sandbox, requested(sandbox)) == "declined", "it is taken meanwhile"
    past = requested(sandbox, **at("2026-11-01", "09:00", "12:00"))
    assert status(sandbox, past) == "declined"


def test_a_strangers_request_is_answered_where_that_is_allowed(sandbox: Sandbox) -> None:
    rules(sandbox).process_external_meeting_messages = True
    body = event(attendees=invited(HALL, kind="resource"))
    rosa = "rosa.fabri@fabrikam.example"
    created = sandbox.ask("POST", "/me/events", body, caller=rosa).json()
    sandbox.later(seconds=10)
    found = sandbox.get(f"/me/events/{created['id']}", caller=rosa)
    assert found["attendees"][0]["status"]["response"] == "accepted"


def test_the_rooms_calendar_shows_the_organiser_or_the_subject(sandbox: Sandbox) -> None:
    requested(sandbox)
    (booking,) = sandbox.world.calendars.of(HALL)
    assert (booking.subject, booking.body) == ("Contoso Learning", "")
    rules(sandbox).delete_subject = False
    rules(sandbox).add_organizer_to_subject = False
    requested(sandbox, **at("2026-12-02", "09:00", "10:00"))
    assert sandbox.world.calendars.of(HALL)[-1].subject == "Fire safety"


def test_rooms_are_steered_over_the_network(live_sandbox: Running) -> None:
    control = live_sandbox.control
    shown = control.room_rules(HALL, all_book_in_policy=False, resource_delegates=[ZOE])
    assert shown["resource_delegates"] == [ZOE]
    control.set_clock(control.now(), freeze=True)
    day = (control.now() + timedelta(days=7)).date().isoformat()
    token = live_sandbox.access_token(LEARNING, "Calendars.ReadWrite", "Place.Read.All")
    headers = {"Authorization": f"Bearer {token}"}
    with live_sandbox.browser() as client:
        client.headers.update(headers)
        base = f"{live_sandbox.graph_url}/v1.0"
        made: list[dict[str, Any]] = []
        for hours in (("09:00", "10:00"), ("11:00", "12:00")):
            body = event(attendees=invited(HALL, kind="resource"), **at(day, *hours))
            made.append(client.post(f"{base}/me/events", json=body).json())
        control.advance(timedelta(seconds=5))

        def answer(one: dict[str, Any]) -> str:
            found = client.get(f"{base}/me/events/{one['id']}").json()
            return str(found["attendees"][0]["status"]["response"])

        assert [answer(one) for one in made] == ["tentativelyAccepted"] * 2
        control.decide(HALL, made[0]["iCalUId"], "declined")
        assert answer(made[0]) == "declined"
        page = f"{live_sandbox.people_url}/portal/calendars/{HALL}?view=day&date={day}"
        (path,) = {
            part.partition('"')[0]
            for part in client.get(page).text.split('action="')[1:]
            if part.partition('"')[0].endswith("/respond")
        }
        client.post(f"{live_sandbox.people_url}{path}", data={"answer": "accepted"})
        assert answer(made[1]) == "accepted"
        assert "/respond" not in client.get(page).text
        with pytest.raises(httpx2.HTTPStatusError):
            control.decide(HALL, made[1]["iCalUId"], "declined")


def test_rooms_come_and_go(live_sandbox: Running) -> None:
    control = live_sandbox.control
    token = live_sandbox.access_token(LEARNING, "Place.Read.All")

    def listed() -> list[str]:
        url = f"{live_sandbox.graph_url}/v1.0/places/microsoft.graph.room"
        with live_sandbox.browser() as client:
            found = client.get(url, headers={"Authorization": f"Bearer {token}"})
        return [one["displayName"] for one in found.json()["value"]]

    control.ask("POST", "/rooms", {"address": "attic@contoso.example", "display_name": "Attic"})
    assert "Attic" in listed()
    control.ask("DELETE", "/rooms/attic@contoso.example")
    assert "Attic" not in listed()
    addresses = [one["address"] for one in control.ask("GET", "/rooms")["rooms"]]
    assert HALL in addresses
    assert "attic@contoso.example" not in addresses


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/rooms/{HALL}/rules", {"booking_window_in_days": 2000}),
        (f"/rooms/{HALL}/rules", {"automate_processing": "Perhaps"}),
        ("/rooms/nowhere@contoso.example/rules", {}),
        (f"/rooms/{HALL}/decide", {"uid": "x", "answer": "accepted"}),
        ("/rooms", {"address": "a@elsewhere.example", "display_name": "A"}),
        ("/rooms", {"address": "a@contoso.example", "display_name": "A", "time_zone": "Mars"}),
    ],
)
def test_what_is_no_rule_is_refused(live_sandbox: Running, path: str, body: object) -> None:
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        live_sandbox.control.ask("POST", path, body)
    assert refused.value.response.status_code in {400, 404}
