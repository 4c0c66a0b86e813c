"""Delta queries: all at first, then only what changed, whoever changed it."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from m365sandbox.calendars.model import Event
from m365sandbox.mailboxes.model import Address
from m365sandbox.testing import Sandbox as RunningSandbox
from tests.sandbox.graph.harness import MONDAY, Sandbox, event, invited

ANA, HALL = "ana@contoso.example", "auditorium@contoso.example"
DECEMBER = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2027-01-01T00:00:00Z"
VIEW = f"/me/calendarView/delta?{DECEMBER}"


def follow(sandbox: Sandbox, link: str, **headers: str) -> tuple[list[dict[str, Any]], str]:
    """Return everything a round tells, and the link of the next round."""
    told: list[dict[str, Any]] = []
    while True:
        answer = sandbox.ask("GET", link, None, None, **headers)
        assert answer.status_code == 200, answer.text
        told += answer.json()["value"]
        if "@odata.deltaLink" in answer.json():
            return told, str(answer.json()["@odata.deltaLink"])
        link = answer.json()["@odata.nextLink"]
        assert "$skiptoken=" in link


def on(day: str) -> dict[str, Any]:
    return {
        "start": {"dateTime": f"{day}T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": f"{day}T10:00:00", "timeZone": "UTC"},
    }


def removed(identity: str) -> dict[str, Any]:
    return {"id": identity, "@removed": {"reason": "deleted"}}


def test_the_first_round_tells_all_in_pages_and_the_next_one_nothing(sandbox: Sandbox) -> None:
    made = [sandbox.create(subject=f"Session {number}")["id"] for number in range(5)]
    sandbox.create(**on("2027-02-01"))
    first = sandbox.ask("GET", VIEW, Prefer="odata.maxpagesize=2")
    assert len(first.json()["value"]) == 2
    assert "odata.track-changes" in first.headers["preference-applied"]
    assert "odata.maxpagesize=2" in first.headers["preference-applied"]
    told, link = follow(sandbox, VIEW, Prefer="odata.maxpagesize=2")
    assert [one["id"] for one in told] == made
    assert told[0]["subject"] == "Session 0"
    assert follow(sandbox, link)[0] == []


def test_changes_are_told_whoever_makes_them(sandbox: Sandbox) -> None:
    changed = sandbox.create(subject="Old", attendees=invited(ANA))
    gone = sandbox.create(attendees=invited(HALL, kind="resource"))
    _, link = follow(sandbox, VIEW)
    sandbox.ask("PATCH", f"/me/events/{changed['id']}", {"subject": "New"})
    sandbox.later(seconds=10)
    told, link = follow(sandbox, link)
    assert {one["id"] for one in told} == {changed["id"], gone["id"]}
    assert told[-1]["attendees"][0]["status"]["response"] == "accepted"
    (copy,) = sandbox.get("/me/events", caller=ANA)["value"]
    sandbox.ask("POST", f"/me/events/{copy['id']}/accept", {}, caller=ANA)
    told, link = follow(sandbox, link)
    assert [one["attendees"][0]["status"]["response"] for one in told] == ["accepted"]
    sandbox.ask("DELETE", f"/me/events/{gone['id']}")
    told, link = follow(sandbox, link)
    assert told == [removed(gone["id"])]
    assert follow(sandbox, link)[0] == []


def test_an_attendee_sees_the_cancellation_of_a_meeting(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ANA))
    told, link = follow(sandbox, VIEW, caller=ANA)
    assert [one["isCancelled"] for one in told] == [False]
    sandbox.ask("POST", f"/me/events/{created['id']}/cancel", {})
    told, _ = follow(sandbox, link, caller=ANA)
    assert [one["isCancelled"] for one in told] == [True]


def test_what_leaves_the_window_is_removed_and_what_enters_it_is_told(sandbox: Sandbox) -> None:
    leaves = sandbox.create()
    enters = sandbox.create(**on("2027-02-01"))
    _, link = follow(sandbox, VIEW)
    sandbox.ask("PATCH", f"/me/events/{leaves['id']}", on("2027-03-01"))
    sandbox.ask("PATCH", f"/me/events/{enters['id']}", on("2026-12-24"))
    told, _ = follow(sandbox, link)
    assert told[0] == removed(leaves["id"])
    assert told[1]["id"] == enters["id"]


def test_what_happens_between_two_pages_is_not_lost(sandbox: Sandbox) -> None:
    made = [sandbox.create(subject=f"Session {number}")["id"] for number in range(4)]
    page = sandbox.ask("GET", VIEW, Prefer="odata.maxpagesize=2").json()
    sandbox.ask("DELETE", f"/me/events/{made[0]}")
    sandbox.ask("DELETE", f"/me/events/{made[3]}")
    sandbox.ask("PATCH", f"/me/events/{made[1]}", {"subject": "Changed"})
    told, link = follow(sandbox, page["@odata.nextLink"])
    known = {one["id"]: one for one in [*page["value"], *told]}
    assert [one for one in known.values() if "@removed" in one] == [
        removed(made[0]), removed(made[3])]  # fmt: skip
    assert known[made[1]]["subject"] == "Changed"
    assert follow(sandbox, link)[0] == []


def test_occurrences_of_a_series_are_told(sandbox: Sandbox) -> None:
    series = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": "2026-12-30", "numberOfOccurrences": 4},
    }
    created = sandbox.create(**on("2026-12-30"), recurrence=series)
    told, link = follow(sandbox, VIEW)
    assert [one["start"]["dateTime"][:10] for one in told] == ["2026-12-30", "2026-12-31"]
    assert {one["seriesMasterId"] for one in told} == {created["id"]}
    sandbox.ask("DELETE", f"/me/events/{created['id']}")
    assert follow(sandbox, link)[0] == [removed(created["id"])]


def test_events_without_a_window_come_with_few_members(sandbox: Sandbox) -> None:
    past = sandbox.create(**on("2026-11-24"))
    created = sandbox.create(**on("2028-12-01"))
    told, link = follow(sandbox, "/me/events/delta")
    assert {one["id"] for one in told} == {past["id"], created["id"]}
    assert set(told[0]) == {"@odata.etag", "id", "type", "start", "end"}
    told, _ = follow(sandbox, "/me/calendar/events/delta()?startDateTime=2026-12-01T00:00:00Z")
    assert [one["id"] for one in told] == [created["id"]]
    sandbox.ask("DELETE", f"/me/events/{past['id']}")
    assert follow(sandbox, link)[0] == [removed(past["id"])]


def test_immutable_ids_are_told_where_they_are_asked_for(sandbox: Sandbox) -> None:
    created = sandbox.create()
    wish = 'IdType="ImmutableId"'
    told, link = follow(sandbox, VIEW, Prefer=wish)
    assert told[0]["id"] != created["id"]
    sandbox.ask("DELETE", f"/me/events/{created['id']}")
    assert follow(sandbox, link, Prefer=wish)[0] == [removed(told[0]["id"])]


def test_expired_links_say_where_to_begin_again(sandbox: Sandbox) -> None:
    sandbox.create()
    _, link = follow(sandbox, VIEW)
    sandbox.world.calendars.journal("learning@contoso.example").expire()
    gone = sandbox.ask("GET", link)
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "SyncStateNotFound")
    again = parse_qs(urlsplit(gone.headers["location"]).query)
    assert again["startDateTime"] == ["2026-12-01T00:00:00+00:00"]
    told, link = follow(sandbox, gone.headers["location"])
    assert len(told) == 1
    sandbox.later(days=31)
    assert sandbox.ask("GET", link).status_code == 410


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{VIEW}&$filter=subject eq 'x'", "ErrorInvalidUrlQuery"),
        (f"{VIEW}&$select=subject", "ErrorInvalidUrlQuery"),
        ("/me/calendarView/delta", "ErrorInvalidParameter"),
        ("/me/calendarView/delta?$deltatoken=x", "BadRequest"),
        ("/me/calendarView/delta?$deltatoken=e30", "BadRequest"),
        ("/me/events/delta?startDateTime=soon", "ErrorInvalidParameter"),
    ],
)
def test_what_cannot_be_followed_is_refused(sandbox: Sandbox, path: str, code: str) -> None:
    answer = sandbox.ask("GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_link_is_good_for_its_own_collection_and_mailbox(sandbox: Sandbox) -> None:
    _, link = follow(sandbox, VIEW)
    token = urlsplit(link).query
    assert sandbox.ask("GET", f"/me/events/delta?{token}").status_code == 400
    assert sandbox.ask("GET", link, caller=ANA).status_code == 400
    assert sandbox.ask("GET", f"/users/{ANA}/calendarView/delta?{DECEMBER}").status_code == 403
    assert sandbox.ask("GET", VIEW, scopes="User.Read").status_code == 403


@pytest.mark.slow
def test_ten_thousand_events_are_followed_without_reading_them_all(sandbox: Sandbox) -> None:
    owner = "learning@contoso.example"
    start = MONDAY + timedelta(days=10)
    for number in range(10_000):
        sandbox.world.calendars.add(
            Event(owner, Address(owner, ""), start, start + timedelta(hours=1), start, start,
                  subject=str(number))
        )  # fmt: skip
    told, link = follow(sandbox, VIEW, Prefer="odata.maxpagesize=500")
    assert len({one["id"] for one in told}) == 10_000
    last = told[-1]["id"]
    sandbox.ask("PATCH", f"/me/events/{last}", {"subject": "Changed"})
    begun = time.process_time()
    for _ in range(20):
        assert [one["id"] for one in follow(sandbox, link)[0]] == [last]
    # Reading ten thousand events takes seconds each time; the rest is what any request takes.
    assert time.process_time() - begun < 5


def test_links_hold_over_the_many_changes_of_one_event(sandbox: Sandbox) -> None:
    created = sandbox.create()
    _, link = follow(sandbox, VIEW)
    calendars = sandbox.world.calendars
    (one,) = calendars.of("learning@contoso.example")
    for _ in range(5_000):
        calendars.touch(one, MONDAY)
    assert [found["id"] for found in follow(sandbox, link)[0]] == [created["id"]]
    assert sandbox.ask("POST", "/me/events", event()).status_code == 201


def test_links_expire_by_the_control_interface(live_sandbox: RunningSandbox) -> None:
    token = live_sandbox.access_token("learning@contoso.example", "Calendars.ReadWrite")
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as web:
        begun = web.get(f"{live_sandbox.graph_url}/v1.0{VIEW}").json()
        link = begun["@odata.deltaLink"]
        assert web.get(link).json()["value"] == []
        live_sandbox.control.expire_delta("learning@contoso.example")
        assert web.get(link).status_code == 410
        live_sandbox.control.add_fault(path="/v1.0/me/calendarView/delta", status=503, count=1)
        assert web.get(f"{live_sandbox.graph_url}/v1.0{VIEW}").status_code == 503
