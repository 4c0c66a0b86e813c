"""Events: creating, reading, changing, cancelling."""

import pytest

from tests.sandbox.graph.harness import Sandbox, event, invited

PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name LmsSessionId"


def test_a_new_event_comes_back_whole(sandbox: Sandbox) -> None:
    answer = sandbox.ask("POST", "/me/events", event(attendees=invited("ana@contoso.example")))
    created = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(f"/events('{created['id']}')")
    assert created["start"] == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"}
    assert created["responseStatus"] == {"response": "organizer", "time": "0001-01-01T00:00:00Z"}
    assert created["attendees"][0]["status"]["response"] == "none"
    assert len(created["id"]) == 152
    assert sandbox.get(f"/me/events/{created['id']}")["iCalUId"] == created["iCalUId"]


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("Romance Standard Time", "08:00:00"),
        ("Europe/Copenhagen", "08:00:00"),
        ("tzone://Microsoft/Utc", "09:00:00"),
        ("Pacific Standard Time", "17:00:00"),
    ],
)
def test_windows_and_iana_zones_are_understood(sandbox: Sandbox, name: str, utc: str) -> None:
    start = {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": name}
    end = {"dateTime": "2026-12-01T10:00:00.0000000", "timeZone": name}
    created = sandbox.create(start=start, end=end)
    assert created["start"]["dateTime"] == f"2026-12-01T{utc}.0000000"
    assert created["originalStartTimeZone"] == name


def test_times_come_back_in_the_preferred_zone(sandbox: Sandbox) -> None:
    created = sandbox.create()
    wish = 'outlook.timezone="Romance Standard Time", IdType="ImmutableId"'
    answer = sandbox.ask("GET", f"/me/events/{created['id']}", Prefer=wish)
    found = answer.json()
    assert found["start"]["dateTime"] == "2026-12-01T10:00:00.0000000"
    assert found["start"]["timeZone"] == "Romance Standard Time"
    assert "Romance Standard Time" in answer.headers["preference-applied"]
    assert found["id"] != created["id"]
    assert sandbox.get(f"/me/events/{found['id']}")["iCalUId"] == created["iCalUId"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"end": {"dateTime": "2026-12-01T08:00:00", "timeZone": "UTC"}},
         "ErrorCalendarEndDateIsEarlierThanStartDate"),
        ({"end": {"dateTime": "2036-12-01T08:00:00", "timeZone": "UTC"}},
         "ErrorCalendarDurationIsTooLong"),
        ({"start": {"dateTime": "2026-12-01T08:00:00", "timeZone": "Mars/Olympus"}},
         "TimeZoneNotSupportedException"),
        ({"isAllDay": True}, "ErrorPropertyValidationFailure"),
        ({"start": None}, "ErrorPropertyValidationFailure"),
        ({"colour": "red"}, "RequestBodyRead"),
        ({"showAs": "sleeping"}, "RequestBodyRead"),
        ({"attendees": invited("no address")}, "ErrorInvalidRecipients"),
        ({"attendees": invited(*(f"p{n}@outside.example" for n in range(501)))},
         "ErrorInvalidRequest"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused(sandbox: Sandbox, members: object, code: str) -> None:
    assert isinstance(members, dict)
    answer = sandbox.ask("POST", "/me/events", event(**members))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def test_a_transaction_id_keeps_a_retry_from_making_two(sandbox: Sandbox) -> None:
    created = sandbox.create(transactionId="session-4711-v1")
    assert created["transactionId"] == "session-4711-v1"
    again = sandbox.ask("POST", "/me/events", event(transactionId="session-4711-v1"))
    error = again.json()["error"]
    assert (again.status_code, error["code"]) == (400, "ErrorDuplicateTransactionId")
    assert error["@event.existingEventId"] == created["id"]
    assert len(sandbox.get("/me/events")["value"]) == 1


def test_an_event_is_found_again_by_its_property(sandbox: Sandbox) -> None:
    sandbox.create(singleValueExtendedProperties=[{"id": PROPERTY, "value": "4711"}])
    sandbox.create(singleValueExtendedProperties=[{"id": PROPERTY, "value": "4712"}])
    sandbox.create()
    found = sandbox.get(
        "/me/events?$filter=singleValueExtendedProperties/any(ep: ep/id eq "
        f"'{PROPERTY}' and ep/value eq '4712')&$expand=singleValueExtendedProperties("
        f"$filter=id eq '{PROPERTY}')"
    )["value"]
    assert [one["singleValueExtendedProperties"][0]["value"] for one in found] == ["4712"]


def test_lists_take_their_options(sandbox: Sandbox) -> None:
    for hour in range(9, 14):
        start = {"dateTime": f"2026-12-01T{hour:02}:00:00", "timeZone": "UTC"}
        end = {"dateTime": f"2026-12-01T{hour:02}:30:00", "timeZone": "UTC"}
        sandbox.create(subject=f"At {hour}", start=start, end=end)
    page = sandbox.get("/me/events?$top=2&$count=true&$orderby=start/dateTime desc&$select=subject")
    assert page["@odata.count"] == 5
    assert [one["subject"] for one in page["value"]] == ["At 13", "At 12"]
    assert set(page["value"][0]) == {"@odata.etag", "id", "subject"}
    following = sandbox.get(page["@odata.nextLink"])
    assert [one["subject"] for one in following["value"]] == ["At 11", "At 10"]
    found = sandbox.get(
        "/me/events?$filter=start/dateTime ge '2026-12-01T12:00' or subject eq 'at 9'"
    )
    assert {one["subject"] for one in found["value"]} == {"At 9", "At 12", "At 13"}
    assert sandbox.ask("GET", "/me/events?$filter=subject eq").status_code == 400
    assert sandbox.ask("GET", "/me/events?$filter=colour eq 'red'").status_code == 400


def test_pages_are_no_longer_than_preferred(sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.create()
    wish = "odata.maxpagesize=2"
    answer = sandbox.ask("GET", "/me/events?$select=subject", Prefer=wish)
    assert len(answer.json()["value"]) == 2
    assert "odata.maxpagesize=2" in answer.headers["preference-applied"]
    rest = sandbox.ask("GET", answer.json()["@odata.nextLink"], Prefer=wish).json()
    assert (len(rest["value"]), "@odata.nextLink" in rest) == (1, False)
    assert len(sandbox.ask("GET", "/me/events?$top=3", Prefer=wish).json()["value"]) == 3
    for nonsense in ("0", "-1", "many", "9" * 20):
        wish = f"odata.maxpagesize={nonsense}"
        assert len(sandbox.ask("GET", "/me/events", Prefer=wish).json()["value"]) == 3


def test_the_calendar_view_shows_what_takes_time_in_it(sandbox: Sandbox) -> None:
    sandbox.create()
    inside = "/me/calendarView?startDateTime=2026-12-01T10:30:00Z&endDateTime=2026-12-01T20:00:00Z"
    outside = "/me/calendarView?startDateTime=2026-12-01T11:00:00Z&endDateTime=2026-12-02T00:00:00Z"
    assert len(sandbox.get(inside)["value"]) == 1
    assert sandbox.get(outside)["value"] == []
    assert sandbox.ask("GET", "/me/calendarView").status_code == 400


def test_if_match_keeps_two_writers_apart(sandbox: Sandbox) -> None:
    created = sandbox.create()
    path = f"/me/events/{created['id']}"
    tag = created["@odata.etag"]
    first = sandbox.ask("PATCH", path, {"subject": "First"}, If_Match=tag)
    assert first.status_code == 200
    assert first.json()["changeKey"] != created["changeKey"]
    second = sandbox.ask("PATCH", path, {"subject": "Second"}, If_Match=tag)
    assert second.status_code == 412
    assert second.json()["error"]["code"] == "ErrorIrresolvableConflict"
    assert sandbox.get(path)["subject"] == "First"


def test_a_cancelled_event_is_gone(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited("zoe.dubois@contoso.example"))
    path = f"/me/events/{created['id']}"
    assert sandbox.ask("POST", f"{path}/cancel", {"Comment": "The trainer is ill"}).content == b""
    mail = sandbox.inbox("zoe.dubois@contoso.example")
    assert [one["subject"] for one in mail] == ["Fire safety", "Canceled: Fire safety"]
    assert "The trainer is ill" in mail[1]["text"]
    for answer in (sandbox.ask("GET", path), sandbox.ask("POST", f"{path}/cancel", {})):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "ErrorItemNotFound"


def test_only_the_organiser_can_cancel(sandbox: Sandbox) -> None:
    sandbox.create(attendees=invited("zoe.dubois@contoso.example"))
    copy = sandbox.get("/me/events", caller="zoe.dubois@contoso.example")["value"][0]
    assert (copy["isOrganizer"], copy["responseStatus"]["response"]) == (False, "notResponded")
    path = f"/me/events/{copy['id']}/cancel"
    answer = sandbox.ask("POST", path, {}, caller="zoe.dubois@contoso.example")
    assert answer.json()["error"]["code"] == "ErrorCalendarIsNotOrganizer"


def test_a_teams_meeting_needs_a_licence(sandbox: Sandbox) -> None:
    online = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    created = sandbox.create(**online)
    link = created["onlineMeeting"]["joinUrl"]
    assert link.startswith("https://teams.microsoft.com/l/meetup-join/19%3ameeting_")
    assert link in created["body"]["content"].replace("&amp;", "&")
    answer = sandbox.ask("POST", "/me/events", event(**online), caller="ana@contoso.example")
    without = answer.json()
    assert answer.status_code == 201
    assert (without["isOnlineMeeting"], without["onlineMeeting"]) == (False, None)
    assert without["onlineMeetingProvider"] == "unknown"


def test_a_new_body_keeps_the_meeting_only_with_its_block(sandbox: Sandbox) -> None:
    created = sandbox.create(isOnlineMeeting=True)
    path = f"/me/events/{created['id']}"
    kept = {"contentType": "html", "content": created["body"]["content"] + "<p>More</p>"}
    assert sandbox.ask("PATCH", path, {"body": kept}).json()["isOnlineMeeting"] is True
    assert sandbox.ask("PATCH", path, {"isOnlineMeeting": False}).json()["isOnlineMeeting"] is True
    bare = {"contentType": "html", "content": "<p>Nothing else</p>"}
    assert sandbox.ask("PATCH", path, {"body": bare}).json()["isOnlineMeeting"] is False


def test_ids_that_are_none(sandbox: Sandbox) -> None:
    assert (
        sandbox.ask("GET", "/me/events/nonsense").json()["error"]["code"]
        == "ErrorInvalidIdMalformed"
    )
    sandbox.create()
    other = sandbox.get("/me/events")["value"][0]["id"]
    answer = sandbox.ask("GET", f"/me/events/{other}", caller="zoe.dubois@contoso.example")
    assert answer.json()["error"]["code"] == "ErrorItemNotFound"
    assert sandbox.ask("DELETE", f"/me/events/{other}").status_code == 204
    assert sandbox.ask("DELETE", f"/me/events/{other}").status_code == 404
